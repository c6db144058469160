"""Tasks and assignments of a reader's day, as their rights show them."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, readable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.store.filters import Tree
from klientura.kernel.store.read import Ref, Row
from klientura.modules.activities.enums import IN_HAND, UNDER_WAY
from klientura.modules.activities.queries.calendar import Item, events_of
from klientura.modules.activities.queries.day import DayItem, DaySource, Span

MOST: Final = 150
MINE: Final[Tree] = {"field": "owner", "op": "me"}
GIVEN: Final[Tree] = {"field": "issuer", "op": "me"}
OPEN: Final[Tree] = {"field": "status", "op": "eq", "value": "open"}
# What somebody else has to do next does not wait for the reader.
TO_DO: Final[Tree] = {"and": [MINE, {"field": "status", "op": "in", "value": list(IN_HAND)}]}
ANSWERS_AWAITED: Final[Tree] = {
    "or": [
        {"and": [GIVEN, {"field": "status", "op": "in", "value": ["reported", "declined"]}]},
        {
            "and": [
                GIVEN,
                {"field": "asked_due_at", "op": "not_empty"},
                {"field": "status", "op": "in", "value": list(IN_HAND)},
            ]
        },
    ]
}
WAITING: Final[Tree] = {"or": [TO_DO, ANSWERS_AWAITED]}
TASK_KEYS: Final = ("title", "kind", "due_at", "important", "party", "status", "snoozed_until")
ASSIGNMENT_KEYS: Final = (
    "title", "status", "due_at", "asked_due_at", "owner", "issuer", "important", "party", "snoozed_until",
)  # fmt: skip
NEEDED: Final = {
    "task": ("owner", "status", "due_at"),
    "assignment": ("status", "owner", "issuer", "asked_due_at", "due_at"),
}
ICONS: Final = {"task": "circle-check", "call": "phone", "meeting": "users"}


def sees_day(actor: Actor, object_key: str) -> bool:
    """Whether the reader may ask the questions of the day of this kind of record."""
    shape = shape_of(object_key)
    fields = readable(actor, shape)
    return may(actor, shape, "read") and all(key in fields for key in NEEDED[object_key])


def not_put_off(actor: Actor, object_key: str, span: Span) -> list[Tree]:
    """The condition that leaves out what is put off; none for readers who do not see that."""
    if "snoozed_until" not in readable(actor, shape_of(object_key)):
        return []
    passed = {"field": "snoozed_until", "op": "lte", "value": span.now.isoformat()}
    return [{"or": [{"field": "snoozed_until", "op": "empty"}, passed]}]


def _rows(actor: Actor, object_key: str, tree: Tree, keys: Sequence[str], limit: int = MOST) -> list[Row]:
    if not sees_day(actor, object_key):
        return []
    shape = shape_of(object_key)
    fields = readable(actor, shape)
    wanted = [k for k in keys if k == "title" or k in fields]
    return read.page(actor, shape, tree=tree, sort="due_at", limit=limit, keys=wanted).rows


def my_tasks(*conditions: Tree) -> Tree:
    """The filter of the reader's open tasks."""
    return {"and": [MINE, OPEN, *conditions]}


def tasks_near(actor: Actor, span: Span) -> list[DayItem]:
    """The reader's open tasks that are late or due within a week, the earliest first."""
    if not sees_day(actor, "task"):
        return []
    due = {"field": "due_at", "op": "lt", "value": span.horizon.isoformat()}
    tree = my_tasks(due, *not_put_off(actor, "task", span))
    return [_task(actor, row) for row in _rows(actor, "task", tree, TASK_KEYS)]


def tasks_of(actor: Actor, tree: Tree, *, limit: int) -> list[DayItem]:
    """The first tasks of a filter, the earliest first."""
    return [_task(actor, row) for row in _rows(actor, "task", tree, TASK_KEYS, limit)]


def tasks_undated(actor: Actor, span: Span) -> list[DayItem]:
    """The reader's open tasks that are due later than within a week, or at no time."""
    if not sees_day(actor, "task"):
        return []
    later = {"field": "due_at", "op": "gte", "value": span.horizon.isoformat()}
    tree = my_tasks({"or": [later, {"field": "due_at", "op": "empty"}]}, *not_put_off(actor, "task", span))
    return [_task(actor, row) for row in _rows(actor, "task", tree, TASK_KEYS)]


