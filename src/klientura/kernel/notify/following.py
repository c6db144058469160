"""Who hears of a record: its owner by being that, and whoever follows it; whoever does not want to, does not."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Denied
from klientura.kernel.notify.models import Follow
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read


@dataclass(frozen=True, slots=True)
class Attention:
    """What a record is to a reader, and how much is said about it."""

    favourite: bool
    follows: bool
    comments: int


_ATTENTION = sql.SQL(
    "select exists (select from kernel_favourite f where f.user_id = %(user)s and f.object = %(object)s and f.record_id = r.id),"
    " coalesce((select f.state = 'following' from kernel_follow f where f.object = %(object)s and f.record_id = r.id"
    "  and f.user_id = %(user)s), r.owner_id = %(user)s, false),"
    " (select count(*) from (select from kernel_comment c where c.object = %(object)s and c.record_id = r.id"
    "  and c.deleted_at is null limit %(most)s) c) from {} r where r.id = %(record)s"
)
MOST = 100
"""Comments are counted up to here; more are told as «99+»."""


def attention(actor: Actor, shape: Shape, record_id: int) -> Attention:
    """What a record, which the actor has been found to read, is to them; one query."""
    values = {"user": actor.user_id, "object": shape.base, "record": record_id, "most": MOST}
    with connection.cursor() as cursor:
        cursor.execute(_ATTENTION.format(sql.Identifier(shape.table)), values)
        row = cursor.fetchone()
    return Attention(*row) if row else Attention(False, False, 0)


def follow(actor: Actor, shape: Shape, record_id: int, *, wanted: bool) -> None:
    """Hear of a record from now on, or no more, even if it is one's own. Raises NotFound."""
    read.get(actor, shape, record_id, keys=["id"])
    if actor.user_id is None:
        raise Denied
    state = "following" if wanted else "muted"
    Follow.objects.update_or_create(
        user_id=actor.user_id, object=shape.base, record_id=record_id,
        defaults={"state": state, "by_operation": None},
    )  # fmt: skip


def join(base: str, record_id: int, user_ids: Collection[int]) -> None:
    """Have users follow a record of which they have become a part; who has said no is left alone."""
    rows = [Follow(user_id=u, object=base, record_id=record_id) for u in sorted(user_ids)]
    Follow.objects.bulk_create(rows, ignore_conflicts=True)


_CONCERNED = sql.SQL(
    "select f.user_id, f.record_id from kernel_follow f where f.object = %(object)s and f.record_id = any(%(ids)s)"
    " and f.state = 'following'"
    " union all select r.owner_id, r.id from {} r where r.id = any(%(ids)s) and r.owner_id is not null"
    "  and r.owner_id is distinct from %(besides)s and not exists (select from kernel_follow m where m.object = %(object)s"
    "  and m.record_id = r.id and m.user_id = r.owner_id and m.state = 'muted')"
)


_NAMED = sql.SQL(
    " union all select u.id, r.id from {table} r cross join lateral unnest({named}) u(id)"
    " where r.id = any(%(ids)s) and u.id is not null and not exists (select from kernel_follow m"
    " where m.object = %(object)s and m.record_id = r.id and m.user_id = u.id and m.state = 'muted')"
)


def _statement(shape: Shape) -> sql.Composed:
    """Followers, owners, and whom the records name as theirs (see `ObjectSpec.members`)."""
    table = sql.Identifier(shape.table)
    parts = [_CONCERNED.format(table)]
    for key in shape.spec.members:
        field = shape.fields[key]
        column = sql.SQL("r.{}").format(sql.Identifier(field.column))
        named = column if field.type.many else sql.SQL("array[{}]").format(column)
        parts.append(_NAMED.format(table=table, named=named))
    return sql.Composed(parts)


def concerned(shape: Shape, ids: Sequence[int], *, besides: int | None) -> dict[int, set[int]]:
    """By user: the records among these of which they hear; one query. `besides` is left out: nobody is told their own acts."""
    found: dict[int, set[int]] = {}
    values = {"object": shape.base, "ids": list(ids), "besides": besides}
    with connection.cursor() as cursor:
        cursor.execute(_statement(shape), values)
        for user_id, record_id in cursor.fetchall():
            if user_id != besides:
                found.setdefault(user_id, set()).add(record_id)
    return found
