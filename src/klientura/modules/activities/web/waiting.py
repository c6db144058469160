"""Assignments on the start page: what waits for the reader, as who carries it out and as who gave it."""

from typing import Any

from klientura.kernel.access.gate import may
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.home_panels import HomePanel
from klientura.kernel.store.filters import Tree
from klientura.kernel.views.links import list_url
from klientura.kernel.web.requests import Request
from klientura.modules.activities.queries.day import span_of_now
from klientura.modules.activities.queries.day_sources import WAITING, assignments_near
from klientura.modules.activities.web.day.rows import row_of, ways

SHOWN = 10


def _context(asked: Request) -> dict[str, Any] | None:
    shape, span = shape_of("assignment"), span_of_now()
    items = assignments_near(asked.actor, span)
    if not items:
        return None
    return {
        "rows": [row_of(item, span) for item in items[:SHOWN]],
        "more_url": _list(WAITING) if len(items) > SHOWN else "",
        "create": may(asked.actor, shape, "create"),
        "ways": ways(span),
    }


def _list(tree: Tree) -> str:
    return list_url("assignment", tree)


WAITING_PANEL = HomePanel(
    key="assignments", place="main", template="activities/waiting.html", context=_context, sheets=("day",)
)
