"""The rows of sharing, set-based: who is let in and who no more, and the column of the records that repeats it."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal

from django.db import connection
from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.shares import CODE
from klientura.kernel.objects.shape import Shape

type Level = Literal["read", "edit"]


@dataclass(frozen=True, slots=True)
class Given:
    """To whom a record is to be open: a user or a team, for reading or also for changing, and until which day."""

    user_id: int | None = None
    team_id: int | None = None
    level: Level = "read"
    until: dt.date | None = None

    @property
    def grantee(self) -> tuple[int | None, int | None]:
        """Who it is."""
        return self.user_id, self.team_id


_GIVEN = sql.SQL(
    "unnest(%s::bigint[], %s::bigint[], %s::text[], %s::date[], %s::bigint[]) g(user_id, team_id, level, until, term_id)"
)
_SAME = sql.SQL("s.user_id is not distinct from g.user_id and s.team_id is not distinct from g.team_id")
_END_OTHERS = sql.SQL(
    "update kernel_share s set ended_at = %s, ended_by_id = %s, ended_operation_id = %s from {given}"
    " where s.object = %s and s.record_id = any(%s) and s.ended_at is null and {same}"
    " and (s.level, s.term_id) is distinct from (g.level, g.term_id)"
).format(given=_GIVEN, same=_SAME)
_ADD = sql.SQL(
    "insert into kernel_share (object, record_id, user_id, team_id, level, until, term_id, at, by_id, operation_id)"
    " select %s, i.id, g.user_id, g.team_id, g.level, g.until, g.term_id, %s, %s, %s"
    " from unnest(%s::bigint[]) i(id) cross join {given} where not exists (select 1 from kernel_share s"
    "  where s.object = %s and s.record_id = i.id and s.ended_at is null and {same}) returning record_id"
).format(given=_GIVEN, same=_SAME)
_END = sql.SQL(
    "update kernel_share s set ended_at = %s, ended_by_id = %s, ended_operation_id = %s"
    " from unnest(%s::bigint[], %s::bigint[]) g(user_id, team_id)"
    " where s.object = %s and s.record_id = any(%s) and s.ended_at is null and {same} returning s.record_id"
).format(same=_SAME)


def lock_open(shape: Shape, ids: Sequence[int], where: sql.Composable, params: Sequence[Any]) -> list[int]:
    """Lock those of the records that a condition holds for, in the order of their numbers."""
    text = sql.SQL(
        "select r.id from {} r where r.id = any(%s) and {} order by r.id for no key update"
    ).format(sql.Identifier(shape.table), where)
    with connection.cursor() as cursor:
        cursor.execute(text, [list(ids), *params])
        return [row[0] for row in cursor.fetchall()]


def give(
    actor: Actor,
    shape: Shape,
    ids: Sequence[int],
    given: Sequence[Given],
    terms: Sequence[int | None],
    operation_id: int | None = None,
) -> set[int]:
    """Have some locked records shared like that; return those for which it is news. Shares that differ are ended."""
    now, numbers = timezone.now(), list(ids)
    columns: list[list[Any]] = [
        [g.user_id for g in given], [g.team_id for g in given], [g.level for g in given],
        [g.until for g in given], list(terms),
    ]  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_END_OTHERS, [now, actor.user_id, operation_id, *columns, shape.base, numbers])
        cursor.execute(_ADD, [shape.base, now, actor.user_id, operation_id, numbers, *columns, shape.base])
        news = {row[0] for row in cursor.fetchall()}
    keep_columns(shape, sorted(news))
    return news


def withdraw(
    actor: Actor,
    shape: Shape,
    ids: Sequence[int],
    grantees: Sequence[tuple[int | None, int | None]],
    operation_id: int | None = None,
) -> set[int]:
    """End what some locked records are shared with; return those for which it is news."""
    with connection.cursor() as cursor:
        cursor.execute(
            _END,
            [
                timezone.now(), actor.user_id, operation_id, [g[0] for g in grantees], [g[1] for g in grantees],
                shape.base, list(ids),
            ],
        )  # fmt: skip
        news = {row[0] for row in cursor.fetchall()}
    keep_columns(shape, sorted(news))
    return news


def keep_columns(shape: Shape, ids: Sequence[int]) -> None:
    """Have the column of some records say what is in force. It is no change of the records: no version, no history."""
    if not ids:
        return
    text = sql.SQL(
        "update {table} r set shared_with = p.codes from (select i.id, (select array_agg({code} order by {code})"
        " from kernel_share s where s.object = %s and s.record_id = i.id and s.ended_at is null) as codes"
        " from unnest(%s::bigint[]) i(id)) p where r.id = p.id and r.shared_with is distinct from p.codes"
    ).format(table=sql.Identifier(shape.table), code=CODE)
    with connection.cursor() as cursor:
        cursor.execute(text, [shape.base, list(ids)])


def forget_older(shape: Shape, ids: Sequence[int]) -> None:
    """Drop what was kept of other records that bore these numbers once: of an object that was deleted for good."""
    text = sql.SQL(
        "delete from kernel_share s using {} r where s.object = %s and s.record_id = any(%s) and r.id = s.record_id"
        " and s.at < r.created_at"
    ).format(sql.Identifier(shape.table))
    with connection.cursor() as cursor:
        cursor.execute(text, [shape.base, list(ids)])
