"""Reminders: rows with the moment to fire, moved when what they remind of moves, each fired once.

A moment that came while no worker ran is told late; one whose event has begun meanwhile is told once as missed, and of a
series the next occurrence is waited for.
"""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.notify.telling import Told, tell
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.store import read
from klientura.kernel.store.sight import seen_by
from klientura.kit.recurrence.expanding import moment, next_after, wall
from klientura.modules.activities.enums import ANSWERS
from klientura.modules.activities.models import Reminder
from klientura.modules.activities.rules import recurrence_of, start_of, zone_of

CHOICES: Final = (0, 5, 10, 15, 30, 60, 120, 1440, 2880, 10080)
USUAL: Final = 15
"""Minutes before an event at which everybody who takes part is reminded, unless they choose otherwise."""
NONE: Final = -1
"""The minutes of a row that says: this user wants no reminder of it. It never fires, and keeps the usual one away."""
MOST: Final = 8
AT_ONCE: Final = 500
REMINDED: Final = {"event": "starts_at", "task": "due_at", "assignment": "due_at"}
OVER: Final = frozenset({"held", "cancelled", "done", "declined"})
LATE: Final = dt.timedelta(minutes=5)
"""So long after its beginning something still begins; later it has been missed."""
KEEPER: Final = SystemActor("reminders are kept in time")
EVENT_KEYS: Final = (
    "id", "status", "starts_at", "ends_at", "all_day", "first_day", "last_day", "zone", "repeats", "series", "owner", "attendees",
    *ANSWERS,
)  # fmt: skip
# Whoever was named before a change, or before one that came after it and is there already when it is followed.
_NAMED: Final = (
    "select c.record_id, array_agg(distinct x::bigint) from kernel_change c"
    " cross join lateral jsonb_array_elements_text(nullif(c.changes -> 'attendees' -> 0, 'null')) x"
    " where c.object = 'event' and c.record_id = any(%(ids)s) and c.changes ? 'attendees' and (c.at >= %(since)s or not exists ("
    "  select from kernel_change l where l.object = 'event' and l.record_id = c.record_id and l.id > c.id and l.changes ? 'attendees'))"
    " group by 1"
)
_FORGET: Final = (
    "delete from activities_reminder r using unnest(%s::bigint[], %s::bigint[]) v(event_id, user_id)"
    " where r.object = 'event' and r.record_id = v.event_id and r.user_id = v.user_id"
)
_PURGED: Final = sql.SQL(
    "delete from {table} t where t.object = {key} and not exists (select from {records} r where r.id = t.record_id)"
)
_GUESTS: Final = (
    "delete from activities_event_guest g where not exists (select from event e where e.id = g.event_id)"
)


def chosen(actor: Actor, object_key: str, record_id: int) -> list[int]:
    """How many minutes before the actor wants to be reminded."""
    found = Reminder.objects.filter(
        user_id=actor.user_id or 0, object=object_key, record_id=record_id, minutes__gte=0
    )
    return sorted(found.values_list("minutes", flat=True))


@transaction.atomic
def choose(actor: Actor, object_key: str, record_id: int, minutes: Collection[int]) -> None:
    """Set the actor's own reminders of a record that is open to them. Raises NotFound, Invalid."""
    read.get(actor, shape_of(object_key), record_id, keys=["id"])
    wanted, me = set(minutes), actor.user_id or 0
    if not wanted <= set(CHOICES) or len(wanted) > MOST:
        raise Invalid([FieldError("minutes", "option", "")])
    mine = Reminder.objects.filter(user_id=me, object=object_key, record_id=record_id)
    mine.exclude(minutes__in=wanted or {NONE}).delete()
    known = set(mine.values_list("minutes", flat=True))
    Reminder.objects.bulk_create(
        Reminder(user_id=me, object=object_key, record_id=record_id, minutes=m)
        for m in (wanted or {NONE}) - known
    )
    refresh(object_key, [record_id])


