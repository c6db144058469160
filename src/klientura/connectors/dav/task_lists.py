"""One's own tasks as a list of things to do, and what is changed or ticked off on a machine written back."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from icalendar import Calendar, Todo

from klientura.connectors.dav import calendars
from klientura.connectors.dav.calendars import BadCalendar, moment, parsed, said
from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.store.filters import Tree
from klientura.kernel.store.read import Row

TASKS = _("Tasks")
FIELDS: Final = ("name", "description", "due_at", "status", "important", "done_at", "updated_at")
DONE_FOR: Final = 30
"""Days for which a task that is done stays on the list."""
STATUS: Final = {"open": "NEEDS-ACTION", "done": "COMPLETED", "cancelled": "CANCELLED"}
IMPORTANT, PLAIN = 1, 0
MOST_IMPORTANT: Final = 4
"""Priorities of RFC 5545 from 1 to 4 are high."""


def mine(_actor: Actor, _wish: str) -> Tree | None:
    """One's own tasks: those to do, and those done of late."""
    since = (timezone.localdate() - dt.timedelta(days=DONE_FOR)).isoformat()
    over = {
        "and": [
            {"field": "status", "op": "eq", "value": "done"},
            {"field": "done_at", "op": "gte", "value": since},
        ]
    }
    return {
        "and": [
            {"field": "owner", "op": "me"},
            {"or": [{"field": "status", "op": "eq", "value": "open"}, over]},
        ]
    }


def texts(
    actor: Actor, ids: Sequence[int], uids: Mapping[int, str], kept: Mapping[int, str]
) -> dict[int, str]:
    """Some tasks as calendars of one VTODO each."""
    shape = shape_of("task")
    keys = [k for k in FIELDS if k in readable(actor, shape)]
    tree = {"field": "id", "op": "in", "value": list(ids)}
    rows = read.page(actor, shape, tree=tree, sort="id", limit=len(ids), keys=keys).rows
    return {r["id"]: _text(r, uids[r["id"]], kept.get(r["id"], "")) for r in rows}


def put(actor: Actor, record_id: int | None, text: str) -> int:
    """Make a task, or change what differs. Raises BadCalendar for a text without a task."""
    came = _values(_todo(parsed(text)))
    shape = shape_of("task")
    if record_id is None:
        return write.create(actor, shape, {k: v for k, v in came.items() if v is not None})
    row = read.get(actor, shape, record_id, keys=[k for k in FIELDS if k in readable(actor, shape)])
    was = _values(_todo(parsed(_text(row, "", ""))))
    changed = {k: v for k, v in came.items() if v != was[k] and k in row}
    if changed:
        write.update(actor, shape, record_id, changed, expected_version=row["version"])
    return record_id


def remove(actor: Actor, record_id: int) -> None:
    """An open task that is deleted on a machine is cancelled; one that is done stays done, and only leaves the machine."""
    if read.get(actor, shape_of("task"), record_id, keys=["status"])["status"] != "open":
        return
    write.update(actor, shape_of("task"), record_id, {"status": "cancelled"})


def _todo(calendar: Calendar) -> Todo:
    found = [c for c in calendar.walk("VTODO") if isinstance(c, Todo)]
    if not found:
        raise BadCalendar("no task")
    return found[0]


def _text(row: Row, uid: str, kept: str) -> str:
    calendar: Calendar | None = None
    todo = Todo()
    if kept:
        try:
            calendar = parsed(kept)
            todo = _todo(calendar)
        except BadCalendar:
            calendar = None
    status = str(row.get("status") or "open")
    calendars.put(todo, "uid", uid)
    calendars.put(todo, "summary", row.get("name"))
    calendars.put(todo, "description", row.get("description"))
    calendars.put(todo, "due", _utc(row.get("due_at")))
    calendars.put(todo, "status", STATUS.get(status, "NEEDS-ACTION"))
    calendars.put(todo, "completed", _utc(row.get("done_at")))
    calendars.put(todo, "percent-complete", 100 if status == "done" else None)
    calendars.put(todo, "priority", IMPORTANT if row.get("important") else PLAIN)
    calendars.put(todo, "last-modified", _utc(row.get("updated_at")))
    calendars.put(todo, "dtstamp", _utc(row.get("updated_at")) or timezone.now())
    return calendars.whole(todo, calendar)


def _utc(value: Any) -> dt.datetime | None:
    return value.astimezone(dt.UTC) if isinstance(value, dt.datetime) else None


def _values(todo: Todo) -> dict[str, Any]:
    """What a task says in our words."""
    due = moment(todo, "due", timezone.get_current_timezone())
    status = said(todo, "status").upper()
    over = status == "COMPLETED" or (not status and "completed" in todo)
    priority = said(todo, "priority")
    return {
        "name": said(todo, "summary") or str(_("Task without a name")),
        "description": said(todo, "description") or None,
        "due_at": due.astimezone(dt.UTC).isoformat() if due else None,
        "status": "done" if over else "cancelled" if status == "CANCELLED" else "open",
        "important": priority.isdigit() and 0 < int(priority) <= MOST_IMPORTANT,
    }
