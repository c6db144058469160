"""The records of an operation that is taken back: what it made goes to the trash, old values return."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any, LiteralString

from django.db import connection
from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, scope
from klientura.kernel.history.since import changed_since, touched_columns
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.changes import as_it_was, as_written

# What each action is undone by, and how a record looks on which that is still to be done.
_MOVES: tuple[tuple[LiteralString, LiteralString, LiteralString], ...] = (
    ("create", "deleted_at = now()", "is null"),
    ("trash", "deleted_at = null", "is not null"),
    ("restore", "deleted_at = now()", "is null"),
)
_HEADER = sql.SQL("updated_at = %s, updated_by_id = %s, operation_id = %s, version = r.version + 1")


type Acts = dict[str, set[int]]


@dataclass(frozen=True, slots=True)
class Span:
    """What an operation did to the records of one table: to all of them, or to those from one number to another."""

    shape: Shape
    operation_id: int
    first: int = 0
    last: int = 2**63 - 1

    @property
    def changes(self) -> Predicate:
        """The changes `c` of the records themselves."""
        base = self.shape.base
        return Predicate(
            sql.SQL(
                "c.operation_id = %s and c.root_object = %s and c.root_id between %s and %s and c.object = %s"
            ),
            (self.operation_id, base, self.first, self.last, base),
        )

    def acts(self) -> Acts:
        """What it did to the records themselves: each kind of act, and the records on which."""
        found: Acts = {}
        with connection.cursor() as cursor:
            cursor.execute(
                sql.SQL("select distinct c.action, c.record_id from kernel_change c where {}").format(
                    self.changes.sql
                ),
                self.changes.params,
            )
            for action, record_id in cursor.fetchall():
                found.setdefault(action, set()).add(record_id)
        return found


def undo_records(
    actor: Actor, span: Span, acts: Acts, mine: int, *, stay: Collection[int] = ()
) -> tuple[set[int], set[int]]:
    """Take back what an operation did to the records of a span (its `acts`), in the name of the operation `mine`.

    Records that it made and that are in `stay` are left, as are old values of what is settled.

    Returns the numbers of records of which anything was put back, and of those where anything had to be left: what was
    changed since, or is out of the actor's reach. A record can be among both.
    """
    done: set[int] = set()
    kept: set[int] = set()
    values: list[Any] = [timezone.now(), actor.user_id, mine]
    reach = scope(actor, span.shape, "edit")
    for action, change, state in _MOVES:
        if not (mentioned := acts.get(action)):
            continue
        which = reach
        if action != "create":
            which = Predicate(
                sql.SQL("{} and r.operation_id = %s").format(reach.sql), (*reach.params, span.operation_id)
            )
        moved = _moved(
            span.shape, values, change, state, mentioned.difference(stay if action == "create" else ()), which
        )
        done |= moved
        kept |= _in_state(span.shape, state, mentioned - moved)
    if mentioned := acts.get("update", set()) - acts.get("create", set()):
        settled = span.shape.spec.settled(mentioned) if span.shape.spec.settled else set()
        restored, left = _take_back_updates(span, values, reach, mentioned - settled)
        done |= restored
        kept |= left | settled
    return done, kept


def _take_back_updates(
    span: Span, values: list[Any], reach: Predicate, mentioned: set[int]
) -> tuple[set[int], set[int]]:
    """Old values return. Records that the operation itself made are not `mentioned`: they go to the trash, or stay, whole."""
    which = span.changes
    only = Predicate(sql.SQL("{} and r.id = any(%s)").format(reach.sql), (*reach.params, sorted(mentioned)))
    columns = touched_columns(span.shape.table, which)
    since = changed_since(span.shape.table, which, columns)
    restored = restore_values(span.shape, which, values, only, columns)
    return restored, mentioned & (since | _gone(span.shape, mentioned - restored, reach))


def _moved(
    shape: Shape,
    values: list[Any],
    change: LiteralString,
    state: LiteralString,
    ids: set[int],
    which: Predicate,
) -> set[int]:
    """Trash what was made, take out what was trashed: of these records those in that state; return what was moved."""
    text = sql.SQL(
        "update {} r set {}, {} where r.id = any(%s) and r.deleted_at {} and {} returning r.id"
    ).format(sql.Identifier(shape.table), sql.SQL(change), _HEADER, sql.SQL(state), which.sql)
    with connection.cursor() as cursor:
        cursor.execute(text, [*values, sorted(ids), *which.params])
        return {row[0] for row in cursor.fetchall()}


def _in_state(shape: Shape, state: LiteralString, ids: set[int]) -> set[int]:
    """Those of the records that are in a state still: somebody changed them since."""
    text = sql.SQL("select r.id from {} r where r.id = any(%s) and r.deleted_at {}")
    with connection.cursor() as cursor:
        cursor.execute(text.format(sql.Identifier(shape.table), sql.SQL(state)), [sorted(ids)])
        return {row[0] for row in cursor.fetchall()}


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


def restore_values(
    shape: Shape, which: Predicate, values: list[Any], reach: Predicate, columns: Sequence[str]
) -> set[int]:
    """Put the values before certain changes `c` back where the present ones are still theirs; return the records.

    The newest change of a record goes first. `values` are when, who and in which operation; `reach` limits the records `r`;
    `columns` are those which the changes say anything about.
    """
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
