"""Records as they stand, with the rights of a rule's owner; nothing is locked."""

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.compiler import conditions


def stored_rows(actor: Actor, shape: Shape, ids: Sequence[int]) -> list[Mapping[str, Any]]:
    """The stored values of those of some records that are open to the actor, in the order of their numbers."""
    fields = list(shape.fields.values())
    where = conditions(actor, shape, more=[Predicate(sql.SQL("r.id = any(%s)"), (list(ids),))])
    text = sql.SQL("select {} from {} r where {} order by r.id").format(
        sql.SQL(", ").join(sql.SQL("r.{}").format(sql.Identifier(f.column)) for f in fields),
        sql.Identifier(shape.table),
        where.sql,
    )
    with connection.cursor() as cursor:
        cursor.execute(text, where.params)
        return [dict(zip([f.key for f in fields], row, strict=True)) for row in cursor.fetchall()]
