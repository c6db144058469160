"""What taking an operation back would leave, told before it is done; and what it left, told afterwards."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.history.since import changed_since, touched_columns
from klientura.kernel.history.undo_refs import must_stay, pointers
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import PartShape, Shape
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.generated import parts_of

# What has been taken back whole binds nobody any more, nor does the taking back itself.
_BINDING = sql.SQL(
    "not exists (select 1 from kernel_operation o"
    " where o.id = c.operation_id and (o.state = 'undone' or o.kind = 'undo'))"
)
_NOT_MADE = sql.SQL(
    # One set for all: looked for record by record, those of a large operation never come to an end.
    "c.root_id not in (select m.record_id from kernel_change m where m.operation_id = %s and m.object = %s"
    " and m.action = 'create')"
)
_COMPLETED = sql.SQL(
    "select distinct c.root_id from kernel_change c where c.operation_id = %s and c.root_object = %s"
    " and c.action = 'add' and exists (select 1 from kernel_change l where l.root_object = c.root_object"
    " and l.root_id = c.root_id and l.id > c.id and l.object = c.object and l.record_id = c.record_id"
    " and l.action = 'update' and l.operation_id is distinct from c.operation_id) and {}"
).format(_NOT_MADE)
_WROTE = sql.SQL(
    "select distinct c.operation_id, c.root_id from kernel_change c where c.root_object = %s"
    " and c.root_id = any(%s) and c.operation_id is not null and c.operation_id <> %s"
    " and c.id > (select min(id) from kernel_change where operation_id = %s) and {}"
).format(_BINDING)
_MADE_UPON = sql.SQL(
    "select distinct c.operation_id, v.id from {table} x cross join lateral ({targets}) v(id)"
    " join kernel_change c on c.root_object = %s and c.root_id = x.id and c.object = c.root_object"
    " and c.action = 'create' where {points} and v.id = any(%s) and x.deleted_at is null and {only} and c.operation_id is not null"
    " and c.operation_id <> %s"
    " and c.id > (select min(id) from kernel_change where operation_id = %s) and {binding}"
)
_BY_HAND = sql.SQL(
    "select c.at, c.actor_id from kernel_change c where c.root_object = %s and c.root_id = r.id"
    " and c.operation_id is null and c.id > (select min(id) from kernel_change where operation_id = %s)"
    " order by c.id desc limit 1"
)
_TOUCHED = sql.SQL(
    "select r.id, r.title, h.at, coalesce(u.name, '') from {table} r join lateral ({hand}) h on true"
    " left join access_user u on u.id = h.actor_id where {where} order by h.at desc, r.id limit %s"
)
_OTHERS = sql.SQL(
    "select r.id, r.title from {table} r where not exists ({hand}) and {where} order by r.id limit %s"
)


@dataclass(slots=True)
class Preview:
    """By base the live records that would stay, wholly or in part; and by later operation which of them it holds fast."""

    stay: dict[str, set[int]] = field(default_factory=dict)
    later: dict[int, set[tuple[str, int]]] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """How many records would stay."""
        return sum(map(len, self.stay.values()))


class Taken(NamedTuple):
    """What was taken back of an operation: records sent to the trash, and others that got old values again."""

    trashed: int
    restored: int


class Left(NamedTuple):
    """A record that is left; when and by whom it was last changed by hand, if it was."""

    id: int
    title: str | None
    at: dt.datetime | None = None
    name: str = ""


def preview(operation_id: int) -> Preview:
    """What an undo would leave now, by a few queries over sets. Nothing is locked, so the undo itself may find more."""
    found = Preview()
    staying = must_stay(operation_id)
    for shape in _tables(operation_id):
        ids = staying.get(shape.table, set()) | _changed(shape, operation_id)
        if live := _live(shape, ids):
            found.stay[shape.base] = live
    later: dict[int, set[tuple[str, int]]] = defaultdict(set)
    for base, ids in found.stay.items():
        for other, record_id in _wrote(operation_id, base, ids):
            later[other].add((base, record_id))
    for base, other, record_id in _made_upon(operation_id, found.stay):
        later[other].add((base, record_id))
    found.later = dict(sorted(later.items(), reverse=True))
    return found


def left_of(
    actor: Actor, shape: Shape, operation_id: int, kept: Sequence[int], limit: int
) -> tuple[list[Left], list[Left]]:
    """What is left of an operation in one object, as far as it is open to the actor: the first of the live records that it
    made, or that an undo kept. First those that somebody changed by hand after it, the latest first; then the others.
    """
    left = Predicate(
        sql.SQL(
            "r.id = any(%s) or r.id in (select m.record_id from kernel_change m"
            " where m.operation_id = %s and m.object = %s and m.action = 'create')"
        ),
        (list(kept), operation_id, shape.base),
    )
    where = conditions(actor, shape, more=[left])
    hand = (shape.base, operation_id)
    touched, others = (
        text.format(table=sql.Identifier(shape.table), hand=_BY_HAND, where=where.sql)
        for text in (_TOUCHED, _OTHERS)
    )
    with connection.cursor() as cursor:
        cursor.execute(touched, [*hand, *where.params, limit])
        first = [Left(*row) for row in cursor.fetchall()]
        cursor.execute(others, [*hand, *where.params, limit - len(first)])
        return first, [Left(*row) for row in cursor.fetchall()]


def taken(operation_id: int) -> Taken:
    """What all undos of an operation have taken back of it together."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) filter (where trashed), count(*) filter (where not trashed) from"
            " (select bool_or(c.action = 'trash') as trashed from kernel_change c"
            "  join kernel_operation o on o.id = c.operation_id where o.undoes_id = %s"
            "  group by c.root_object, c.root_id) q",
            [operation_id],
        )
        return Taken(*cursor.fetchone())


