"""The records of an operation that is taken back: what it made goes to the trash, old values return."""

from collections.abc import Collection
from typing import Any, LiteralString

from django.db import connection
from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, scope
from klientura.kernel.history.since import changed_since
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.changes import SILENT, as_it_was, as_written
from klientura.kernel.store.generated import column_names

# What each action is undone by, and how a record looks on which that is still to be done.
_MOVES: tuple[tuple[LiteralString, LiteralString, LiteralString], ...] = (
    ("create", "deleted_at = now()", "is null"),
    ("trash", "deleted_at = null", "is not null"),
    ("restore", "deleted_at = now()", "is null"),
)
_HEADER = sql.SQL("updated_at = %s, updated_by_id = %s, operation_id = %s, version = r.version + 1")
_MENTIONED = sql.SQL(
    "select record_id from kernel_change where operation_id = %s and object = %s and action = {}"
)


def undo_records(
    actor: Actor, shape: Shape, operation_id: int, mine: int, *, stay: Collection[int] = ()
) -> tuple[set[int], set[int]]:
    """Take back what an operation did to the records of one table, in the name of the operation `mine`.

    Records that it made and that are in `stay` are left.

    Returns the numbers of records of which anything was put back, and of those where anything had to be left: what was
    changed since, or is out of the actor's reach. A record can be among both.
    """
    done: set[int] = set()
    kept: set[int] = set()
    values: list[Any] = [timezone.now(), actor.user_id, mine]
    reach = scope(actor, shape, "edit")
    free = Predicate(sql.SQL("{} and not r.id = any(%s)").format(reach.sql), (*reach.params, sorted(stay)))
    as_left = Predicate(
        sql.SQL("{} and r.operation_id = %s").format(reach.sql), (*reach.params, operation_id)
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct action from kernel_change where operation_id = %s and object = %s",
            [operation_id, shape.base],
        )
        actions = {row[0] for row in cursor.fetchall()}
        for action, change, state in _MOVES:
            if action in actions:
                which = free if action == "create" else as_left
                moved, left = _move_back(cursor, shape, operation_id, values, (action, change, state), which)
                done |= moved
                kept |= left
    if "update" in actions:
        restored, left = _take_back_updates(shape, operation_id, values, reach)
        done |= restored
        kept |= left
    return done, kept


def _take_back_updates(
    shape: Shape, operation_id: int, values: list[Any], reach: Predicate
) -> tuple[set[int], set[int]]:
    """Old values return. Records that the operation itself made are not among them: they go to the trash, or stay, whole."""
    of_operation = (operation_id, shape.base)
    which = Predicate(sql.SQL("c.operation_id = %s and c.object = %s"), of_operation)
    with connection.cursor() as cursor:
        cursor.execute(
            "select record_id from kernel_change where operation_id = %s and object = %s and action = 'update' except"
            " select record_id from kernel_change where operation_id = %s and object = %s and action = 'create'",
            [*of_operation, *of_operation],
        )
        mentioned = {row[0] for row in cursor.fetchall()}
    not_made = Predicate(
        sql.SQL(
            "{} and not exists (select 1 from kernel_change m where m.operation_id = %s and m.object = %s"
            " and m.record_id = r.id and m.action = 'create')"
        ).format(reach.sql),
        (*reach.params, *of_operation),
    )
    since = changed_since(shape.table, which)
    restored = restore_values(shape, which, values, not_made)
    return restored, mentioned & (since | _gone(shape, mentioned - restored, reach))


def _move_back(
    cursor: Any,
    shape: Shape,
    operation_id: int,
    values: list[Any],
    move: tuple[LiteralString, LiteralString, LiteralString],
    which: Predicate,
) -> tuple[set[int], set[int]]:
    """Trash what was made, take out what was trashed; return what was moved, and what somebody changed since."""
    action, change, state = move
    pieces = {
        "table": sql.Identifier(shape.table),
        "change": sql.SQL(change),
        "state": sql.SQL(state),
        "header": _HEADER,
        "mentioned": _MENTIONED.format(sql.Literal(action)),
    }
    cursor.execute(
        sql.SQL(
            "update {table} r set {change}, {header} where r.id in ({mentioned}) and r.deleted_at {state}"
            " and {which} returning r.id"
        ).format(**pieces, which=which.sql),
        [*values, operation_id, shape.base, *which.params],
    )
    moved = {row[0] for row in cursor.fetchall()}
    cursor.execute(
        sql.SQL("select r.id from {table} r where r.id in ({mentioned}) and r.deleted_at {state}").format(
            **pieces
        ),
        [operation_id, shape.base],
    )
    return moved, {row[0] for row in cursor.fetchall()}


