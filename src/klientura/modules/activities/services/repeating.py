"""What repeats: the next task or assignment is made when the former is closed, or when its time comes; each time once.

The rule stands on the record itself and goes over to the next one, so that changing it there changes what follows.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.objects.batch import Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.store.read import Ref
from klientura.kit.entry.clocks import END_OF_WORK
from klientura.kit.entry.repeats import completed, first_day
from klientura.kit.recurrence.expanding import moment, next_after, wall
from klientura.kit.recurrence.rules import parse
from klientura.modules.activities.enums import UNDER_WAY
from klientura.modules.activities.models import Successor

REPEATER: Final = SystemActor("it repeats")
MOST_AT_ONCE: Final = 500
CLOSED: Final = {"task": ("done", "cancelled"), "assignment": ("done",)}
OPEN: Final = {"task": ("open",), "assignment": UNDER_WAY}
_CARRIED: Final = {
    "task": ("name", "kind", "description", "important", "minutes", "repeats", "repeat_after", "party", "owner", "team"),
    "assignment": (
        "name", "description", "issuer", "controller", "escalate_after", "helpers", "important", "repeats", "repeat_after", "party", "owner", "team",
    ),
}  # fmt: skip


def complete_rule(draft: Draft) -> None:
    """A rule that leaves its day open takes the day of the due time; without a due time it brings one."""
    text = draft.values.get("repeats")
    if not text or not draft.changed("repeats"):
        return
    rule = _bare(text)
    due = draft.get("due_at")
    if due is None:
        first = first_day(rule, timezone.localdate())
        due = timezone.make_aware(dt.datetime.combine(first, END_OF_WORK))
        draft.values["due_at"] = due
    draft.values["repeats"] = parse(completed(rule, timezone.localtime(due).date())).text()


def _bare(text: str) -> str:
    """The rule of a recurrence without its exceptions: what follows a task is made one by one."""
    rule = parse(text).rule
    return rule.text() if rule is not None else "FREQ=DAILY;COUNT=1"


def task_repeats(_actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether another task follows this one."""
    return bool(row.get("repeats")) and row.get("status") == "open"


def assignment_repeats(actor: Actor, row: Mapping[str, Any]) -> bool:
    """Whether another assignment follows this one and the actor may stop that."""
    issuer = getattr(row.get("issuer"), "id", row.get("issuer"))
    return bool(row.get("repeats")) and (actor.is_admin or issuer == actor.user_id)


def _stop(object_key: str, actor: Actor, record_id: int, expected_version: int | None) -> int:
    return write.update(
        actor, shape_of(object_key), record_id, {"repeats": None}, expected_version=expected_version
    )


def stop_task(
    actor: Actor, record_id: int, _values: Any = None, *, expected_version: int | None = None
) -> int:
    """Have no further task follow this one."""
    return _stop("task", actor, record_id, expected_version)


def stop_assignment(
    actor: Actor, record_id: int, _values: Any = None, *, expected_version: int | None = None
) -> int:
    """Have no further assignment follow this one."""
    return _stop("assignment", actor, record_id, expected_version)


_AFFECTED: Final = sql.SQL(
    "select id, status = any(%s) from {table}"
    " where id = any(%s) and repeats is not null and due_at is not null and deleted_at is null order by id"
)
_DUE: Final = sql.SQL(
    "select t.id from {table} t where t.repeats is not null and not t.repeat_after and t.due_at < %(now)s"
    " and t.status = any(%(open)s) and t.deleted_at is null"
    " and not exists (select from activities_successor s where s.object = %(key)s and s.record_id = t.id)"
    " and not exists (select from activities_successor s join {table} former on former.id = s.record_id"
    "  where s.object = %(key)s and s.next_id = t.id and former.status = any(%(open)s) and former.deleted_at is null)"
    " order by t.id limit %(most)s"
)


def follow_up(object_key: str, record_ids: Collection[int]) -> None:
    """Make what follows those of the records that were closed; take back what followed those that are open again."""
    with connection.cursor() as cursor:
        cursor.execute(
            _AFFECTED.format(table=sql.Identifier(object_key)), [list(CLOSED[object_key]), list(record_ids)]
        )
        rows = cursor.fetchall()
    for record_id, closed in rows:
        if closed:
            make_next(object_key, record_id, because="done")
        else:
            _take_back_next(object_key, record_id)


