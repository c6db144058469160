"""Taking an operation back: only values that are still what the operation wrote are restored; the rest is listed."""

from dataclasses import dataclass, field
from typing import Any, LiteralString

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import require
from klientura.kernel.errors import BadRequest, Denied, NotFound
from klientura.kernel.events.outbox import emit
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.objects.shape import PartShape, Shape
from klientura.kernel.store import operations, rows
from klientura.kernel.store.changes import SILENT
from klientura.kernel.store.generated import column_names
from klientura.kernel.store.models import Operation

MAX_LISTED = 200


@dataclass(slots=True)
class Undone:
    """What an undo did: its own operation, how many records it put back, which it had to leave as they are."""

    operation_id: int
    restored: int = 0
    kept: list[int] = field(default_factory=list)


# The right that an act needed is needed to take it back: it may have been withdrawn since.
_NEEDED = {"edit": "edit", "delete": "delete", "import": "import"}


@transaction.atomic
def undo(actor: Actor, operation_id: int) -> Undone:
    """Take back an operation of the actor's own (an administrator: anybody's). Itself an operation.

    Raises NotFound, Denied, BadRequest (already taken back, or still running).
    """
    target = Operation.objects.select_for_update().filter(pk=operation_id).first()
    if target is None or (target.actor_id != actor.user_id and not actor.is_admin and not actor.is_system):
        raise NotFound
    if target.kind == "undo":
        raise Denied(_("An undo cannot be undone."))
    if target.state not in {"done", "cancelled", "failed"}:
        raise BadRequest(_("This has been taken back already, or is still running."), code="state")
    shape = shape_of(target.object)
    require(actor, shape, _NEEDED.get(target.kind, "edit"))
    mine = operations.start(actor, "undo", target.object, undoes_id=target.pk)
    result = Undone(mine.pk)
    touched: set[int] = set()
    for each in _kinds(shape):
        touched |= _undo_records(actor, each, target.pk, mine.pk, result)
    _undo_lines(actor, shape, target.pk, mine.pk)
    target.state = "partly_undone" if result.kept else "undone"
    target.save(update_fields=["state"])
    result.restored = len(touched)
    operations.finish(
        mine, records=len(touched), details={"kept": result.kept[:MAX_LISTED], "kept_count": len(result.kept)}
    )
    emit(f"{shape.key}.undone", shape.base, sorted(touched), actor_id=actor.user_id, operation_id=mine.pk)
    return result


def _kinds(shape: Shape) -> list[Shape]:
    """An import writes organisations and people at once, so every table an operation may have touched is looked at."""
    first: dict[str, Shape] = {shape.base: shape}
    for each in all_shapes().values():
        first.setdefault(each.base, each)
    return list(first.values())


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


def _undo_records(actor: Actor, shape: Shape, operation_id: int, mine: int, result: Undone) -> set[int]:
    done: set[int] = set()
    values: list[Any] = [timezone.now(), actor.user_id, mine]
    with connection.cursor() as cursor:
        cursor.execute(
            "select distinct action from kernel_change where operation_id = %s and object = %s",
            [operation_id, shape.base],
        )
        actions = {row[0] for row in cursor.fetchall()}
        for action, change, state in _MOVES:
            if action in actions:
                moved, kept = _move_back(cursor, shape, operation_id, values, (action, change, state))
                done |= moved
                result.kept += kept
    if "update" in actions:
        restored, kept_too = _restore_values(shape, operation_id, values)
        done |= restored
        result.kept += sorted(kept_too - done)
    return done


def _move_back(
    cursor: Any,
    shape: Shape,
    operation_id: int,
    values: list[Any],
    move: tuple[LiteralString, LiteralString, LiteralString],
) -> tuple[set[int], list[int]]:
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
            " and r.operation_id = %s returning r.id"
        ).format(**pieces),
        [*values, operation_id, shape.base, operation_id],
    )
    moved = {row[0] for row in cursor.fetchall()}
    cursor.execute(
        sql.SQL("select r.id from {table} r where r.id in ({mentioned}) and r.deleted_at {state}").format(
            **pieces
        ),
        [operation_id, shape.base],
    )
    return moved, [row[0] for row in cursor.fetchall()]


