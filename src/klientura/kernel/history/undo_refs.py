"""Records that an operation made and that somebody has worked with since: they outlive its undo, whole."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from django.db import connection
from psycopg import sql

from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape

type ByTable = dict[str, set[int]]


class _Pointer(NamedTuple):
    """A column of one table that points at records of another; `only` restricts it to rows that do.

    A `mate` came in the same row of a file: the person of an organisation.
    """

    table: str
    base: str
    column: str
    target: str
    only: sql.Composable
    mate: bool
    many: bool = False


def must_stay(operation_id: int) -> ByTable:
    """By table: live records made by an operation that an undo has to leave.

    These are records that somebody changed since (unless that was taken back itself), those that records of others
    point at, those that such records point at in their turn, and the people of such organisations.
    """
    made = _made(operation_id)
    known = [p for p in pointers() if p.target in made]
    found: ByTable = defaultdict(set)
    for table, base in made.items():
        found[table] |= _touched(operation_id, base)
    for pointer in known:
        found[pointer.target] |= _pointed_at(pointer, operation_id, made, None)
    fresh: Mapping[str, set[int]] = {table: set(ids) for table, ids in found.items()}
    while any(fresh.values()):
        step: ByTable = defaultdict(set)
        for pointer in known:
            if fresh.get(pointer.table):
                step[pointer.target] |= _pointed_at(pointer, operation_id, made, fresh[pointer.table])
            if pointer.mate and pointer.table in made and fresh.get(pointer.target):
                step[pointer.table] |= _pointing_at(pointer, operation_id, made, fresh[pointer.target])
        fresh = {table: ids - found[table] for table, ids in step.items()}
        for table, ids in fresh.items():
            found[table] |= ids
    return found


def _made(operation_id: int) -> dict[str, str]:
    """Table → base of the objects that the operation made records of."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct object from kernel_change where operation_id = %s and action = 'create'",
            [operation_id],
        )
        bases = {row[0] for row in cursor.fetchall()}
    return {s.table: s.base for s in all_shapes().values() if s.base in bases}


_LATER = (
    # Of an operation that was taken back in part only what still stands binds: its acts and its undos count together.
    "with cancelled as (select id from kernel_operation where state = 'undone'"
    "  union all select u.id from kernel_operation u join kernel_operation o on o.id = u.undoes_id"
    "  where o.state = 'undone'),"
    " partly as (select id, id as act from kernel_operation where state = 'partly_undone'"
    "  union all select u.id, o.id from kernel_operation u join kernel_operation o on o.id = u.undoes_id"
    "  where o.state = 'partly_undone'),"
    " later as materialized (select c.id, c.root_id, c.object, c.record_id, c.action, c.changes, p.act from kernel_change m"
    "  join kernel_change c on c.root_object = m.root_object and c.root_id = m.root_id and c.id > m.id"
    "  and c.operation_id is distinct from m.operation_id left join partly p on p.id = c.operation_id"
    "  where m.operation_id = %s and m.object = %s and m.action = 'create'"
    "  and (c.operation_id is null or c.operation_id not in (select id from cancelled))),"
    " rows as (select act, root_id, object, record_id, (array_agg(action order by id))[1] as first,"
    "  (array_agg(action order by id desc))[1] as last from later where act is not null group by 1, 2, 3, 4),"
    " fields as (select l.act, l.object, l.record_id, e.key, (array_agg(e.value -> 0 order by l.id))[1] as was,"
    "  (array_agg(e.value -> 1 order by l.id desc))[1] as becomes from later l, jsonb_each(l.changes) e"
    "  where l.act is not null and l.action = 'update' group by 1, 2, 3, 4)"
    " select root_id from later where act is null"
    " union select root_id from rows where (first, last) not in (('update', 'update'), ('add', 'remove'),"
    "  ('remove', 'add'), ('trash', 'restore'), ('restore', 'trash'))"
    " union select r.root_id from rows r join fields f using (act, object, record_id)"
    "  where r.first = 'update' and r.last = 'update' and f.was is distinct from f.becomes"
)