def make_due(now: dt.datetime) -> int:
    """Make the next ones whose time has come though the former is still open; never more than two stand open at once."""
    made = 0
    for key, states in OPEN.items():
        given: dict[str, Any] = {"now": now, "open": list(states), "key": key, "most": MOST_AT_ONCE}
        with connection.cursor() as cursor:
            cursor.execute(_DUE.format(table=sql.Identifier(key)), given)
            ids = [row[0] for row in cursor.fetchall()]
        made += sum(make_next(key, n, because="time", now=now) is not None for n in ids)
    return made


@transaction.atomic
def make_next(object_key: str, record_id: int, *, because: str, now: dt.datetime | None = None) -> int | None:
    """Make what follows a record, once, whoever asks and however often; None when it is there or the rule has ended."""
    shape = shape_of(object_key)
    now = now or timezone.now()
    row = read.get(REPEATER, shape, record_id)
    owner_id = _number(row["owner"])
    zone = _zone_of(owner_id)
    since = _day_before(now, zone) if because == "time" else now
    due = next_due(row["repeats"], row["due_at"], zone, now=since, after_done=row["repeat_after"])
    if due is None or (because == "time" and wall(due, zone).date() > wall(now, zone).date()):
        return None
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into activities_successor (object, record_id, because) values (%s, %s, %s)"
            " on conflict (object, record_id) do nothing",
            [object_key, record_id, because],
        )
        if not cursor.rowcount:
            return None
    values = {key: _plain(row.get(key)) for key in _CARRIED[object_key]}
    about = {k: row.get(k) for k in ("subject_object", "subject_id")}
    next_id = write.create(REPEATER, shape, {**values, **about, "due_at": due.isoformat()})
    Successor.objects.filter(object=object_key, record_id=record_id).update(next_id=next_id)
    return next_id


def _day_before(now: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The last moment of yesterday by the clocks of a zone: what is due today has its time come today."""
    today = dt.datetime.combine(wall(now, zone).date(), dt.time())
    return moment(today, zone) - dt.timedelta(seconds=1)


def next_due(
    rule: str, due: dt.datetime, zone: ZoneInfo, *, now: dt.datetime, after_done: bool
) -> dt.datetime | None:
    """When the next one is due: the first time of the schedule that lies ahead of both, or counted from now.

    What was missed in between is passed over: a week of absence leaves one report behind, not five.
    """
    start = wall(due, zone)
    recurrence = parse(rule)
    if after_done:
        begin = dt.datetime.combine(wall(now, zone).date(), start.time())
        found = next_after(recurrence, begin, begin)
    else:
        found = next_after(recurrence, start, max(start, wall(now, zone)))
    return moment(found, zone) if found is not None else None


def _take_back_next(object_key: str, record_id: int) -> None:
    """What followed a record that is open again goes away, as long as nobody has touched it."""
    shape = shape_of(object_key)
    with transaction.atomic():
        followed = (
            Successor.objects.select_for_update()
            .filter(object=object_key, record_id=record_id, because="done")
            .first()
        )
        if followed is None or followed.next_id is None:
            return
        untouched = {"and": [
            {"field": "id", "op": "in", "value": [followed.next_id]},
            {"field": "status", "op": "in", "value": [OPEN[object_key][0]]},
        ]}  # fmt: skip
        rows = read.page(REPEATER, shape, tree=untouched, limit=1, keys=["id"]).rows
        if rows and rows[0]["version"] == 1:
            write.trash(REPEATER, shape, [followed.next_id])
            followed.delete()


def _zone_of(owner_id: int | None) -> ZoneInfo:
    name = User.objects.filter(pk=owner_id or 0).values_list("time_zone", flat=True).first()
    return ZoneInfo(name or "Europe/Moscow")


def _number(value: Any) -> int | None:
    return value.id if isinstance(value, Ref) else value


def _plain(value: Any) -> Any:
    if isinstance(value, list | tuple) and not isinstance(value, Ref):
        return [_plain(each) for each in value]
    return _number(value)
