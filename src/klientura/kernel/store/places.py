"""Places in SQL: the records of a stretch of map in heaps, drawn from a sample where there are very many."""

import math
from collections.abc import Sequence
from typing import Any, Final, NamedTuple

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
from klientura.kernel.store.read import titles
from klientura.kernel.store.sizes import about_rows
from klientura.kit.places import Box

MOST_POINTS = 50_000
"""So many records of a stretch of map are counted one by one; of more a sample is read."""
SAMPLE = 15_000
"""So many rows of the table make a sample."""
GRID = 24
"""So many heaps beside each other, as a rule and at most."""
FINEST: Final = 20
"""No map is looked at more closely than this zoom; a cell is then a few metres wide."""


class Heap(NamedTuple):
    """Records that lie so near one another that a map shows them as one; where they are found, and one of them by name."""

    lat: float
    lon: float
    number: int
    record_id: int
    title: str
    box: Box


class Map(NamedTuple):
    """What a stretch of map shows, where there are too many to count them all one by one.

    `sampled`: the numbers are estimates. `at_least`: only so many were counted, and no sample met any; there are more.
    """

    heaps: list[Heap]
    sampled: bool
    at_least: bool = False


def on_map(
    actor: Actor,
    shape: Shape,
    key: str,
    box: Box,
    *,
    across: int = GRID,
    tree: Tree | None = None,
    more: Sequence[Predicate] = (),
) -> Map:
    """The records of a stretch of map that are open to the actor, in heaps by a grid that stays where it is when the map moves.

    Two queries, four where a sample is needed. Raises BadRequest, Denied.
    """
    require(actor, shape, "read")
    field = readable(actor, shape).get(key)
    if field is None or field.type.key != "location" or not field.filterable:
        raise BadRequest(_("There is no field «%(field)s».") % {"field": key[:60]}, code="field")
    where = conditions(actor, shape, tree=tree, more=[*more, inside(field, box)])
    cell = _cell(box, min(max(across, 4), GRID))
    rows = _heaps(shape, field, where, box, cell, limit=MOST_POINTS + 1)
    share, too_many = 1.0, sum(row[0] for row in rows) > MOST_POINTS
    if (
        too_many
        and (wanted := _share(shape)) < 1
        and (sample := _heaps(shape, field, where, box, cell, share=wanted))
    ):
        rows, share = sample, wanted
    names = titles(actor, shape, [row[1] for row in rows])
    return Map([_heap(row, names, share) for row in rows], share < 1, too_many and share == 1)


def _cell(box: Box, across: int) -> float:
    """The width of a cell in degrees: the circle divided by a power of two, so that it is the same at one zoom everywhere."""
    wide, high = (box.east - box.west) % 360 or 360.0, (box.north - box.south) / _narrowing(box)
    width = min(360.0, max(wide, high))
    return 360 / 2.0 ** min(FINEST + 3, math.floor(math.log2(360 * across / max(width, 1e-9))))


def _narrowing(box: Box) -> float:
    """How much narrower a degree of longitude is in the middle of the stretch than at the equator."""
    return max(math.cos(math.radians((box.south + box.north) / 2)), 0.1)


def _heaps(
    shape: Shape, field: FieldShape, where: Predicate, box: Box, cell: float, *, share: float = 1, limit: int | None = None
) -> list[Any]:  # fmt: skip
    """Number, one id, and the middle and the ends of each heap."""
    west, width = (box.west + 180) % 360 - 180, box.east - box.west
    lon: sql.Composable = sql.SQL("p[0]")
    if width < 360 and west + width > 180:  # beyond the date line
        lon = sql.SQL("p[0] + case when p[0] < {} then 360 else 0 end").format(sql.Literal(west))
    text = sql.SQL(
        "select count(*), min(id), avg(y), avg(x), min(y), min(x), max(y), max(x) from"
        " (select id, p[1] y, {lon} x from (select r.id, k_point({column}) p from {table} r {sample} where {where} {limit}) q"
        " offset 0) q group by floor(y / {high}), floor(x / {wide})"
    ).format(
        lon=lon, column=sql.SQL("r.{}").format(sql.Identifier(field.column)), table=sql.Identifier(shape.table),
        # The same pages each time, so that a map that is moved does not flicker.
        sample=sql.SQL("tablesample system ({}) repeatable (1)").format(sql.Literal(share * 100)) if share < 1 else sql.SQL(""),
        where=where.sql, limit=sql.SQL("limit {}").format(sql.Literal(limit)) if limit else sql.SQL(""),
        wide=sql.Literal(cell), high=sql.Literal(cell * _narrowing(box)),
    )  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(text, where.params)
        return list(cursor.fetchall())


def _share(shape: Shape) -> float:
    """Which share of the table's pages holds about as many rows as are counted one by one."""
    return min(1.0, SAMPLE / max(about_rows(shape.table), SAMPLE))


def _heap(row: Any, names: Any, share: float) -> Heap:
    number, record_id, lat, lon, south, west, north, east = row
    about = number if share == 1 else _rounded(number / share)
    return Heap(
        lat,
        (lon + 180) % 360 - 180,
        about,
        record_id,
        names.get(record_id, ""),
        Box(south, west, north, east),
    )


def _rounded(number: float) -> int:
    """An estimate, with no more digits than it is good for."""
    return int(float(f"{number:.2g}"))