def _touched(operation_id: int, base: str) -> set[int]:
    """Made records with a later change, of fields or lines, that still stands: no undo has taken it back."""
    with connection.cursor() as cursor:
        cursor.execute(_LATER, [operation_id, base])
        return {row[0] for row in cursor.fetchall()}


def pointers() -> Iterator[_Pointer]:
    """Every reference of every object, those by name of the object (subject_object, subject_id) and to several too."""
    mates = {(s.spec.row_mate.member, s.spec.row_mate.link) for s in all_shapes().values() if s.spec.row_mate}
    found: dict[tuple[str, str, str], _Pointer] = {}
    for shape in all_shapes().values():
        for key, target, column, only in _references(shape):
            known = found.get((shape.table, column, target))
            if known is None or not known.mate:
                mate = (shape.key, key) in mates
                found[shape.table, column, target] = _Pointer(
                    shape.table, shape.base, column, target, only, mate
                )
    yield from found.values()
    yield from _of_many()


def _of_many() -> Iterator[_Pointer]:
    """The fields that refer to several records."""
    for shape in all_shapes().values():
        for field in shape.fields.values():
            if field.type.key == "references" and field.params.target:
                target = shape_of(field.params.target).table
                yield _Pointer(
                    shape.table, shape.base, field.column, target, sql.SQL("true"), mate=False, many=True
                )


def _references(shape: Shape) -> Iterator[tuple[str, str, str, sql.Composable]]:
    for field in shape.fields.values():
        if field.type.key == "reference" and field.params.target:
            yield field.key, shape_of(field.params.target).table, field.column, sql.SQL("true")
    if {"subject_object", "subject_id"} <= set(shape.fields):
        for table in {s.table for s in all_shapes().values() if s.spec.subject}:
            names = [s.key for s in all_shapes().values() if s.table == table]
            only = sql.SQL("x.subject_object = any({})").format(sql.Literal(names))
            yield "subject_id", table, "subject_id", only


_MADE = sql.SQL(
    "exists (select 1 from kernel_change c where c.operation_id = %s and c.object = %s and c.record_id = {}.id"
    " and c.action = 'create')"
)


_TURNED = sql.SQL(
    "not exists (select 1 from kernel_change c where c.operation_id = %s and c.object = %s and c.record_id = x.id"
    " and c.action = 'update' and c.changes ? %s)"
)
"""Rows that the operation itself made point there: taking it back turns them away again."""


def _pointed_at(
    pointer: _Pointer, operation_id: int, made: Mapping[str, str], among: set[int] | None
) -> set[int]:
    """Made records pointed at by rows that the operation did not make, nor turned to them (or by the rows `among`)."""
    params: list[Any] = [operation_id, made[pointer.target]]
    if among is not None:
        which: sql.Composable = sql.SQL("x.id = any(%s)")
        params.append(sorted(among))
    else:
        which = _TURNED
        params += [operation_id, pointer.base, pointer.column]
        if pointer.table in made:
            which += sql.SQL(" and not ") + _MADE.format(sql.SQL("x"))
            params += [operation_id, made[pointer.table]]
    return _ask(pointer, "r", sql.SQL(" and ").join([_MADE.format(sql.SQL("r")), which]), params)


def _pointing_at(
    pointer: _Pointer, operation_id: int, made: Mapping[str, str], targets: set[int]
) -> set[int]:
    """Made records that point at some others."""
    where = sql.SQL("r.id = any(%s) and ") + _MADE.format(sql.SQL("x"))
    return _ask(pointer, "x", where, [sorted(targets), operation_id, made[pointer.table]])


def _ask(pointer: _Pointer, wanted: str, where: sql.Composable, params: list[Any]) -> set[int]:
    text = sql.SQL(
        "select distinct {wanted}.id from {table} x join {target} r on {on}"
        " where r.deleted_at is null and x.deleted_at is null and {only} and {where}"
    ).format(
        wanted=sql.SQL("r" if wanted == "r" else "x"),
        on=sql.SQL("x.{} @> array[r.id]" if pointer.many else "r.id = x.{}").format(
            sql.Identifier(pointer.column)
        ),
        table=sql.Identifier(pointer.table),
        target=sql.Identifier(pointer.target),
        only=pointer.only,
        where=where,
    )
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return {row[0] for row in cursor.fetchall()}