def tasks_chosen(actor: Actor, ids: Collection[int]) -> list[DayItem]:
    """Some open tasks by their numbers, as far as the reader sees them."""
    tree = {"and": [OPEN, {"field": "id", "op": "in", "value": list(ids)}]}
    return [_task(actor, row) for row in _rows(actor, "task", tree, TASK_KEYS)]


def _task(actor: Actor, row: Row) -> DayItem:
    edits = may(actor, shape_of("task"), "edit")
    return DayItem(
        object="task",
        id=row["id"],
        version=row["version"],
        title=row["title"],
        icon=ICONS.get(row.get("kind") or "task", "circle-check"),
        at=row["due_at"],
        party=_named(row.get("party")),
        important=row.get("important"),
        done="at_once" if edits else "",
        done_url=f"/task/{row['id']}/done",
        may_snooze=edits and "snoozed_until" in row,
    )


def assignments_near(actor: Actor, span: Span) -> list[DayItem]:
    """The assignments that wait for the reader, as who carries them out or as who gave them."""
    if not sees_day(actor, "assignment"):
        return []
    # An executor puts off their own work, never the answer that somebody waits for.
    tree = {"or": [{"and": [TO_DO, *not_put_off(actor, "assignment", span)]}, ANSWERS_AWAITED]}
    return [_assignment(actor, row) for row in _rows(actor, "assignment", tree, ASSIGNMENT_KEYS)]


def assignments_chosen(actor: Actor, ids: Collection[int]) -> list[DayItem]:
    """Some assignments under way by their numbers, as far as the reader sees them."""
    under_way = {"field": "status", "op": "in", "value": [*UNDER_WAY, "declined"]}
    tree = {"and": [under_way, {"field": "id", "op": "in", "value": list(ids)}]}
    return [_assignment(actor, row) for row in _rows(actor, "assignment", tree, ASSIGNMENT_KEYS)]


def _assignment(actor: Actor, row: Row) -> DayItem:
    mine = isinstance(row["owner"], Ref) and row["owner"].id == actor.user_id
    to_do = mine and row["status"] in IN_HAND
    other = row["issuer"] if mine else row["owner"]
    return DayItem(
        object="assignment",
        id=row["id"],
        version=row["version"],
        title=row["title"],
        icon="clipboard-check",
        at=row["due_at"],
        party=_named(row.get("party")),
        who=(other.title or "") if isinstance(other, Ref) else "",
        what=_awaited(row, mine=mine),
        hue=_hue(row, mine=mine),
        important=row.get("important"),
        done="asks" if to_do else "",
        done_url=f"/assignment/{row['id']}/actions/report",
        may_snooze=to_do and "snoozed_until" in row,
        waits=True,
    )


def _hue(row: Row, *, mine: bool) -> str:
    """What is to be done by oneself, what was sent back to be done better, and what waits for an answer."""
    if mine:
        return "orange" if row["status"] == "returned" else "blue"
    return "violet"


def _awaited(row: Row, *, mine: bool) -> str:
    """What the reader is to do."""
    if mine and row["status"] in IN_HAND:
        told = {"issued": _("to accept"), "returned": pgettext("assignment", "to improve")}
        return told.get(row["status"], _("to do"))
    if row["status"] == "reported":
        return _("to approve")
    return _("declined") if row["status"] == "declined" else _("more time is asked for")


def events_near(actor: Actor, span: Span) -> list[DayItem]:
    """The reader's events of today and the coming week, those of today that are over already too; none they have declined."""
    if actor.user_id is None or not may(actor, shape_of("event"), "read"):
        return []
    first, after = span.now.date(), span.horizon.date()
    found = events_of(actor, [actor.user_id], first, after)
    return [_event(e) for e in found if e.is_open and e.answer != "declined" and e.status != "cancelled"]


def no_events(_actor: Actor, _ids: Collection[int]) -> list[DayItem]:
    """Events have their time: nobody picks them besides."""
    return []


def _event(found: Item) -> DayItem:
    return DayItem(
        object="event", id=found.id or 0, version=found.version, title=found.title, icon="calendar", at=found.begins,
        ends_at=found.ends, detail=found.place, all_day=found.all_day, may_pick=False,
        what=_("to answer") if found.answer == "waiting" else "", hue="violet",
    )  # fmt: skip


def _named(party: Any) -> Ref | None:
    return party if isinstance(party, Ref) and party.title else None


TASKS: Final = DaySource("task", tasks_near, tasks_chosen)
EVENTS: Final = DaySource("event", events_near, no_events)
ASSIGNMENTS: Final = DaySource("assignment", assignments_near, assignments_chosen)
