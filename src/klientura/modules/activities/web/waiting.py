"""Assignments on the start page: what waits for the reader, as who carries it out and as who gave it."""

import json
from typing import Any, Final
from urllib.parse import urlencode

from django.utils import timezone
from django.utils.translation import gettext as _

from klientura.kernel.access.gate import may
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.home_panels import HomePanel, sees
from klientura.kernel.store import read
from klientura.kernel.store.read import Ref, Row
from klientura.kernel.web.requests import Request
from klientura.modules.activities.web.home import due_in_short

SHOWN = 10
MINE: Final = {"field": "owner", "op": "me"}
GIVEN: Final = {"field": "issuer", "op": "me"}
# What somebody else has to do next does not wait for the reader.
WAITING: Final[dict[str, Any]] = {
    "or": [
        {"and": [MINE, {"field": "status", "op": "in", "value": ["issued", "accepted"]}]},
        {"and": [GIVEN, {"field": "status", "op": "in", "value": ["reported", "declined"]}]},
        {
            "and": [
                GIVEN,
                {"field": "asked_due_at", "op": "not_empty"},
                {"field": "status", "op": "in", "value": ["issued", "accepted"]},
            ]
        },
    ]
}
KEYS = ("title", "status", "due_at", "asked_due_at", "owner", "issuer")


def _context(asked: Request) -> dict[str, Any] | None:
    shape = shape_of("assignment")
    if not sees(asked, shape, *KEYS):
        return None
    page = read.page(asked.actor, shape, tree=WAITING, sort="due_at", limit=SHOWN, keys=KEYS)
    if not page.rows:
        return None
    return {
        "rows": [_row(asked, row) for row in page.rows],
        "more_url": _list(WAITING) if page.next else "",
        "create": may(asked.actor, shape, "create"),
    }


def _row(asked: Request, row: Row) -> dict[str, Any]:
    due = row["due_at"]
    mine = isinstance(row["owner"], Ref) and row["owner"].id == asked.actor.user_id
    other = row["issuer"] if mine else row["owner"]
    return {
        "title": row["title"],
        "url": f"/assignment/{row['id']}",
        "what": _awaited(row, mine=mine),
        "hue": "blue" if mine else "violet",
        "who": (other.title or "") if isinstance(other, Ref) else "",
        "due": due_in_short(due) if due else "",
        "iso": due.isoformat() if due else "",
        "late": bool(due and due < timezone.now()),
    }


def _awaited(row: Row, *, mine: bool) -> str:
    """What the reader is to do."""
    if mine and row["status"] in {"issued", "accepted"}:
        return _("to accept") if row["status"] == "issued" else _("to do")
    if row["status"] == "reported":
        return _("to approve")
    return _("declined") if row["status"] == "declined" else _("more time is asked for")


def _list(tree: dict[str, Any]) -> str:
    return f"/assignment?{urlencode({'filter': json.dumps(tree, separators=(',', ':'))})}"


WAITING_PANEL = HomePanel(
    key="assignments", place="main", template="activities/waiting.html", context=_context
)