def _groups(shape: Shape) -> list[tuple[str, ...]]:
    """Columns that mean something only together, of all objects of the table."""
    return [
        tuple(each.fields[k].column for k in group)
        for each in all_shapes().values()
        if each.table == shape.table
        for group in each.spec.together
    ]


def _still(column: str, together: Collection[str]) -> sql.Composable:
    """Whether the operation changed a column and its value stands, as do those of all columns that go with it."""
    tests = [sql.SQL("c.changes ? {} and {}").format(sql.Literal(column), as_written(column, "r"))]
    tests += [
        sql.SQL("(not c.changes ? {} or {})").format(sql.Literal(c), as_written(c, "r"))
        for c in together
        if c != column
    ]
    return sql.SQL("({})").format(sql.SQL(" and ").join(tests))


def _gone(shape: Shape, ids: set[int], reach: Predicate) -> set[int]:
    """Those of the records that are in the trash or out of reach."""
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("select r.id from {} r where r.id = any(%s) and r.deleted_at is null and {}").format(
                sql.Identifier(shape.table), reach.sql
            ),
            [sorted(ids), *reach.params],
        )
        return ids - {row[0] for row in cursor.fetchall()}


def _touched(which: Predicate) -> set[str]:
    """The columns that certain changes `c` say anything about: with a hundred columns the others cost minutes."""
    text = sql.SQL(
        "select distinct k.name from kernel_change c cross join lateral jsonb_object_keys(c.changes) k(name)"
        " where {} and c.action = 'update'"
    )
    with connection.cursor() as cursor:
        cursor.execute(text.format(which.sql), which.params)
        return {row[0] for row in cursor.fetchall()}


def restore_values(shape: Shape, which: Predicate, values: list[Any], reach: Predicate) -> set[int]:
    """Put the values before certain changes `c` back where the present ones are still theirs; return the records.

    The newest change of a record goes first. `values` are when, who and in which operation; `reach` limits the records `r`.
    """
    touched = _touched(which)
    columns = [c for c in column_names(shape.table) if c in touched and c not in SILENT]
    if not columns:
        return set()
    together = {c: group for group in _groups(shape) for c in group}
    tests = [_still(c, together.get(c, ())) for c in columns]
    assignments = [
        sql.SQL("{c} = case when {test} then (c.was).{c} else r.{c} end").format(
            c=sql.Identifier(c), test=test
        )
        for c, test in zip(columns, tests, strict=True)
    ]
    source = sql.SQL(
        "select c.record_id, c.changes, row_number() over (partition by c.record_id order by c.id desc) as turn,"
        " {} as was from kernel_change c where {} and c.action = 'update'"
    ).format(as_it_was(shape.table), which.sql)
    text = sql.SQL(
        "update {table} r set {assignments}, {header} from ({source}) c"
        " where r.id = c.record_id and c.turn = %s and r.deleted_at is null and ({tests}) and {reach} returning r.id"
    ).format(
        table=sql.Identifier(shape.table),
        assignments=sql.SQL(", ").join(assignments),
        header=_HEADER,
        source=source,
        tests=sql.SQL(" or ").join(tests),
        reach=reach.sql,
    )
    turns = sql.SQL(
        "select coalesce(max(n), 0) from (select count(*) n from kernel_change c where {} and c.action = 'update'"
        " group by c.record_id) q"
    ).format(which.sql)
    restored: set[int] = set()
    with connection.cursor() as cursor:
        cursor.execute(turns, which.params)
        for turn in range(1, cursor.fetchone()[0] + 1):
            cursor.execute(text, [*values, *which.params, turn, *reach.params])
            restored |= {row[0] for row in cursor.fetchall()}
    return restored