def _restore_values(shape: Shape, operation_id: int, values: list[Any]) -> tuple[set[int], set[int]]:
    """Put old values back where the current one is still the operation's; the newest change of a record goes first."""
    columns = [c for c in column_names(shape.table) if c not in SILENT]
    still = "c.changes ? {n} and to_jsonb(r.{c}) is not distinct from nullif(c.changes -> {n} -> 1, 'null')"
    tests = [sql.SQL("(" + still + ")").format(n=sql.Literal(c), c=sql.Identifier(c)) for c in columns]
    assignments = [
        sql.SQL("{c} = case when " + still + " then (c.was).{c} else r.{c} end").format(
            n=sql.Literal(c), c=sql.Identifier(c)
        )
        for c in columns
    ]
    source = sql.SQL(
        "select record_id, changes, row_number() over (partition by record_id order by id desc) as turn,"
        " jsonb_populate_record(null::{}, (select jsonb_object_agg(key, value -> 0) from jsonb_each(changes))) as was"
        " from kernel_change where operation_id = %s and object = %s and action = 'update'"
    ).format(sql.Identifier(shape.table))
    text = sql.SQL(
        "update {table} r set {assignments}, {header} from ({source}) c"
        " where r.id = c.record_id and c.turn = %s and r.deleted_at is null and ({tests}) returning r.id"
    ).format(
        table=sql.Identifier(shape.table),
        assignments=sql.SQL(", ").join(assignments),
        header=_HEADER,
        source=source,
        tests=sql.SQL(" or ").join(tests),
    )
    restored: set[int] = set()
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce(max(n), 0) from (select count(*) n from kernel_change where operation_id = %s and object = %s"
            " and action = 'update' group by record_id) q",
            [operation_id, shape.base],
        )
        for turn in range(1, cursor.fetchone()[0] + 1):
            cursor.execute(text, [*values, operation_id, shape.base, turn])
            restored |= {row[0] for row in cursor.fetchall()}
        cursor.execute(
            "select distinct record_id from kernel_change where operation_id = %s and object = %s and action = 'update'",
            [operation_id, shape.base],
        )
        return restored, {row[0] for row in cursor.fetchall()} - restored


def _undo_lines(actor: Actor, shape: Shape, operation_id: int, mine: int) -> None:
    rows.remember_actor(actor.user_id, mine)
    parts: dict[str, PartShape] = {p.key: p for s in _kinds(shape) for p in s.parts.values()}
    for part in parts.values():
        table = sql.Identifier(part.table)
        keep = [c for c in column_names(part.table) if c not in SILENT]
        with connection.cursor() as cursor:
            _restore_lines(cursor, part, keep, operation_id)
            cursor.execute(
                sql.SQL(
                    "delete from {t} l using kernel_change c where c.operation_id = %s and c.object = %s"
                    " and c.action = 'add' and c.record_id = l.id and {same}"
                ).format(t=table, same=_unchanged(keep, part)),
                [operation_id, part.key],
            )
            cursor.execute(
                sql.SQL(
                    "insert into {t} select (jsonb_populate_record(null::{t}, jsonb_build_object('id', c.record_id,"
                    " {parent}, c.root_id, 'position', 0, 'search_text', '', 'uncertain', false)"
                    " || (select jsonb_object_agg(key, value -> 0) from jsonb_each(c.changes)))).*"
                    " from kernel_change c where c.operation_id = %s and c.object = %s and c.action = 'remove'"
                    " and exists (select 1 from {root} r where r.id = c.root_id) on conflict do nothing"
                ).format(
                    t=table, parent=sql.Literal(part.parent_column), root=sql.Identifier(_root_table(part))
                ),
                [operation_id, part.key],
            )


def _restore_lines(cursor: Any, part: PartShape, columns: list[str], operation_id: int) -> None:
    """Put old values of changed lines back, where the present ones are still the operation's."""
    still = "c.changes ? {n} and to_jsonb(l.{c}) is not distinct from nullif(c.changes -> {n} -> 1, 'null')"
    kept = [c for c in columns if c != part.parent_column]
    assignments = [
        sql.SQL("{c} = case when " + still + " then (c.was).{c} else l.{c} end").format(
            n=sql.Literal(c), c=sql.Identifier(c)
        )
        for c in kept
    ]
    cursor.execute(
        sql.SQL(
            "update {t} l set {assignments} from (select record_id, changes, jsonb_populate_record(null::{t},"
            " (select jsonb_object_agg(key, value -> 0) from jsonb_each(changes))) as was from kernel_change"
            " where operation_id = %s and object = %s and action = 'update') c where l.id = c.record_id"
        ).format(t=sql.Identifier(part.table), assignments=sql.SQL(", ").join(assignments)),
        [operation_id, part.key],
    )


def _unchanged(columns: list[str], part: PartShape) -> sql.Composable:
    tests = [
        sql.SQL("(not c.changes ? {n} or to_jsonb(l.{c}) is not distinct from c.changes -> {n} -> 1)").format(
            n=sql.Literal(c), c=sql.Identifier(c)
        )
        for c in columns
        if c != part.parent_column
    ]
    return sql.SQL(" and ").join(tests)


def _root_table(part: PartShape) -> str:
    return next(
        s.table for s in all_shapes().values() if any(p.table == part.table for p in s.parts.values())
    )
