"""What repeats: the next task or assignment is made when the former is closed, or when its time comes; each time once.

The rule stands on the record itself and goes over to the next one, so that changing it there changes what follows.
"""

import datetime as dt
import logging
from collections.abc import Collection, Mapping
from dataclasses import replace
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.models import User
from klientura.kernel.errors import Invalid, KernelError
from klientura.kernel.notify.models import Notification
from klientura.kernel.notify.telling import Told, tell
from klientura.kernel.objects.batch import Draft
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.store.read import Ref
from klientura.kit.entry.clocks import END_OF_WORK
from klientura.kit.entry.repeats import completed, first_day
from klientura.kit.recurrence.expanding import moment, next_after, passed, wall
from klientura.kit.recurrence.rules import parse
from klientura.modules.activities.enums import UNDER_WAY
from klientura.modules.activities.models import Successor
from klientura.modules.activities.services.reminding import People

log = logging.getLogger(__name__)
REPEATER: Final = SystemActor("it repeats")
MOST_AT_ONCE: Final = 500
ABOUT_GROUPS: Final = (frozenset({"party"}), frozenset({"subject_object", "subject_id"}), frozenset({"team"}))
ABOUT: Final = frozenset().union(*ABOUT_GROUPS)
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
    "select t.id from {table} t where t.id > %(after)s and t.repeats is not null and not t.repeat_after and t.due_at < %(now)s"
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
        try:
            if closed:
                make_next(object_key, record_id, because="done")
            else:
                _take_back_next(object_key, record_id)
        except KernelError as refused:  # what cannot be written must not keep the rest from being followed up
            log.warning("nothing follows %s %s: %s", object_key, record_id, refused)
            _tell_that_it_stopped(object_key, record_id)


def _tell_that_it_stopped(object_key: str, record_id: int) -> None:
    """Tell the owner, once, that nothing follows a record; when they have left, all administrators."""
    cause, now = f"repeat:{object_key}:{record_id}", timezone.now()
    if Notification.objects.filter(kind="paused", cause=cause).exists():
        return  # the clock tries again and again
    row = read.get(REPEATER, shape_of(object_key), record_id, keys=["name", "owner"])
    active = User.objects.filter(is_active=True)
    users = active.filter(pk=_number(row["owner"]) or 0) or active.filter(role__key="administrator")
    said = {"name": row["name"], "url": f"/{object_key}/{record_id}"}
    tell([Told(user.pk, "paused", cause, now, payload=said) for user in users])


def make_due(now: dt.datetime) -> int:
    """Make the next ones whose time has come though the former is still open; never more than two stand open at once."""
    made = 0
    for key in OPEN:
        ids = _due_after(key, 0, now)
        while ids:
            made += sum(_made_in_time(key, n, now) for n in ids)
            ids = _due_after(key, ids[-1], now)
    return made


def _due_after(object_key: str, after: int, now: dt.datetime) -> list[int]:
    """Some records behind a number whose next one may have its time come."""
    given: dict[str, Any] = {
        "now": now,
        "open": list(OPEN[object_key]),
        "key": object_key,
        "most": MOST_AT_ONCE,
    }
    with connection.cursor() as cursor:
        cursor.execute(_DUE.format(table=sql.Identifier(object_key)), {**given, "after": after})
        return [row[0] for row in cursor.fetchall()]


def _made_in_time(object_key: str, record_id: int, now: dt.datetime) -> bool:
    try:
        return make_next(object_key, record_id, because="time", now=now) is not None
    except KernelError as refused:  # one record that cannot be written must not stop those of everybody else
        log.warning("nothing follows %s %s: %s", object_key, record_id, refused)
        _tell_that_it_stopped(object_key, record_id)
        return False


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
    rule = rule_left(row["repeats"], row["due_at"], due, zone, after_done=row["repeat_after"])
    next_id = _write(object_key, {**values, **about, "repeats": rule, "due_at": due.isoformat()})
    Successor.objects.filter(object=object_key, record_id=record_id).update(next_id=next_id)
    return next_id


def _write(object_key: str, values: dict[str, Any]) -> int:
    """Create a record as the former was; what it was about is left out when that is gone. Raises Invalid."""
    shape = shape_of(object_key)
    values = _for_those_who_work_here(values)
    try:
        with transaction.atomic():
            return write.create(REPEATER, shape, values)
    except Invalid as refused:
        gone = {e.field for e in refused.errors}
        if not gone <= ABOUT:
            raise
        left_out = {key for group in ABOUT_GROUPS if gone & group for key in group}
        return write.create(REPEATER, shape, {k: v for k, v in values.items() if k not in left_out})


def _for_those_who_work_here(values: dict[str, Any]) -> dict[str, Any]:
    """Whoever was switched off is named no more; their part goes to who issued it, or to the head of their team."""
    named = {
        values.get("owner"),
        values.get("issuer"),
        values.get("controller"),
        *(values.get("helpers") or ()),
    }
    working = set(User.objects.filter(pk__in=named - {None}, is_active=True).values_list("pk", flat=True))
    if named - {None} <= working:
        return values
    people = People(named - {None})
    found = dict(values)
    for key in ("issuer", "owner"):
        user_id = values.get(key)
        if user_id is not None and user_id not in working:
            heirs = [found["issuer"]] if key == "owner" and found.get("issuer") else []
            found[key] = next(iter([*heirs, *people.managers_of(user_id)]), user_id)
    if found.get("controller") not in working or found.get("controller") == found.get("owner"):
        found.pop("controller", None)
    if found.get("helpers"):
        found["helpers"] = [n for n in found["helpers"] if n in working]
    return found


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


def rule_left(
    rule: str, due: dt.datetime, following: dt.datetime, zone: ZoneInfo, *, after_done: bool
) -> str | None:
    """What is left of a rule for the next one: of a counted rule what is still to come, none for the last."""
    recurrence = parse(rule)
    if recurrence.rule is None or recurrence.rule.count is None:
        return rule
    gone = 1 if after_done else passed(recurrence, wall(due, zone), wall(following, zone))
    left = recurrence.rule.count - gone
    return replace(recurrence, rule=replace(recurrence.rule, count=left)).text() if left > 1 else None


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
