"""What of a timeline is shown: all of it, contacts of some kind, one's own, or changes alone; the address says which."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable
from klientura.kernel.objects.registry import shape_of


@dataclass(frozen=True, slots=True)
class Shown:
    """A choice: its name, which contacts it lets through (None: all), and whether contacts and changes stand in it."""

    label: Any
    narrow: Mapping[str, Any] | None = None
    contacts: bool = True
    changes: bool = False


def _of_kind(label: Any, *kinds: str) -> Shown:
    return Shown(label, {"field": "kind", "op": "in", "value": list(kinds)})


ALL: Final = Shown(pgettext_lazy("timeline", "Everything"), changes=True)
CHOICES: Final[Mapping[str, Shown]] = {
    "": ALL,
    "contacts": Shown(_("Contacts alone")),
    "mine": Shown(_("My contacts"), {"field": "owner", "op": "me"}),
    "call": _of_kind(_("Calls"), "call"),
    "meeting": _of_kind(_("Meetings"), "meeting", "visit"),
    "letter": _of_kind(_("Letters"), "email", "letter", "fax"),
    "message": _of_kind(_("Messages"), "sms", "chat", "form"),
    "note": _of_kind(_("Notes"), "note"),
    "changes": Shown(_("Changes alone"), contacts=False, changes=True),
}


def shown_by(actor: Actor, key: str) -> Shown:
    """The choice of that name; all of the timeline where there is none, or the reader may not ask by its field."""
    chosen = CHOICES.get(key, ALL)
    if chosen.narrow and chosen.narrow["field"] not in readable(actor, shape_of("interaction")):
        return ALL
    return chosen


def choices(actor: Actor, key: str, address: str) -> list[dict[str, Any]]:
    """The menu of them for a card at `address`; the one that is shown is ticked."""
    now = shown_by(actor, key)
    return [
        {
            "label": str(each.label),
            "checked": each is now,
            "url": f"{address}?tab=timeline{f'&show={name}' if name else ''}",
        }
        for name, each in CHOICES.items()
        if shown_by(actor, name) is each
    ]
