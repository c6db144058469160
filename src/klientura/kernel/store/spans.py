"""The records that lie in a stretch of days by their dates: some of each day, and how many each day has."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, require
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.store.compiler import as_rows, build, conditions
from klientura.kernel.store.expressions import column
from klientura.kernel.store.filters import Tree
from klientura.kernel.store.nameless import name_nameless, read_besides
from klientura.kernel.store.read import Row, pick_fields
from klientura.kernel.store.summaries import read_for_long

LONGEST = dt.timedelta(days=366)
"""What begins earlier than this before the first day is not looked for: an index leads to all the rest."""


def in_days(
    actor: Actor,
    shape: Shape,
    *,
    start: FieldShape,
    end: FieldShape | None,
    first: dt.date,
    last: dt.date,
    most: int,
    keys: Sequence[str],
    tree: Tree | None = None,
    more: Sequence[Predicate] = (),
) -> tuple[list[Row], Mapping[dt.date, int]]:
    """Up to `most` records of each day from `first` to the one before `last`, in one statement, and the number of each day.

    A record stands under the day it begins on; one that began before, under the first day. The two fields are the
    actor's to read: the caller has found them among those. Raises TooMuch when that takes too long.
    """
    require(actor, shape, "read")
    fields = pick_fields(actor, shape, keys)
    where = conditions(actor, shape, tree=tree, more=[*more, *_within(start, end, first, last)])
    day = sql.SQL("greatest({}, {})").format(_day(start), sql.Literal(first))
    inner = sql.SQL(
        "select r.id, {day} as day, row_number() over w as place, count(*) over (partition by {day}) as number"
        " from {table} r where {where} window w as (partition by {day} order by {start}, r.id)"
    ).format(day=day, table=sql.Identifier(shape.table), where=where.sql, start=column(start))
    besides = read_besides(actor, shape, fields)
    query = build(actor, shape, (*fields, *besides), Predicate(sql.SQL("true")))
    text = sql.SQL(
        "select {select}, p.day, p.number from {source} join ({inner}) p on p.id = r.id"
        " where p.place <= {most} order by p.day, {start}, r.id"
    ).format(
        select=query.select, source=query.source, inner=inner, most=sql.Literal(most), start=column(start)
    )
    found = read_for_long(text, [*query.source_params, *where.params])
    rows = as_rows(query, found)
    name_nameless(actor, shape, fields, rows, besides)
    return rows, {values[-2]: values[-1] for values in found}


def _day(field: FieldShape) -> sql.Composable:
    """The day of a value where the reader lives."""
    if field.type.key == "date":
        return column(field)
    zone = sql.Literal(timezone.get_current_timezone_name())
    return sql.SQL("({} at time zone {})::date").format(column(field), zone)


def _bound(field: FieldShape, day: dt.date) -> Any:
    if field.type.key == "date":
        return day
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def _within(start: FieldShape, end: FieldShape | None, first: dt.date, last: dt.date) -> list[Predicate]:
    begins = Predicate(sql.SQL("{} < %s").format(column(start)), (_bound(start, last),))
    if end is None:
        return [begins, Predicate(sql.SQL("{} >= %s").format(column(start)), (_bound(start, first),))]
    near = Predicate(sql.SQL("{} >= %s").format(column(start)), (_bound(start, first - LONGEST),))
    reaches = Predicate(
        sql.SQL("({0} >= %s or {1} >= %s)").format(column(start), column(end)),
        (_bound(start, first), _bound(end, first)),
    )
    return [begins, near, reaches]
