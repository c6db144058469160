"""What stands in somebody's own calendar, as other programs list it: one line for an event or a whole series."""

import datetime as dt
from typing import NamedTuple

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store.compiler import conditions
from klientura.modules.activities.rules import HOST

_LISTED = sql.SQL(
    "select r.id, r.uid::text, split_part(coalesce(r.foreign_uid, r.uid::text || {host}), '#', 1),"
    " r.version || coalesce((select '.' || count(*) || '.' || sum(x.version) from event x"
    "  where x.series_id = r.id and x.deleted_at is null), ''), r.updated_at"
    " from event r where {where} order by r.updated_at desc, r.id limit {most}"
)


class Listed(NamedTuple):
    """An event or a series: its number and name here, by what UID others know it, a mark that changes with any part of it."""

    id: int
    uid: str
    foreign_uid: str
    mark: str
    changed_at: dt.datetime


def listed(actor: Actor, most: int) -> list[Listed]:
    """The actor's own events and those they are invited to and have not declined, the latest changed first; one statement.

    An occurrence that stands by itself goes with its series, unless the actor is in that occurrence only.
    """
    shape, me = shape_of("event"), actor.user_id
    alone = sql.SQL(
        "r.series_id is null or not exists (select from event s where s.id = r.series_id and s.deleted_at is null"
        " and (s.owner_id = %s or %s = any(coalesce(s.attendees, '{}'))))"
    )
    more = [  # as predicates: whether it is theirs is no secret to them, whoever may see whose it is
        Predicate(sql.SQL("(r.owner_id = %s or r.attendees @> array[%s]::bigint[])"), (me, me)),
        Predicate(sql.SQL("not %s = any(coalesce(r.declined, '{}'))"), (me,)),
    ]
    if "series" in readable(actor, shape):  # who may not know of series has each day of them by itself
        more.append(Predicate(alone, (me, me)))
    where = conditions(actor, shape, more=more)
    text = _LISTED.format(host=sql.Literal(f"@{HOST}"), where=where.sql, most=sql.Literal(most))
    with connection.cursor() as cursor:
        cursor.execute(text, where.params)
        return [Listed(*row) for row in cursor.fetchall()]
