"""My tasks on the start page: what is late, what is for today; done in place."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from klientura.kernel.access.gate import may
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.home_panels import HomePanel, sees
from klientura.kernel.store import read, write
from klientura.kernel.store.filters import Tree
from klientura.kernel.views.links import list_url
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of
from klientura.kernel.web.toasts import toast
from klientura.modules.activities.queries.day import Span, span_of_now
from klientura.modules.activities.queries.day_sources import my_tasks, not_put_off, tasks_of
from klientura.modules.activities.services.tasks import complete_task
from klientura.modules.activities.web.day.rows import row_of, ways

SHOWN = 10


def _context(asked: Request) -> dict[str, Any] | None:
    task = shape_of("task")
    if not sees(asked, task, "owner", "status", "due_at", "party"):
        return None
    span = span_of_now()
    now = span.now.isoformat(timespec="seconds")
    late = my_tasks({"field": "due_at", "op": "lt", "value": now})
    today = my_tasks(
        {"field": "due_at", "op": "gte", "value": now},
        {"field": "due_at", "op": "lt", "value": span.tomorrow.isoformat()},
    )
    later = my_tasks({"field": "due_at", "op": "gte", "value": span.tomorrow.isoformat()})
    dateless = my_tasks({"field": "due_at", "op": "empty"})
    groups = [_group(asked, _("Overdue"), late, span, late=True), _group(asked, _("Today"), today, span)]
    return {
        "groups": [g for g in groups if g["rows"]],
        "later": [
            {"label": label, "number": number, "url": _list(tree)}
            for label, tree in ((_("Later"), later), (_("Without a date"), dateless))
            if (number := _number(asked, tree)) != "0"
        ],
        "list_url": _list(my_tasks()),
        "create": may(asked.actor, task, "create"),
        "ways": ways(span),
        "stats": [{"label": _("Overdue tasks"), "value": _number(asked, late), "url": _list(late)},
                  {"label": _("Tasks for today"), "value": _number(asked, today), "url": _list(today)}],
    }  # fmt: skip


def _group(asked: Request, label: str, tree: Tree, span: Span, *, late: bool = False) -> dict[str, Any]:
    """Rows as on «My day»; what is put off is left to the numbers and the list."""
    shown = {"and": [tree, *not_put_off(asked.actor, "task", span)]}
    items = tasks_of(asked.actor, shown, limit=SHOWN + 1)
    return {
        "label": label,
        "late": late,
        "rows": [row_of(item, span) for item in items[:SHOWN]],
        "more_url": _list(tree) if len(items) > SHOWN else "",
    }


def _number(asked: Request, tree: Tree) -> str:
    found = read.count(asked.actor, shape_of("task"), tree=tree)
    return f"{found.number}+" if found.capped else str(found.number)


def _list(tree: Tree) -> str:
    return list_url("task", tree)


TASKS_PANEL = HomePanel(
    key="tasks", place="main", template="activities/home.html", context=_context, sheets=("day",)
)


@open_to(Door.SIGNED_IN)
@require_POST
def done(request: HttpRequest, record_id: int) -> HttpResponse:
    """POST /task/{id}/done: the task is done; the toast offers to take that back."""
    complete_task(of(request).actor, record_id)
    return toast(_reload(), _("Done"), undo_url=f"/task/{record_id}/not-done")


@open_to(Door.SIGNED_IN)
@require_POST
def not_done(request: HttpRequest, record_id: int) -> HttpResponse:
    """POST /task/{id}/not-done: the task is open again."""
    write.update(of(request).actor, shape_of("task"), record_id, {"status": "open"})
    return toast(_reload(), _("The task is open again"))


def _reload() -> HttpResponse:
    response = HttpResponse(status=204)
    response["HX-Trigger"] = '{"listChanged": true}'
    return response
