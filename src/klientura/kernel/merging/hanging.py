"""How many records hang on each of some records, by object, as far as a reader sees them."""

from collections.abc import Sequence

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, may, members_of, readable
from klientura.kernel.merging.rooms import about, refers
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.compiler import conditions


def hanging(actor: Actor, shape: Shape, ids: Sequence[int]) -> dict[str, dict[int, int]]:
    """Object → record → how many of its records point at it; one query for each object."""
    found: dict[str, dict[int, int]] = {}
    for other in all_shapes().values():
        if members_of(other) or not may(actor, other, "read"):
            continue
        fields = readable(actor, other)
        held = [sql.SQL("r.{}").format(sql.Identifier(f.column)) for f in fields.values() if refers(f, shape)]
        if {"subject_object", "subject_id"} <= set(fields):
            held.append(sql.SQL("case when {} then r.subject_id end").format(about(shape, "r")))
        if held and (counts := _count(actor, other, held, list(ids))):
            found[other.key] = counts
    return found


def _count(actor: Actor, other: Shape, held: Sequence[sql.Composable], ids: list[int]) -> dict[int, int]:
    some = sql.SQL(" or ").join(sql.SQL("{} = any(%s)").format(each) for each in held)
    where = conditions(actor, other, more=[Predicate(some, tuple(ids for _each in held))])
    text = sql.SQL(
        "select v.id, count(distinct r.id) from {table} r cross join lateral (values {held}) v(id)"
        " where v.id = any(%s) and {where} group by v.id"
    ).format(
        table=sql.Identifier(other.table),
        held=sql.SQL(", ").join(sql.SQL("({})").format(each) for each in held),
        where=where.sql,
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [ids, *where.params])
        return dict(cursor.fetchall())
