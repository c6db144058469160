"""My tasks on the start page: what is late, what is for today; done in place."""

import datetime as dt
import json
from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from klientura.kernel.access.gate import may
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.home_panels import HomePanel, sees
from klientura.kernel.store import read, write
from klientura.kernel.store.read import Ref, Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of
from klientura.kernel.web.toasts import toast
from klientura.modules.activities.services.tasks import complete_task

SHOWN = 10


def _mine(*conditions: dict[str, Any]) -> dict[str, Any]:
    return {
        "and": [{"field": "owner", "op": "me"}, {"field": "status", "op": "eq", "value": "open"}, *conditions]
    }


def _context(asked: Request) -> dict[str, Any] | None:
    task = shape_of("task")
    if not sees(asked, task, "owner", "status", "due_at", "party"):
        return None
    now = timezone.localtime()
    tomorrow = timezone.make_aware(dt.datetime.combine(now.date() + dt.timedelta(days=1), dt.time()))
    late = _mine({"field": "due_at", "op": "lt", "value": now.isoformat(timespec="seconds")})
    today = _mine(
        {"field": "due_at", "op": "gte", "value": now.isoformat(timespec="seconds")},
        {"field": "due_at", "op": "lt", "value": tomorrow.isoformat()},
    )
    later = _mine({"field": "due_at", "op": "gte", "value": tomorrow.isoformat()})
    dateless = _mine({"field": "due_at", "op": "empty"})
    groups = [_group(asked, _("Overdue"), late, late=True), _group(asked, _("Today"), today)]
    return {
        "groups": [g for g in groups if g["rows"]],
        "later": [
            {"label": label, "number": number, "url": _list(tree)}
            for label, tree in ((_("Later"), later), (_("Without a date"), dateless))
            if (number := _number(asked, tree)) != "0"
        ],
        "list_url": _list(_mine()),
        "create": may(asked.actor, task, "create"),
        "stats": [{"label": _("Overdue tasks"), "value": _number(asked, late), "url": _list(late)},
                  {"label": _("Tasks for today"), "value": _number(asked, today), "url": _list(today)}],
    }  # fmt: skip


def _group(asked: Request, label: str, tree: dict[str, Any], *, late: bool = False) -> dict[str, Any]:
    task = shape_of("task")
    page = read.page(
        asked.actor, task, tree=tree, sort="due_at", limit=SHOWN, keys=["title", "due_at", "party"]
    )
    may_edit = may(asked.actor, task, "edit")
    rows = [
        {
            "title": row["title"],
            "url": f"/task/{row['id']}",
            "peek_url": f"/task/{row['id']}?peek=1",
            "done_url": f"/task/{row['id']}/done" if may_edit else "",
            "due": due_in_short(row["due_at"]),
            "iso": row["due_at"].isoformat(),
            "party": _party(row),
        }
        for row in page.rows
    ]
    return {"label": label, "late": late, "rows": rows, "more_url": _list(tree) if page.next else ""}


def _party(row: Row) -> dict[str, str] | None:
    party = row["party"]
    return (
        {"title": party.title, "url": f"/party/{party.id}"}
        if isinstance(party, Ref) and party.title
        else None
    )


def due_in_short(moment: dt.datetime) -> str:
    """The clock time today, else the day."""
    local = timezone.localtime(moment)
    return local.strftime("%H:%M") if local.date() == timezone.localdate() else date_format(local, _("j M"))


def _number(asked: Request, tree: dict[str, Any]) -> str:
    found = read.count(asked.actor, shape_of("task"), tree=tree)
    return f"{found.number}+" if found.capped else str(found.number)


def _list(tree: dict[str, Any]) -> str:
    return f"/task?{urlencode({'filter': json.dumps(tree, separators=(',', ':'))})}"


TASKS_PANEL = HomePanel(key="tasks", place="main", template="activities/home.html", context=_context)


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