def remind_as_usual(event_ids: Sequence[int]) -> None:
    """Whoever takes part in an event, or is invited to it and has not answered, is reminded, unless they have chosen.

    A day of a series that stands by itself takes over what was chosen for the series.
    """
    rows = _rows("event", event_ids)
    carry_over({row["id"]: row["series"].id for row in rows if row["series"]})
    known = set(
        Reminder.objects.filter(object="event", record_id__in=event_ids).values_list("record_id", "user_id")
    )
    Reminder.objects.bulk_create(
        (
            Reminder(user_id=user, object="event", record_id=row["id"], minutes=USUAL)
            for row in rows
            if not row["all_day"]
            for user in _takes_part(row)
            if (row["id"], user) not in known
        ),
        ignore_conflicts=True,
    )


def carry_over(sources: Mapping[int, int]) -> None:
    """Each event takes over the reminders of another one, where nobody has chosen any of it yet."""
    of: dict[int, list[Reminder]] = defaultdict(list)
    for reminder in Reminder.objects.filter(object="event", record_id__in={*sources, *sources.values()}):
        of[reminder.record_id].append(reminder)
    Reminder.objects.bulk_create(
        (
            Reminder(user_id=r.user_id, object="event", record_id=number, minutes=r.minutes)
            for number, source in sources.items()
            if not of[number]
            for r in of[source]
        ),
        ignore_conflicts=True,
    )


def follow_attendees(event_ids: Sequence[int], since: dt.datetime) -> None:
    """Whoever is named now is reminded as usual; whoever was named before that moment and is no more, no longer."""
    rows = {row["id"]: row for row in _rows("event", event_ids)}
    with connection.cursor() as cursor:
        cursor.execute(_NAMED, {"ids": list(rows), "since": since})
        before = cursor.fetchall()
        gone = [(n, user) for n, users in before for user in set(users) - _named(rows[n])]
        if gone:
            cursor.execute(_FORGET, [list(column) for column in zip(*gone, strict=True)])
    remind_as_usual(event_ids)


