"""The lines of records that an operation changed: what it added goes, what it removed or changed returns."""

from collections.abc import Collection
from typing import Any

from django.db import connection
from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, scope
from klientura.kernel.history.since import changed_since, touched_columns
from klientura.kernel.history.undo_records import Span
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import PartShape, Shape
from klientura.kernel.store import rows
from klientura.kernel.store.changes import SILENT_IN_LINES, as_it_was, as_written
from klientura.kernel.store.generated import column_names, parts_of


def undo_lines(
    actor: Actor, span: Span, mine: int, *, made: Collection[int] = ()
) -> tuple[set[int], set[int]]:
    """Take back what an operation did to the lines of the records of a span.

    Returns the numbers of the records of whose lines any was put back, and of those where any had to stay: somebody
    changed it since, or the record is out of the actor's reach. Records that the operation itself `made` keep theirs,
    for they go to the trash whole.
    """
    shape, operation_id = span.shape, span.operation_id
    parts = parts_of([s for s in all_shapes().values() if s.table == shape.table])
    roots = _roots(span, made) if parts else []
    if not roots:
        return set(), set()
    open_roots = _lock(actor, shape, roots)
    touched: set[int] = set()
    kept = set(roots) - set(open_roots)
    with connection.cursor() as cursor:
        columns = {
            key: [c for c in column_names(part.table) if c not in SILENT_IN_LINES and c != part.parent_column]
            for key, part in parts.items()
        }
        to_do: set[int] = set()
        for key, part in parts.items():
            to_do |= _to_do(cursor, part, columns[key], operation_id, open_roots)
            which = _updates(part, operation_id, open_roots)
            kept |= changed_since(part.table, which, touched_columns(part.table, which))
        moved = sorted(to_do)
        _renew(cursor, shape, moved, actor.user_id, mine)
        rows.remember_actor(actor.user_id, mine)
        for key, part in parts.items():
            touched |= _restore(cursor, part, columns[key], operation_id, moved)
            touched |= _remove(cursor, part, columns[key], operation_id, moved)
            touched |= _put_back(cursor, part, columns[key], operation_id, moved)
            kept |= _left(cursor, part, operation_id, open_roots)
    return touched, kept


def _roots(span: Span, made: Collection[int]) -> list[int]:
    """The records whose lines the operation changed, without those that it made."""
    base = span.shape.base
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct root_id from kernel_change where operation_id = %s and root_object = %s"
            " and root_id between %s and %s and object <> %s",
            [span.operation_id, base, span.first, span.last, base],
        )
        found = {row[0] for row in cursor.fetchall()}
    return sorted(found.difference(made))


def _lock(actor: Actor, shape: Shape, ids: list[int]) -> list[int]:
    """Those of the records that the actor may change, locked."""
    reach = scope(actor, shape, "edit")
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL(
                "select r.id from {} r where r.deleted_at is null and {} and r.id = any(%s) order by r.id for no key update"
            ).format(sql.Identifier(shape.table), reach.sql),
            [*reach.params, ids],
        )
        return [row[0] for row in cursor.fetchall()]


def _renew(cursor: Any, shape: Shape, ids: list[int], user_id: int | None, mine: int) -> None:
    """Each record gets a new version before its lines change: their history names it."""
    cursor.execute(
        sql.SQL(
            "update {} r set updated_at = %s, updated_by_id = %s, operation_id = %s, version = r.version + 1"
            " where r.id = any(%s) and r.operation_id is distinct from %s"
        ).format(sql.Identifier(shape.table)),
        [timezone.now(), user_id, mine, ids, mine],
    )


def _to_do(cursor: Any, part: PartShape, columns: list[str], operation_id: int, roots: list[int]) -> set[int]:
    """The records of whose lines there is any to delete, to restore or to put back."""
    cursor.execute(
        sql.SQL(
            "select distinct c.root_id from kernel_change c left join {table} l on l.id = c.record_id"
            " where c.operation_id = %s and c.object = %s and c.root_id = any(%s) and case c.action"
            " when 'remove' then l.id is null when 'add' then l.id is not null and {same}"
            " else l.id is not null and ({any}) end"
        ).format(
            table=sql.Identifier(part.table),
            same=sql.SQL(" and ").join(as_written(c, "l") for c in columns),
            any=sql.SQL(" or ").join(_still(columns)),
        ),
        [operation_id, part.key, roots],
    )
    return {row[0] for row in cursor.fetchall()}


def _still(columns: list[str]) -> list[sql.Composed]:
    """For each column whether a change `c` wrote it and the value stands."""
    return [sql.SQL("(c.changes ? {} and {})").format(sql.Literal(c), as_written(c, "l")) for c in columns]


def _updates(part: PartShape, operation_id: int, roots: list[int]) -> Predicate:
    return Predicate(
        sql.SQL("c.operation_id = %s and c.object = %s and c.root_id = any(%s)"),
        (operation_id, part.key, roots),
    )


_DONE = sql.SQL("c.operation_id = %s and c.object = %s and c.root_id = any(%s) and c.action = {}")


def _restore(
    cursor: Any, part: PartShape, columns: list[str], operation_id: int, roots: list[int]
) -> set[int]:
    """Put old values of changed lines back where the present ones are still the operation's, the newest change first."""
    tests = _still(columns)
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
