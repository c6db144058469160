"""The statuses of leads as columns of a board."""

from typing import Any, Final

from klientura.kernel.access.actor import Actor
from klientura.modules.sales.enums import LeadStatus

HUES: Final = {
    "new": "blue",
    "in_work": "yellow",
    "qualified": "teal",
    "converted": "green",
    "unsuitable": "red",
}
KINDS: Final = {"converted": "won", "unsuitable": "lost"}


def lead_columns(_actor: Actor, _chosen: int | None) -> list[dict[str, Any]]:
    """Columns with id, name, hue, kind and days, in the order in which a lead passes them."""
    return [
        {
            "id": s.value,
            "name": str(s.label),
            "hue": HUES[s.value],
            "kind": KINDS.get(s.value, "open"),
            "days": None,
        }
        for s in LeadStatus
    ]
