"""What is wrong with one record, for a reader: the rules that find it, judged by one statement."""

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable
from klientura.kernel.objects.shape import Shape
from klientura.kernel.quality.faults import Fault, faults_of
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.filters import compile_filter
from klientura.kernel.store.operators import Context


def faults_in(actor: Actor, shape: Shape, record_id: int) -> list[Fault]:
    """The rules open to the actor by which a record has a fault, the serious first."""
    judged: list[tuple[Fault, Predicate]] = []
    for fault in faults_of(actor, shape):
        predicate = compile_filter(fault.tree, Context(actor, readable(actor, shape), shape=shape))
        if predicate is not None:
            judged.append((fault, predicate))
    if not judged:
        return []
    mine = conditions(actor, shape, more=[Predicate(sql.SQL("r.id = %s"), (record_id,))])
    text = sql.SQL("select {} from {} r where {}").format(
        sql.SQL(", ").join(sql.SQL("(") + p.sql + sql.SQL(")") for _f, p in judged),
        sql.Identifier(shape.table),
        mine.sql,
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [*(v for _f, p in judged for v in p.params), *mine.params])
        row = cursor.fetchone()
    return [f for (f, _p), yes in zip(judged, row or (), strict=False) if yes]
