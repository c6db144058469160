"""Acts over many records: each is one operation, in one transaction, and can be taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, require
from klientura.kernel.errors import BadRequest, FieldError, Invalid
from klientura.kernel.events.outbox import emit
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.shape import PartShape, Shape
from klientura.kernel.store import drafts, operations, read, rows, write
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.filters import Tree
from klientura.kernel.store.read import Row

GONE = _("Somebody has just moved this record to the trash or out of your reach.")
MAX_RECORDS = 100_000
CHUNK = 2_000


@dataclass(frozen=True, slots=True)
class Selection:
    """Which records: by number, or all that a filter (and a search) matches."""

    ids: tuple[int, ...] | None = None
    tree: Tree | None = None
    more: tuple[Predicate, ...] = ()


@dataclass(slots=True)
class Outcome:
    """How a bulk act ended: its operation, how many records changed, which were refused and why."""

    operation_id: int
    changed: int = 0
    refused: dict[int, list[FieldError]] = field(default_factory=dict)


def select_ids(actor: Actor, shape: Shape, selection: Selection, verb: str) -> list[int]:
    """The selected records that are open to the verb, at most MAX_RECORDS. Raises BadRequest for more."""
    more = list(selection.more)
    if selection.ids is not None:
        more.append(Predicate(sql.SQL("r.id = any(%s)"), (list(selection.ids),)))
    where = conditions(actor, shape, verb=verb, tree=selection.tree, more=more)
    text = sql.SQL("select r.id from {} r where {} order by r.id limit {}").format(
        sql.Identifier(shape.table), where.sql, sql.Literal(MAX_RECORDS + 1)
    )
    with connection.cursor() as cursor:
        cursor.execute(text, where.params)
        ids = [row[0] for row in cursor.fetchall()]
    if len(ids) > MAX_RECORDS:
        raise BadRequest(_("Too many records at once. Narrow the selection."), code="too_many")
    return ids


@transaction.atomic
def edit(actor: Actor, shape: Shape, selection: Selection, values: Mapping[str, Any]) -> Outcome:
    """Set the same fields on all selected records that are the actor's to change.

    A value that no record could take raises Invalid; a record that the owner's rules refuse is left as it was and listed.
    """
    write.refuse_mixed(shape)
    require(actor, shape, "edit")
    model = Draft(values={})
    drafts.parse(actor, shape, values, model, creating=False)
    if model.parts:
        model.refuse(
            next(iter(model.parts)),
            "bulk",
            _("Phones, addresses and other lines cannot be changed in many records at once."),
        )
    if model.errors or not model.values:
        raise Invalid(model.errors or [FieldError("", "required", _("Choose a field to change."))])
    ids = select_ids(actor, shape, selection, "edit")
    operation = operations.start(actor, "edit", shape.key, fields=sorted(model.values))
    outcome = Outcome(operation.pk)
    for begin in range(0, len(ids), CHUNK):
        _edit_chunk(actor, shape, ids[begin : begin + CHUNK], model.values, outcome)
    operations.finish(operation, records=outcome.changed, details={"refused": len(outcome.refused)})
    return outcome


def _edit_chunk(
    actor: Actor, shape: Shape, ids: Sequence[int], values: Mapping[str, Any], outcome: Outcome
) -> None:
    batch = Batch(
        shape,
        [
            Draft(values=dict(values), before=before, record_id=before["id"], version=before["version"])
            for before in lock_open_rows(actor, shape, ids)
        ],
        creating=False,
    )
    away = set(ids).difference(d.record_id or 0 for d in batch)
    outcome.refused.update({i: [FieldError("", "gone", GONE)] for i in away})
    write.follow_rules(actor, batch)
    outcome.refused.update({d.record_id or 0: d.errors for d in batch if d.errors})
    write_drafts(actor, batch, operation_id=outcome.operation_id)
    outcome.changed += sum(1 for d in batch if not d.errors and _diff(shape, d))


def lock_rows(shape: Shape, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Lock records, in the order of their numbers, and return their stored values. The caller has checked the scope."""
    return _lock(shape, ids, Predicate(sql.SQL("true")))


def lock_open_rows(actor: Actor, shape: Shape, ids: Sequence[int]) -> list[dict[str, Any]]:
    """As `lock_rows`, of those that are still the actor's to change when the lock is had."""
    return _lock(shape, ids, conditions(actor, shape, verb="edit"))


def _lock(shape: Shape, ids: Sequence[int], where: Predicate) -> list[dict[str, Any]]:
    keys = list(shape.fields)
    text = sql.SQL("select {} from {} r where r.id = any(%s) and {} order by r.id for no key update").format(
        sql.SQL(", ").join(sql.SQL("r.{}").format(sql.Identifier(shape.fields[k].column)) for k in keys),
        sql.Identifier(shape.table),
        where.sql,
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [list(ids), *where.params])
        return [dict(zip(keys, row, strict=True)) for row in cursor.fetchall()]


def _diff(shape: Shape, draft: Draft) -> dict[str, Any]:
    return {shape.fields[k].column: v for k, v in draft.values.items() if v != draft.before.get(k)}


def write_drafts(actor: Actor, batch: Batch, *, operation_id: int) -> list[int]:
    """Write checked drafts of existing, locked records; those with errors are skipped. Return the changed numbers."""
    shape = batch.shape
    good = [d for d in batch if not d.errors]
    lines = _changed_lines(actor, shape, [d for d in good if d.parts])
    changes = {
        d.record_id or 0: diff for d in good if (diff := _diff(shape, d)) or (d.record_id or 0) in lines
    }
    header = {"updated_at": timezone.now(), "updated_by_id": actor.user_id, "operation_id": operation_id}
    rows.update(shape.table, rows.column_types(shape), changes, header)
    if lines:  # after the records: their history takes the new versions
        rows.remember_actor(actor.user_id, operation_id)
        for record_id, changed in lines.items():
            for part, stored, given in changed:
                rows.replace_lines(part, record_id, stored, given)
    moved = [i for i, diff in changes.items() if {"owner_id", "team_id"} & set(diff)]
    if moved:
        write.check_reach(actor, shape, moved)
    ids = sorted(changes)
    emit(f"{shape.key}.changed", shape.base, ids, actor_id=actor.user_id, operation_id=operation_id)
    return ids


def _changed_lines(
    actor: Actor, shape: Shape, given: Sequence[Draft]
) -> dict[int, list[tuple[PartShape, list[Row], list[Row]]]]:
    """By record: the parts whose given lines differ from the stored ones, with both."""
    stored = read.parts_of(write.THE_RULES, shape, [d.record_id or 0 for d in given])
    found: dict[int, list[tuple[PartShape, list[Row], list[Row]]]] = {}
    for draft in given:
        record_id = draft.record_id or 0
        changed = [
            (shape.parts[k], stored[record_id][k], lines)
            for k, lines in draft.parts.items()
            if rows.lines_differ(shape.parts[k], stored[record_id][k], lines)
        ]
        if changed:
            found[record_id] = changed
    return found


@transaction.atomic
def trash(actor: Actor, shape: Shape, selection: Selection) -> Outcome:
    """Move all selected records that are the actor's to delete to the trash."""
    require(actor, shape, "delete")
    ids = select_ids(actor, shape, selection, "delete")
    operation = operations.start(actor, "delete", shape.key)
    for begin in range(0, len(ids), CHUNK):
        write.trash(actor, shape, ids[begin : begin + CHUNK], operation_id=operation.pk)
    operations.finish(operation, records=len(ids))
    return Outcome(operation.pk, len(ids))