def bases_of(operation_id: int) -> set[str]:
    """Of whose records or lines the operation changed anything."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct root_object from kernel_change where operation_id = %s", [operation_id]
        )
        return {row[0] for row in cursor.fetchall()}


def _tables(operation_id: int) -> list[Shape]:
    """One shape of every table that the operation touched."""
    bases = bases_of(operation_id)
    return list({s.base: s for s in all_shapes().values() if s.base in bases}.values())


def _changed(shape: Shape, operation_id: int) -> set[int]:
    """Records that stood before and of which what the operation wrote stands no more, in a field or in a line."""
    found: set[int] = set()
    tables = [(shape.table, shape.base), *((p.table, key) for key, p in _parts(shape))]
    for table, kind in tables:
        which = sql.SQL("c.operation_id = %s and c.object = %s and {}").format(_NOT_MADE)
        params = (operation_id, kind, operation_id, shape.base)
        changes = Predicate(which, params)
        found |= changed_since(table, changes, touched_columns(table, changes))
    with connection.cursor() as cursor:
        cursor.execute(_COMPLETED, [operation_id, shape.base, operation_id, shape.base])
        return found | {row[0] for row in cursor.fetchall()}


def _parts(shape: Shape) -> Sequence[tuple[str, PartShape]]:
    return list(parts_of([s for s in all_shapes().values() if s.table == shape.table]).items())


def _live(shape: Shape, ids: set[int]) -> set[int]:
    if not ids:
        return set()
    text = sql.SQL("select r.id from {} r where r.id = any(%s) and r.deleted_at is null")
    with connection.cursor() as cursor:
        cursor.execute(text.format(sql.Identifier(shape.table)), [sorted(ids)])
        return {row[0] for row in cursor.fetchall()}


def _wrote(operation_id: int, base: str, ids: set[int]) -> list[tuple[int, int]]:
    """Later operations and the records among `ids` that they changed."""
    with connection.cursor() as cursor:
        cursor.execute(_WROTE, [base, sorted(ids), operation_id, operation_id])
        return list(cursor.fetchall())


def _made_upon(operation_id: int, stay: Mapping[str, set[int]]) -> list[tuple[str, int, int]]:
    """Later operations and the staying records that what they made points at: the people whom another import brought."""
    bases = {s.table: s.base for s in all_shapes().values()}
    found: list[tuple[str, int, int]] = []
    for pointer in pointers():
        ids = stay.get(bases[pointer.target])
        if not ids:
            continue
        column, wanted = sql.Identifier("x", pointer.column), sorted(ids)
        text = _MADE_UPON.format(
            targets=sql.SQL("select unnest({})" if pointer.many else "select {}").format(column),
            points=sql.SQL("{} && %s::bigint[]" if pointer.many else "{} = any(%s)").format(column),
            table=sql.Identifier(pointer.table),
            only=pointer.only,
            binding=_BINDING,
        )
        with connection.cursor() as cursor:
            cursor.execute(text, [bases[pointer.table], wanted, wanted, operation_id, operation_id])
            found += [(bases[pointer.target], other, record_id) for other, record_id in cursor.fetchall()]
    return found
