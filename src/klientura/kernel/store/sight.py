"""Which of some users see which of some records: asked for many of them by one statement."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from itertools import batched
from typing import Any

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, may
from klientura.kernel.access.models import User
from klientura.kernel.access.sessions import actor_of
from klientura.kernel.objects.registry import all_shapes, shapes_of_base
from klientura.kernel.objects.shape import Shape
from klientura.kernel.settings.installation import current
from klientura.kernel.store.compiler import conditions

AT_ONCE = 40
"""Users of one statement."""


def whole_shape(base: str) -> Shape | None:
    """The object that all records of a table belong to (party), by the name of the table's base; None: gone meanwhile."""
    known = all_shapes().get(base)
    return known if known is not None else next(shapes_of_base(base), None)


def actors_of(user_ids: Collection[int]) -> dict[int, Actor]:
    """The active ones of some users, with the rights of this moment."""
    if not user_ids:
        return {}
    version = current().access_version
    found = User.objects.filter(pk__in=user_ids, is_active=True).order_by("pk")
    return {user.pk: actor_of(user, version) for user in found}


def seen_by(
    shape: Shape, wanted: Mapping[int, Collection[int]], actors: Mapping[int, Actor] | None = None
) -> dict[int, set[int]]:
    """By user: which of the records named for them they may read now. Records in the trash nobody reads."""
    known = actors_of(wanted.keys()) if actors is None else actors
    asked = [
        (known[u], ids) for u, ids in wanted.items() if u in known and ids and may(known[u], shape, "read")
    ]
    found: dict[int, set[int]] = defaultdict(set)
    for some in batched(asked, AT_ONCE):
        text, params = _statement(shape, some)
        with connection.cursor() as cursor:
            cursor.execute(text, params)
            for user_id, record_id in cursor.fetchall():
                found[user_id].add(record_id)
    return dict(found)


def _statement(
    shape: Shape, asked: Sequence[tuple[Actor, Collection[int]]]
) -> tuple[sql.Composed, list[Any]]:
    parts: list[sql.Composable] = []
    params: list[Any] = []
    for actor, ids in asked:
        where = conditions(actor, shape, more=[Predicate(sql.SQL("r.id = any(%s)"), (list(ids),))])
        parts.append(
            sql.SQL("select %s::bigint, r.id from {} r where {}").format(
                sql.Identifier(shape.table), where.sql
            )
        )
        params += [actor.user_id, *where.params]
    return sql.Composed([sql.SQL(" union all ").join(parts)]), params