def forget_purged() -> int:
    """Delete the reminders of what was deleted for good, and the guests of such events; return how many rows."""
    table = sql.Identifier(Reminder._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(_GUESTS)
        gone: int = cursor.rowcount
        for key in REMINDED:
            cursor.execute(_PURGED.format(table=table, key=sql.Literal(key), records=sql.Identifier(key)))
            gone += cursor.rowcount
    return gone


def refresh(object_key: str, record_ids: Sequence[int], since: dt.datetime | None = None) -> None:
    """Move the reminders of some records to where those stand now; what lay in the past when they changed does not fire.

    `since` is that moment, for those who hear of the change later: a moment that has come meanwhile is told late.
    """
    armed = Reminder.objects.filter(object=object_key, record_id__in=record_ids, minutes__gte=0)
    reminders = list(armed.select_for_update())
    if not reminders:
        return
    rows = {row["id"]: row for row in _rows(object_key, record_ids)}
    now = timezone.now()
    for reminder in reminders:
        row = rows.get(reminder.record_id)
        if not _is_due(reminder, row, now):
            _aim(reminder, row, (since or now) + dt.timedelta(minutes=reminder.minutes))
    Reminder.objects.bulk_update(reminders, ["begins_at", "fires_at"])


def fire(now: dt.datetime | None = None) -> int:
    """Tell of all that is due; return how many were told. What was told and what comes next are one transaction."""
    now = now or timezone.now()
    told = 0
    while True:
        with transaction.atomic():
            due = list(
                Reminder.objects.filter(fires_at__lte=now).select_for_update(skip_locked=True).order_by("fires_at", "pk")[:AT_ONCE]
            )  # fmt: skip
            if not due:
                return told
            told += _tell(due, now)


def _tell(due: Sequence[Reminder], now: dt.datetime) -> int:
    by_object: dict[str, list[Reminder]] = defaultdict(list)
    for reminder in due:
        by_object[reminder.object].append(reminder)
    notices: list[Told] = []
    for object_key, reminders in by_object.items():
        rows = {row["id"]: row for row in _rows(object_key, [r.record_id for r in reminders])}
        seen = _seen(object_key, reminders)
        for reminder in reminders:
            row = rows.get(reminder.record_id)
            if (
                row is not None
                and row["status"] not in OVER
                and reminder.user_id not in {each.id for each in row.get("declined") or ()}
                and reminder.record_id in seen.get(reminder.user_id, ())
            ):
                notices.append(_notice(reminder, now))
            _aim(reminder, row, max(now, reminder.begins_at or now))
    tell(notices)
    Reminder.objects.bulk_update(list(due), ["begins_at", "fires_at"])
    return len(notices)


def _notice(reminder: Reminder, now: dt.datetime) -> Told:
    begins = reminder.begins_at or now
    said = "due" if reminder.object != "event" else "missed" if now > begins + LATE else "soon"
    return Told(
        user_id=reminder.user_id,
        kind="reminder",
        cause=f"reminder:{reminder.pk}:{begins.isoformat()}",
        at=now,
        object=reminder.object,
        record_ids=[reminder.record_id],
        payload={"said": said, "begins": begins.isoformat()},
    )


def _seen(object_key: str, reminders: Iterable[Reminder]) -> dict[int, set[int]]:
    wanted: dict[int, set[int]] = defaultdict(set)
    for reminder in reminders:
        wanted[reminder.user_id].add(reminder.record_id)
    return seen_by(shape_of(object_key), wanted)


def _rows(object_key: str, record_ids: Sequence[int]) -> list[dict[str, Any]]:
    """What stands now of some records; those in the trash do not."""
    if object_key not in all_shapes() or object_key not in REMINDED:
        return []
    keys = EVENT_KEYS if object_key == "event" else ("id", "status", "due_at")
    found: list[dict[str, Any]] = []
    for start in range(0, len(record_ids), 200):
        some = list(record_ids[start : start + 200])
        tree = {"field": "id", "op": "in", "value": some}
        found += read.page(KEEPER, shape_of(object_key), tree=tree, sort="id", limit=200, keys=keys).rows
    return found


def _named(row: dict[str, Any]) -> set[int]:
    """Whose event it is and whoever is invited."""
    return {each.id for each in row["attendees"] or ()} | _owner(row)


def _owner(row: dict[str, Any]) -> set[int]:
    return {row["owner"].id} if row["owner"] else set()


def _takes_part(row: dict[str, Any]) -> set[int]:
    answered = {each.id for key in ANSWERS for each in row[key] or ()}
    return (_named(row) - answered) | _owner(row)


def _aim(reminder: Reminder, row: dict[str, Any] | None, after: dt.datetime) -> None:
    """Set what is reminded of next: the first beginning later than `after`."""
    before = dt.timedelta(minutes=reminder.minutes)
    begins = None if row is None or row["status"] in OVER else _next(reminder.object, row, after)
    reminder.begins_at, reminder.fires_at = begins, begins - before if begins else None


def _is_due(reminder: Reminder, row: dict[str, Any] | None, now: dt.datetime) -> bool:
    """Whether its moment has come and it waits for a worker: an edit that moves nothing does not swallow it."""
    if row is None or row["status"] in OVER or reminder.begins_at is None or reminder.fires_at is None:
        return False
    just_before = reminder.begins_at - dt.timedelta(seconds=1)
    return reminder.fires_at <= now and _next(reminder.object, row, just_before) == reminder.begins_at


def _next(object_key: str, row: dict[str, Any], after: dt.datetime) -> dt.datetime | None:
    begins: dt.datetime | None = row[REMINDED[object_key]]
    if begins is None:
        return None
    recurrence = recurrence_of(row) if object_key == "event" else None
    if recurrence is None:
        return begins if begins > after else None
    zone = zone_of(row["zone"])
    found = next_after(recurrence, start_of(row), wall(after, zone))
    return moment(found, zone) if found else None
