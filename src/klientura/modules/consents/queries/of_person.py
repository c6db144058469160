"""The consents of one person, with the reader's rights."""

from collections.abc import Sequence

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, may, writable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.read import Row


def consents_of(actor: Actor, person_id: int, *, limit: int = 100) -> list[Row]:
    """The consents of a person that the actor may read, the latest first."""
    tree = {"field": "person", "op": "eq", "value": person_id}
    return read.page(actor, shape_of("consent"), tree=tree, sort="-given_at", limit=limit).rows


def to_withdraw(actor: Actor, ids: Sequence[int]) -> set[int]:
    """Those of some consents that the actor may withdraw."""
    shape = shape_of("consent")
    if not may(actor, shape, "edit") or not writable(actor, shape, "withdrawn_at"):
        return set()
    where = conditions(actor, shape, verb="edit", more=[Predicate(sql.SQL("r.id = any(%s)"), (list(ids),))])
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("select r.id from consent r where {}").format(where.sql), where.params)
        return {row[0] for row in cursor.fetchall()}
