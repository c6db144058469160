"""Records that an operation made and that somebody has built upon since: they outlive its undo."""

from collections import defaultdict
from collections.abc import Iterator, Mapping
from typing import NamedTuple

from django.db import connection
from psycopg import sql

from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import Shape


class _Pointer(NamedTuple):
    """A column of one table that points at records of another; `only` restricts it to rows that do."""

    table: str
    column: str
    target: str
    only: sql.Composable


def built_upon(operation_id: int) -> dict[str, set[int]]:
    """By table: live records made by an operation which live records that the operation does not own point at.

    Follows the chain: the organisation of a person that has to stay stays too.
    """
    made = _made(operation_id)
    pointers = [p for p in _pointers() if p.target in made]
    found: dict[str, set[int]] = defaultdict(set)
    for pointer in pointers:
        found[pointer.target] |= _pointed_at(pointer, operation_id, made, None)
    fresh: Mapping[str, set[int]] = found
    while any(fresh.values()):
        step: dict[str, set[int]] = defaultdict(set)
        for pointer in pointers:
            if fresh.get(pointer.table):
                step[pointer.target] |= _pointed_at(pointer, operation_id, made, fresh[pointer.table])
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


def _pointers() -> Iterator[_Pointer]:
    """Every reference of every object, those by name of the object (subject_object, subject_id) too."""
    seen: set[tuple[str, str, str]] = set()
    for shape in all_shapes().values():
        for target, column, only in _references(shape):
            if (shape.table, column, target) not in seen:
                seen.add((shape.table, column, target))
                yield _Pointer(shape.table, column, target, only)


def _references(shape: Shape) -> Iterator[tuple[str, str, sql.Composable]]:
    for field in shape.fields.values():
        if field.type.key == "reference" and field.params.target:
            yield shape_of(field.params.target).table, field.column, sql.SQL("true")
    if {"subject_object", "subject_id"} <= set(shape.fields):
        for table in {s.table for s in all_shapes().values() if s.spec.subject}:
            names = [s.key for s in all_shapes().values() if s.table == table]
            yield table, "subject_id", sql.SQL("x.subject_object = any({})").format(sql.Literal(names))


def _pointed_at(
    pointer: _Pointer, operation_id: int, made: Mapping[str, str], among: set[int] | None
) -> set[int]:
    """Targets that the undo would trash, pointed at by rows it would not (or by the rows `among`)."""
    text = sql.SQL(
        "select distinct x.{column} from {table} x join {target} r on r.id = x.{column}"
        " where r.operation_id = %s and r.deleted_at is null and x.deleted_at is null and {which} and {only}"
        " and exists (select 1 from kernel_change c where c.operation_id = %s and c.object = %s"
        " and c.record_id = r.id and c.action = 'create')"
    ).format(
        column=sql.Identifier(pointer.column),
        table=sql.Identifier(pointer.table),
        target=sql.Identifier(pointer.target),
        only=pointer.only,
        which=sql.SQL("x.operation_id is distinct from %s" if among is None else "x.id = any(%s)"),
    )
    which = operation_id if among is None else sorted(among)
    with connection.cursor() as cursor:
        cursor.execute(text, [operation_id, which, operation_id, made[pointer.target]])
        return {row[0] for row in cursor.fetchall()}
