"""What waits for the reader's decision, beside the day and on the start page."""

from typing import Any, Final

from klientura.kernel.approvals.reading import WAITING, queue
from klientura.kernel.screens.approvals.words import shown
from klientura.kernel.screens.home_panels import HomePanel
from klientura.kernel.web.requests import Request

SHOWN: Final = 5


def _waiting(asked: Request) -> dict[str, Any] | None:
    found = queue(asked.actor, WAITING, limit=SHOWN + 1)
    if not found:
        return None
    return {"rounds": [shown(v) for v in found[:SHOWN]], "more": len(found) > SHOWN}


WAITING_PANEL: Final = HomePanel(
    key="approvals", place="side", template="approvals/home.html", context=_waiting, sheets=("approval",)
)
