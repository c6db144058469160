"""What stands in a collection: a line for each record, by one statement."""

from collections.abc import Callable
from datetime import datetime
from typing import Final, NamedTuple

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.filters import Tree
from klientura.modules.activities.queries.own_calendar import listed

MOST: Final = 5000
"""Records in one collection, the latest changed first: more is no address book for a phone."""


class Line(NamedTuple):
    """A record: its number, what it is called and known as until a machine says otherwise, the mark of its version."""

    number: int
    name: str
    uid: str
    mark: str
    changed: datetime


def of_object(
    key: str, ending: str, tree: Callable[[Actor, str], Tree | None]
) -> Callable[[Actor, str], list[Line]]:
    """The records of an object that meet a filter and are open to who asks."""

    def lines(actor: Actor, wish: str) -> list[Line]:
        shape = shape_of(key)
        where = conditions(actor, shape, tree=tree(actor, wish))
        text = sql.SQL(
            "select r.id, r.uid::text || {}, r.uid::text, r.version::text, r.updated_at from {} r where {}"
            " order by r.updated_at desc, r.id limit {}"
        ).format(sql.Literal(ending), sql.Identifier(shape.table), where.sql, sql.Literal(MOST))
        with connection.cursor() as cursor:
            cursor.execute(text, where.params)
            return [Line(*row) for row in cursor.fetchall()]

    return lines


def of_calendar(actor: Actor, _wish: str) -> list[Line]:
    """One's own calendar: a line for each event and each series."""
    return [Line(e.id, f"{e.uid}.ics", e.foreign_uid, e.mark, e.changed_at) for e in listed(actor, MOST)]
