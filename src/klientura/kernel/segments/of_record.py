"""The segments that a record is in, for a reader: one statement judges all rules at once."""

from collections.abc import Sequence

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable
from klientura.kernel.errors import KernelError
from klientura.kernel.objects.shape import Shape
from klientura.kernel.segments import reading
from klientura.kernel.segments.models import Segment
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.filters import compile_filter
from klientura.kernel.store.operators import Context

MOST = 60
"""Rules that are judged for one card."""


def segments_of(actor: Actor, shape: Shape, record_id: int) -> list[Segment]:
    """The segments open to the actor that hold a record; a rule that the actor may not ask for is left out."""
    open_ones = reading.of_object(actor, shape)[:MOST]
    judged: list[tuple[Segment, Predicate]] = []
    with reading.remembered(reading.with_parts(open_ones).values()):
        for segment in open_ones:
            context = Context(actor, readable(actor, shape), shape=shape)
            try:
                predicate = compile_filter({"segment": segment.pk}, context)
            except KernelError:
                continue
            if predicate is not None:
                judged.append((segment, predicate))
    return _held(actor, shape, record_id, judged) if judged else []


def _held(
    actor: Actor, shape: Shape, record_id: int, judged: Sequence[tuple[Segment, Predicate]]
) -> list[Segment]:
    mine = conditions(actor, shape, more=[Predicate(sql.SQL("r.id = %s"), (record_id,))])
    text = sql.SQL("select {} from {} r where {}").format(
        sql.SQL(", ").join(sql.SQL("(") + p.sql + sql.SQL(")") for _s, p in judged),
        sql.Identifier(shape.table),
        mine.sql,
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [*(v for _s, p in judged for v in p.params), *mine.params])
        row = cursor.fetchone()
    if row is None:
        return []
    return [segment for (segment, _p), yes in zip(judged, row, strict=True) if yes]
