"""Places in SQL: the point of a kept place, what lies near one or in a box, and the records of a stretch of map in heaps."""

from collections.abc import Sequence
from typing import NamedTuple

from django.db import connection
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable, require
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.filters import Tree
from klientura.kernel.store.near import inside
from klientura.kit.places import Box

MOST_POINTS = 50_000
"""So many records of a stretch of map are counted; of more it is said that there are more."""
GRID = 24
"""So many heaps beside each other at most."""


class Heap(NamedTuple):
    """Records that lie so near one another that a map shows them as one."""

    lat: float
    lon: float
    number: int
    record_id: int  # of the one, when it is one
    title: str


class Map(NamedTuple):
    """What a stretch of map shows; `capped`: there are more records than were counted."""

    heaps: list[Heap]
    capped: bool


def on_map(
    actor: Actor,
    shape: Shape,
    key: str,
    box: Box,
    *,
    tree: Tree | None = None,
    more: Sequence[Predicate] = (),
) -> Map:
    """The records of a stretch of map that are open to the actor, in heaps by a grid; one query. Raises BadRequest, Denied."""
    require(actor, shape, "read")
    field = readable(actor, shape).get(key)
    if field is None or field.type.key != "location":
        raise BadRequest(_("There is no field «%(field)s».") % {"field": key[:60]}, code="field")
    where = conditions(actor, shape, tree=tree, more=[*more, inside(field, box)])
    width = (box.east - box.west) % 360 or 360.0
    text = sql.SQL(
        "select avg(p[1]), avg(p[0] - {west} - 360 * floor((p[0] - {west}) / 360)), count(*), min(id), min(title)"
        " from (select r.id, r.title, k_point({column}) p from {table} r where {where} limit {most}) q"
        " group by floor((p[1] - {south}) / {high}),"
        " floor((p[0] - {west} - 360 * floor((p[0] - {west}) / 360)) / {wide})"
    ).format(
        west=sql.Literal(box.west), south=sql.Literal(box.south), column=_column(field), table=sql.Identifier(shape.table),
        where=where.sql, most=sql.Literal(MOST_POINTS + 1), high=sql.Literal(max((box.north - box.south) / GRID, 1e-9)),
        wide=sql.Literal(max(width / GRID, 1e-9)),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(text, where.params)
        heaps = [
            Heap(lat, (along + box.west + 180) % 360 - 180, number, record_id, title if number == 1 else "")
            for lat, along, number, record_id, title in cursor.fetchall()
        ]
    return Map(heaps, sum(heap.number for heap in heaps) > MOST_POINTS)


def _column(field: FieldShape) -> sql.Composable:
    return sql.SQL("r.{}").format(sql.Identifier(field.column))
