"""What colleagues have in a stretch of time: events with their occurrences, what is due. One statement per kind.

Anybody may see when a colleague is busy. What it is stands only where the reader's rights reach; of all else there is
no title, no place, no number: nothing that leads to the record.
"""

import datetime as dt
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from zoneinfo import ZoneInfo

from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, may, readable, scope
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.statements import cursor_for_repeated
from klientura.kernel.store.compiler import build, conditions, statement
from klientura.kit.recurrence.expanding import between, expand
from klientura.kit.recurrence.rules import stamp
from klientura.modules.activities.enums import ANSWERS
from klientura.modules.activities.rules import recurrence_of, start_of, zone_of

DAY: Final = dt.timedelta(days=1)
MOST: Final = 5_000
MOST_OF_ONE: Final = 400
"""Occurrences of one series within a window."""
SHOWN: Final = ("title", "kind", "place")
COLUMNS: Final = (
    "id", "version", "title", "kind", "status", "starts_at", "ends_at", "all_day", "first_day", "last_day", "zone", "repeats", "place",
    "owner_id", "attendees", "accepted", "tentative", "declined", "free", "private",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Item:
    """Something that stands in a calendar, for one colleague. One that is not open to the reader has no number and no words."""

    what: str  # event, task or assignment
    user_id: int
    begins: dt.datetime  # in the reader's zone; of a whole day its midnight
    ends: dt.datetime
    first: dt.date
    last: dt.date
    all_day: bool = False
    id: int | None = None
    at: str = ""  # the occurrence of a series
    title: str = ""
    kind: str = ""
    status: str = ""
    place: str = ""
    answer: str = ""
    mine: bool = False  # the reader may change it
    private: bool = False
    free: bool = False
    version: int = 0

    @property
    def is_open(self) -> bool:
        """Whether the reader may know what it is."""
        return self.id is not None


def events_of(actor: Actor, user_ids: Sequence[int], first: dt.date, after: dt.date) -> list[Item]:
    """The events of some colleagues from one day to the one before another, days as the reader's zone has them."""
    here = ZoneInfo(timezone.get_current_timezone_name())
    # An all-day event keeps its dates wherever one is: its midnights may lie on the other side of the edge.
    window = (_midnight(first, here) - DAY, _midnight(after, here) + DAY)
    found: list[Item] = []
    for row in _rows(actor, user_ids, window):
        whose = _whose(row, user_ids)
        for begins, ends, at in _occurrences(row, window, here):
            last = (ends - dt.timedelta(microseconds=1)).date() if ends > begins else begins.date()
            if begins.date() < after and last >= first:
                found += _items(actor, row, whose, (begins, ends), last, at)
    found.sort(key=lambda i: (i.begins, i.ends, i.user_id, i.id or 0))
    return found


def _rows(
    actor: Actor, user_ids: Sequence[int], window: tuple[dt.datetime, dt.datetime]
) -> list[dict[str, Any]]:
    """Rows of the table whoever they are open to, each with whether it is open to the reader and theirs to change."""
    shape = shape_of("event")
    read, edit = scope(actor, shape, "read"), scope(actor, shape, "edit")
    text = sql.SQL(
        "select {columns}, ({read})::bool, ({edit})::bool from event r where r.deleted_at is null and r.starts_at < %s"
        " and (r.over_at is null or r.over_at >= %s)"
        " and (r.owner_id = any(%s) or (r.attendees is not null and r.attendees && %s::bigint[]))"
        " order by r.id limit {most}"
    ).format(
        columns=sql.SQL(", ").join(sql.SQL("r.{}").format(sql.Identifier(c)) for c in COLUMNS),
        read=read.sql, edit=edit.sql, most=sql.Literal(MOST),
    )  # fmt: skip
    users = list(user_ids)
    with cursor_for_repeated() as cursor:
        cursor.execute(text, [*read.params, *edit.params, window[1], window[0], users, users])
        return [dict(zip((*COLUMNS, "open", "edit"), values, strict=True)) for values in cursor.fetchall()]


def _whose(row: Mapping[str, Any], user_ids: Iterable[int]) -> list[int]:
    named = {row["owner_id"], *(row["attendees"] or ())}
    return [u for u in user_ids if u in named]


def _occurrences(
    row: Mapping[str, Any], window: tuple[dt.datetime, dt.datetime], here: ZoneInfo
) -> Iterable[tuple[dt.datetime, dt.datetime, str]]:
    """(begin, end, which occurrence) in the reader's zone; whole days as the midnights of the reader."""
    recurrence = recurrence_of(row)
    lasting = row["ends_at"] - row["starts_at"]
    if row["all_day"]:
        days = row["last_day"] - row["first_day"] + DAY
        starts = [start_of(row)]
        if recurrence is not None:
            first, after = (m.astimezone(here).replace(tzinfo=None) for m in window)
            starts = between(recurrence, starts[0], first - days, after, most=MOST_OF_ONE)
        for start in starts:
            begins = start.replace(tzinfo=here)
            yield begins, (start + days).replace(tzinfo=here), stamp(start) if recurrence else ""
        return
    if recurrence is None:
        yield row["starts_at"].astimezone(here), row["ends_at"].astimezone(here), ""
        return
    zone = zone_of(row["zone"])
    for local, at in expand(recurrence, start_of(row), zone, window, lasting=lasting, most=MOST_OF_ONE):
        begins = at.astimezone(here)
        yield begins, (at + lasting).astimezone(here), stamp(local)


def _items(
    actor: Actor,
    row: Mapping[str, Any],
    whose: Sequence[int],
    span: tuple[dt.datetime, dt.datetime],
    last: dt.date,
    at: str,
) -> Iterable[Item]:
    begins, ends = span
    if not row["open"]:
        if row["free"] or row["status"] == "cancelled":
            return
        for user_id in whose:
            if user_id not in (row["declined"] or ()):
                yield Item("event", user_id, begins, ends, begins.date(), last, all_day=row["all_day"])
        return
    shown = readable(actor, shape_of("event"))
    said = {k: (row[k] or "") if k in shown else "" for k in SHOWN}
    for user_id in whose:
        yield Item(
            "event", user_id, begins, ends, begins.date(), last, all_day=row["all_day"], id=row["id"], at=at,
            title=said["title"] or f"№ {row['id']}", kind=said["kind"], place=said["place"], status=row["status"],
            answer=_answer(row, user_id), mine=row["edit"], private=row["private"], free=row["free"], version=row["version"],
        )  # fmt: skip


def _answer(row: Mapping[str, Any], user_id: int) -> str:
    if user_id not in (row["attendees"] or ()):
        return ""
    return next((k for k in ANSWERS if user_id in (row[k] or ())), "waiting")


def due_of(actor: Actor, what: str, user_ids: Sequence[int], first: dt.date, after: dt.date) -> list[Item]:
    """Tasks or assignments of some colleagues that are due in a stretch of days, as far as they are open to the reader."""
    shape = shape_of(what)
    fields = readable(actor, shape)
    if not may(actor, shape, "read") or not {"due_at", "status", "owner"} <= set(fields):
        return []
    here = ZoneInfo(timezone.get_current_timezone_name())
    more = [
        Predicate(sql.SQL("r.owner_id = any(%s)"), (list(user_ids),)),
        Predicate(
            sql.SQL("r.due_at >= %s and r.due_at < %s"), (_midnight(first, here), _midnight(after, here))
        ),
        Predicate(sql.SQL("r.status <> all(%s)"), (["cancelled", "declined"],)),
    ]
    edit = scope(actor, shape, "edit")
    query = build(
        actor,
        shape,
        [shape.fields[k] for k in ("id", "version", "due_at", "status")],
        conditions(actor, shape, more=more),
    )
    text, params = statement(query, limit=MOST)
    return _due(text, params, edit, shape, here, named="title" in fields)


def _due(
    text: sql.Composed, params: Sequence[Any], edit: Predicate, shape: Shape, here: ZoneInfo, *, named: bool
) -> list[Item]:
    whole = sql.SQL(
        "select q.*, r.title, r.owner_id, ({edit})::bool from ({text}) q (id, version, due_at, status) join {table} r on r.id = q.id"
        " order by q.due_at, q.id"
    ).format(edit=edit.sql, text=text, table=sql.Identifier(shape.table))
    with cursor_for_repeated() as cursor:
        cursor.execute(whole, [*edit.params, *params])
        rows = cursor.fetchall()
    found = []
    for number, version, due, status, title, owner, mine in rows:
        at = due.astimezone(here)
        found.append(
            Item(shape.key, owner, at, at, at.date(), at.date(), id=number, title=(title if named else "") or f"№ {number}", status=status,
                 mine=mine, version=version)
        )  # fmt: skip
    return found


def _midnight(day: dt.date, zone: ZoneInfo) -> dt.datetime:
    return dt.datetime.combine(day, dt.time(), zone)
