"""How many records a segment has, for a reader and day by day, and who came and went."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, NamedTuple

from django.db import connection
from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.gate import Predicate, require
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.segments.models import DayCount, Segment
from klientura.kernel.segments.rules import sees_whole, tree_of
from klientura.kernel.settings.days import company_today
from klientura.kernel.store import cursors
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.filters import Tree

CURVE_DAYS = 90


def count(actor: Actor, shape: Shape, tree: Tree) -> int:
    """How many records a filter finds among those open to the actor, to the last one. Raises BadRequest."""
    require(actor, shape, "read")
    where = conditions(actor, shape, tree=tree)
    text = sql.SQL("select count(*) from {} r where {}").format(sql.Identifier(shape.table), where.sql)
    with connection.cursor() as cursor:
        cursor.execute(text, where.params)
        return int(cursor.fetchone()[0])


def live_count(actor: Actor, segment: Segment) -> int:
    """How many records of a segment are open to the actor, at this moment. Raises BadRequest."""
    return count(actor, shape_of(segment.object), tree_of(segment))


def recount(segment: Segment, shape: Shape) -> int:
    """Count a list anew with the eyes of the product, and note it for today."""
    system = SystemActor("the size of a list is kept, whoever fills it")
    found = count(system, shape, tree_of(segment))
    note(segment, found)
    return found


def note(segment: Segment, found: int) -> None:
    """Keep a count: as the latest, and as that of today."""
    now = timezone.now()
    Segment.objects.filter(pk=segment.pk).update(counted=found, counted_at=now)
    segment.counted, segment.counted_at = found, now
    with connection.cursor() as cursor:
        cursor.execute(
            "insert into kernel_segment_count (segment_id, day, count) values (%s, %s, %s)"
            " on conflict (segment_id, day) do update set count = excluded.count",
            [segment.pk, company_today(), found],
        )


def curve(actor: Actor, segment: Segment, days: int = CURVE_DAYS) -> list[tuple[dt.date, int]]:
    """The counts of the last days, for those who see the segment whole; for others there is none."""
    if not sees_whole(actor, segment):
        return []
    return curves([segment], days).get(segment.pk, [])


def curves(segments: Sequence[Segment], days: int = CURVE_DAYS) -> dict[int, list[tuple[dt.date, int]]]:
    """The counts of the last days of segments whose whole is open to the reader, in one query."""
    since = company_today() - dt.timedelta(days=days)
    found: dict[int, list[tuple[dt.date, int]]] = {}
    rows = DayCount.objects.filter(segment_id__in=[s.pk for s in segments], day__gte=since).order_by("day")
    for number, day, size in rows.values_list("segment_id", "day", "count"):
        found.setdefault(number, []).append((day, size))
    return found


class Passage(NamedTuple):
    """One record that came or left."""

    id: int
    record_id: int
    title: str
    at: dt.datetime
    entered: bool


class Moves(NamedTuple):
    """Who came and went lately: how many each way, and the latest of them."""

    entered: int
    left: int
    latest: list[Passage]


def moves(actor: Actor, segment: Segment, days: int, limit: int = 20) -> Moves | None:
    """Who came and went within so many days, among the records open to the actor.

    Of a rule only for those who see the segment whole: to others its picture would tell of records that they do not see.
    """
    if segment.kind == "live" and not sees_whole(actor, segment):
        return None
    shape = shape_of(segment.object)
    where = conditions(actor, shape)
    values = [segment.pk, timezone.now() - dt.timedelta(days=days), *where.params]
    source = sql.SQL(
        " from kernel_segment_change c join {} r on r.id = c.record_id where c.segment_id = %s and c.at >= %s and {}"
    ).format(sql.Identifier(shape.table), where.sql)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("select count(*) filter (where c.entered), count(*) filter (where not c.entered)")
            + source,
            values,
        )
        came, went = cursor.fetchone()
        cursor.execute(
            sql.SQL("select c.id, c.record_id, r.title, c.at, c.entered")
            + source
            + sql.SQL(" order by c.at desc, c.id desc limit {}").format(sql.Literal(limit)),
            values,
        )
        return Moves(came, went, [Passage(*row) for row in cursor.fetchall()])


class Members(NamedTuple):
    """A page of the records of a segment that are open to the reader, and where to go on."""

    items: list[dict[str, Any]]
    next: str | None


def members(actor: Actor, segment: Segment, *, after: str | None = None, limit: int = 50) -> Members:
    """The records of a segment by number; each with the moment since which it is in, where the reader may know it."""
    shape = shape_of(segment.object)
    more = []
    if after:
        position = cursors.decode(after, "id", shape.fields["id"])
        more.append(Predicate(sql.SQL("r.id > %s"), (position.record_id,)))
    where = conditions(actor, shape, tree=tree_of(segment), more=more)
    known = segment.kind == "static" or sees_whole(actor, segment)
    text = sql.SQL(
        "select r.id, r.title, {since} from {table} r left join kernel_segment_member m on m.segment_id = %s"
        " and m.record_id = r.id where {where} order by r.id limit {limit}"
    ).format(
        since=sql.SQL("m.since") if known else sql.SQL("null"),
        table=sql.Identifier(shape.table),
        where=where.sql,
        limit=sql.Literal(limit + 1),
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [segment.pk, *where.params])
        rows = cursor.fetchall()
    following = None
    if len(rows) > limit:
        rows = rows[:limit]
        following = cursors.encode("id", shape.fields["id"], cursors.Position(rows[-1][0], rows[-1][0]))
    return Members([{"id": i, "title": title, "since": since} for i, title, since in rows], following)
