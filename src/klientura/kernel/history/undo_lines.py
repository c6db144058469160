"""The lines of records that an operation changed: what it added goes, what it removed or changed returns."""

from typing import Any

from django.db import connection
from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import scope
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import PartShape, Shape
from klientura.kernel.store import rows
from klientura.kernel.store.changes import SILENT, as_it_was, as_written
from klientura.kernel.store.generated import column_names, parts_of


def undo_lines(actor: Actor, shape: Shape, operation_id: int, mine: int) -> tuple[set[int], set[int]]:
    """Take back what an operation did to the lines of the records of one table.

    Returns the numbers of the records whose lines were put back, and of those where lines that somebody changed
    since had to stay. Records that the operation itself made keep theirs, for they go to the
    trash whole.
    """
    parts = parts_of([s for s in all_shapes().values() if s.table == shape.table])
    if not parts:
        return set(), set()
    roots = _open_roots(actor, shape, operation_id, mine)
    if not roots:
        return set(), set()
    rows.remember_actor(actor.user_id, mine)
    touched: set[int] = set()
    kept: set[int] = set()
    for part in parts.values():
        columns = [c for c in column_names(part.table) if c not in SILENT and c != part.parent_column]
        with connection.cursor() as cursor:
            touched |= _restore(cursor, part, columns, operation_id, roots)
            touched |= _remove(cursor, part, columns, operation_id, roots)
            touched |= _put_back(cursor, part, columns, operation_id, roots)
            kept |= _left(cursor, part, operation_id, roots)
    return touched, kept


def _open_roots(actor: Actor, shape: Shape, operation_id: int, mine: int) -> list[int]:
    """The records whose lines the operation changed and the actor may change; each gets a new version first."""
    reach = scope(actor, shape, "edit")
    table = sql.Identifier(shape.table)
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "select r.id from {} r where r.deleted_at is null and {} and r.id in ("
                "select c.root_id from kernel_change c where c.operation_id = %s and c.root_object = %s and c.object <> %s"
                " except select c.record_id from kernel_change c"
                " where c.operation_id = %s and c.object = %s and c.action = 'create') order by r.id for no key update"
            ).format(table, reach.sql),
            [*reach.params, operation_id, shape.base, shape.base, operation_id, shape.base],
        )
        found = [row[0] for row in cursor.fetchall()]
        cursor.execute(
            sql.SQL(
                "update {} r set updated_at = %s, updated_by_id = %s, operation_id = %s, version = r.version + 1"
                " where r.id = any(%s) and r.operation_id is distinct from %s"
            ).format(table),
            [timezone.now(), actor.user_id, mine, found, mine],
        )
    return found


_DONE = sql.SQL("c.operation_id = %s and c.object = %s and c.root_id = any(%s) and c.action = {}")


def _restore(
    cursor: Any, part: PartShape, columns: list[str], operation_id: int, roots: list[int]
) -> set[int]:
    """Put old values of changed lines back where the present ones are still the operation's, the newest change first."""
    tests = [sql.SQL("(c.changes ? {} and {})").format(sql.Literal(c), as_written(c, "l")) for c in columns]
    assignments = [
        sql.SQL("{c} = case when {test} then (c.was).{c} else l.{c} end").format(
            c=sql.Identifier(c), test=test
        )
        for c, test in zip(columns, tests, strict=True)
    ]
    source = sql.SQL(
        "select c.record_id, c.changes, {was} as was,"
        " row_number() over (partition by c.record_id order by c.id desc) as turn from kernel_change c where {done}"
    ).format(was=as_it_was(part.table), done=_DONE.format(sql.Literal("update")))
    text = sql.SQL(
        "update {t} l set {assignments} from ({source}) c where l.id = c.record_id and c.turn = %s and ({tests})"
        " returning l.{parent}"
    ).format(
        t=sql.Identifier(part.table),
        assignments=sql.SQL(", ").join(assignments),
        source=source,
        tests=sql.SQL(" or ").join(tests),
        parent=sql.Identifier(part.parent_column),
    )
    touched: set[int] = set()
    turn = 0
    while True:
        turn += 1
        cursor.execute(text, [operation_id, part.key, roots, turn])
        found = {row[0] for row in cursor.fetchall()}
        if not found:
            return touched
        touched |= found


def _remove(
    cursor: Any, part: PartShape, columns: list[str], operation_id: int, roots: list[int]
) -> set[int]:
    """Delete the added lines that are still as they were added."""
    same = sql.SQL(" and ").join(
        # What was empty when the line was added is not in its history: it must be empty still.
        as_written(c, "l")
        for c in columns
    )
    cursor.execute(
        sql.SQL(
            "delete from {t} l using kernel_change c where {done} and c.record_id = l.id and {same} returning l.{parent}"
        ).format(
            t=sql.Identifier(part.table),
            done=_DONE.format(sql.Literal("add")),
            same=same,
            parent=sql.Identifier(part.parent_column),
        ),
        [operation_id, part.key, roots],
    )
    return {row[0] for row in cursor.fetchall()}


def _left(cursor: Any, part: PartShape, operation_id: int, roots: list[int]) -> set[int]:
    """The records that still hold lines which the operation added."""
    cursor.execute(
        sql.SQL(
            "select distinct l.{p} from {t} l join kernel_change c on c.record_id = l.id where {done}"
        ).format(
            p=sql.Identifier(part.parent_column),
            t=sql.Identifier(part.table),
            done=_DONE.format(sql.Literal("add")),
        ),
        [operation_id, part.key, roots],
    )
    return {row[0] for row in cursor.fetchall()}


def _put_back(
    cursor: Any, part: PartShape, columns: list[str], operation_id: int, roots: list[int]
) -> set[int]:
    """Insert the removed lines again, with their numbers, behind those that are there."""
    table = sql.Identifier(part.table)
    parent, place = sql.Identifier(part.parent_column), sql.Identifier(part.order)
    searched = ["search_text"] if "search_text" in column_names(part.table) else []
    cursor.execute(
        sql.SQL(
            "insert into {t} ({into}) select c.record_id, c.root_id,"
            " coalesce((select max(o.{place}) + 1 from {t} o where o.{parent} = c.root_id), 0)"
            " + row_number() over (partition by c.root_id order by c.id) - 1, {values}"
            " from kernel_change c, {was} w where {done} on conflict do nothing returning {parent}"
        ).format(
            t=table,
            into=sql.SQL(", ").join(
                [sql.Identifier("id"), parent, place, *map(sql.Identifier, (*columns, *searched))]
            ),
            place=place,
            parent=parent,
            values=sql.SQL(", ").join(
                [
                    *(sql.SQL("w.{}").format(sql.Identifier(c)) for c in columns),
                    *(sql.Literal("") for _ in searched),
                ]
            ),
            was=as_it_was(part.table),
            done=_DONE.format(sql.Literal("remove")),
        ),
        [operation_id, part.key, roots],
    )
    return {row[0] for row in cursor.fetchall()}
