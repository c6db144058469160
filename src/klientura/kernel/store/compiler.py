"""Composes every SELECT over record tables. There is no way to get a statement out of it without an actor."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable, scope
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.store.expressions import comparable
from klientura.kernel.store.filters import Tree, compile_filter
from klientura.kernel.store.operators import Context
from klientura.kernel.store.refs import Ref

LIVE = sql.SQL("r.deleted_at is null")
TRASHED = sql.SQL("r.deleted_at is not null")


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a result: the field, and whether the next slot holds the title of what it refers to."""

    field: FieldShape
    titled: bool


@dataclass(frozen=True, slots=True)
class Query:
    """A composed statement: what it selects, from where, and the conditions with their parameters."""

    columns: tuple[Column, ...]
    select: sql.Composable
    source: sql.Composable
    source_params: tuple[Any, ...]
    where: Predicate


def conditions(
    actor: Actor,
    shape: Shape,
    *,
    verb: str = "read",
    tree: Tree | None = None,
    more: Sequence[Predicate] = (),
    trashed: bool = False,
) -> Predicate:
    """Scope, trash, filter and further conditions, joined. The reader's scope is always the first."""
    parts: list[Predicate] = []
    allowed = scope(actor, shape, verb)
    if not allowed.is_everything:
        parts.append(allowed)
    parts.append(Predicate(TRASHED if trashed else LIVE))
    compiled = compile_filter(tree, Context(actor, readable(actor, shape), shape=shape))
    if compiled is not None:
        parts.append(compiled)
    parts.extend(more)
    text = sql.SQL(" and ").join(sql.SQL("(") + p.sql + sql.SQL(")") for p in parts)
    return Predicate(text, tuple(v for p in parts for v in p.params))


def build(actor: Actor, shape: Shape, fields: Sequence[FieldShape], where: Predicate) -> Query:
    """Compose the SELECT of some fields; references bring the title of their target if that is open to the actor."""
    columns, select, source, params = _selection(actor, shape, tuple(f.key for f in fields))
    return Query(columns=columns, select=select, source=source, source_params=params, where=where)


@lru_cache(maxsize=1024)
def _selection(
    actor: Actor, shape: Shape, keys: tuple[str, ...]
) -> tuple[tuple[Column, ...], sql.SQL, sql.SQL, tuple[Any, ...]]:
    """Columns, SELECT and FROM with its parameters, as text: composing them costs a tenth of a page.

    The actor carries the rights of one version, so that nothing that was allowed once is remembered too long.
    """
    fields = [shape.fields[k] for k in keys]
    picked: list[sql.Composable] = []
    joins: list[sql.Composable] = [sql.SQL("{} r").format(sql.Identifier(shape.table))]
    join_params: list[Any] = []
    columns: list[Column] = []
    for number, field in enumerate(fields):
        picked.append(sql.SQL("r.{}").format(sql.Identifier(field.column)))
        title = _join_title(actor, field, f"t{number}")
        columns.append(Column(field, title is not None))
        if title is not None:
            join, params, expression = title
            joins.append(join)
            join_params += params
            picked.append(expression)
    select, source = sql.SQL(", ").join(picked), sql.SQL(" ").join(joins)
    return (
        tuple(columns),
        sql.SQL(select.as_string(None)),
        sql.SQL(source.as_string(None)),
        tuple(join_params),
    )


def _join_title(
    actor: Actor, field: FieldShape, alias: str
) -> tuple[sql.Composable, Sequence[Any], sql.Composable] | None:
    """Join what a reference points at; a target outside the actor's scope stays without a title."""
    name = sql.Identifier(alias)
    mine = sql.SQL("r.{}").format(sql.Identifier(field.column))
    if field.type.key == "user":
        return (
            sql.SQL("left join access_user {0} on {0}.id = {1}").format(name, mine),
            (),
            sql.SQL("{}.name").format(name),
        )
    if field.type.key != "reference":
        return None
    if field.column == "team_id":
        return (
            sql.SQL("left join access_team {0} on {0}.id = {1}").format(name, mine),
            (),
            sql.SQL("{}.name").format(name),
        )
    target = shape_of(field.params.target or "")
    allowed = scope(actor, target, "read", alias)
    join = sql.SQL("left join {0} {1} on {1}.id = {2} and {1}.deleted_at is null and {3}").format(
        sql.Identifier(target.table), name, mine, allowed.sql
    )
    return join, allowed.params, sql.SQL("{}.title").format(name)


def statement(
    query: Query, *, order: sql.Composable | None = None, limit: int | None = None
) -> tuple[sql.Composed, tuple[Any, ...]]:
    """The finished SELECT and its parameters."""
    parts = [
        sql.SQL("select "), query.select, sql.SQL(" from "), query.source, sql.SQL(" where "), query.where.sql,
    ]  # fmt: skip
    if order is not None:
        parts += [sql.SQL(" order by "), order]
    if limit is not None:
        parts.append(sql.SQL(" limit {}").format(sql.Literal(limit)))
    return sql.Composed(parts), (*query.source_params, *query.where.params)


def as_rows(query: Query, found: Sequence[Sequence[Any]]) -> list[dict[str, Any]]:
    """What a statement gave as rows by field; a reference takes two values, its number and its title."""
    places: list[tuple[str, int, bool]] = []
    slot = 0
    for picked in query.columns:
        places.append((picked.field.key, slot, picked.titled))
        slot += 2 if picked.titled else 1
    return [
        {
            key: Ref(value, values[at + 1]) if (value := values[at]) is not None and titled else value
            for key, at, titled in places
        }
        for values in found
    ]


def order_by(field: FieldShape, *, descending: bool) -> sql.Composable:
    """Order by a field, then by number. NULLs are read as a segment of their own (see pages)."""
    direction = sql.SQL(" desc") if descending else sql.SQL(" asc")
    if field.column == "id":
        return sql.SQL("r.id") + direction
    return comparable(field) + direction + sql.SQL(", r.id") + direction


def null_order(*, descending: bool) -> sql.Composable:
    """The order inside the segment of records whose sort field is empty."""
    return sql.SQL("r.id desc") if descending else sql.SQL("r.id asc")
