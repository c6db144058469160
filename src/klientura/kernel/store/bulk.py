"""Acts over many records: each is one operation, in one transaction, and can be taken back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, require
from klientura.kernel.errors import BadRequest, FieldError, Invalid
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import drafts, operations, write
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.filters import Tree

GONE = _("Somebody has just moved this record to the trash or out of your reach.")
MAX_RECORDS = 100_000
CHUNK = 2_000
"""Records that one statement writes."""


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


def select_ids(
    actor: Actor, shape: Shape, selection: Selection, verb: str, *, most: int = MAX_RECORDS
) -> list[int]:
    """The selected records that are open to the verb. Raises BadRequest for more than the most."""
    more = list(selection.more)
    if selection.ids is not None:
        more.append(Predicate(sql.SQL("r.id = any(%s)"), (list(selection.ids),)))
    where = conditions(actor, shape, verb=verb, tree=selection.tree, more=more)
    text = sql.SQL("select r.id from {} r where {} order by r.id limit {}").format(
        sql.Identifier(shape.table), where.sql, sql.Literal(most + 1)
    )
    with connection.cursor() as cursor:
        cursor.execute(text, where.params)
        ids = [row[0] for row in cursor.fetchall()]
    if len(ids) > most:
        raise BadRequest(_("Too many records at once. Narrow the selection."), code="too_many")
    return ids


@transaction.atomic
def edit(actor: Actor, shape: Shape, selection: Selection, values: Mapping[str, Any]) -> Outcome:
    """Set the same fields on all selected records that are the actor's to change.

    A value that no record could take raises Invalid; a record that the owner's rules refuse is left as it was and listed.
    """
    wanted = values_for_many(actor, shape, values)
    return edit_chosen(actor, shape, select_ids(actor, shape, selection, "edit"), wanted)


@transaction.atomic
def edit_chosen(actor: Actor, shape: Shape, ids: Sequence[int], wanted: Mapping[str, Any]) -> Outcome:
    """Set values that have been read on records that have been chosen, as one operation."""
    operation = operations.start(actor, "edit", shape.key, fields=sorted(wanted))
    outcome = Outcome(operation.pk)
    for begin in range(0, len(ids), CHUNK):
        edit_records(actor, shape, ids[begin : begin + CHUNK], wanted, outcome)
    operations.finish(operation, records=outcome.changed, details={"refused": len(outcome.refused)})
    return outcome


def values_for_many(actor: Actor, shape: Shape, values: Mapping[str, Any]) -> dict[str, Any]:
    """Values as they came, read and checked: what every one of many records is to get. Raises Denied, Invalid."""
    write.refuse_mixed(shape)
    require(actor, shape, "edit")
    model = Draft(values={})
    drafts.parse_for_many(actor, shape, values, model)
    if model.parts:
        model.refuse(
            next(iter(model.parts)),
            "bulk",
            _("Phones, addresses and other lines cannot be changed in many records at once."),
        )
    if model.errors or not model.values:
        raise Invalid(model.errors or [FieldError("", "required", _("Choose a field to change."))])
    return model.values


def edit_records(
    actor: Actor, shape: Shape, ids: Sequence[int], values: Mapping[str, Any], outcome: Outcome
) -> None:
    """Set values that have been read on some records, as a part of the outcome's operation; refused ones are noted in it."""
    batch = Batch(
        shape,
        [
            Draft(values=dict(values), before=before, record_id=before["id"], version=before["version"])
            for before in write.lock_open_rows(actor, shape, ids)
        ],
        creating=False,
    )
    away = set(ids).difference(d.record_id or 0 for d in batch)
    outcome.refused.update({i: [FieldError("", "gone", GONE)] for i in away})
    write.follow_rules(actor, batch)
    outcome.refused.update({d.record_id or 0: d.errors for d in batch if d.errors})
    changed = write.write_drafts(actor, batch, operation_id=outcome.operation_id)
    outcome.changed += len(changed)


@transaction.atomic
def trash(actor: Actor, shape: Shape, selection: Selection) -> Outcome:
    """Move all selected records that are the actor's to delete to the trash."""
    require(actor, shape, "delete")
    return trash_chosen(actor, shape, select_ids(actor, shape, selection, "delete"))


@transaction.atomic
def trash_chosen(actor: Actor, shape: Shape, ids: Sequence[int]) -> Outcome:
    """Move records that have been chosen to the trash, as one operation."""
    operation = operations.start(actor, "delete", shape.key)
    outcome = Outcome(operation.pk)
    for begin in range(0, len(ids), CHUNK):
        trash_records(actor, shape, ids[begin : begin + CHUNK], outcome)
    operations.finish(operation, records=outcome.changed)
    return outcome


def trash_records(actor: Actor, shape: Shape, ids: Sequence[int], outcome: Outcome) -> None:
    """Move some records to the trash, as a part of the outcome's operation; those no longer the actor's are noted in it."""
    there = select_ids(actor, shape, Selection(ids=tuple(ids)), "delete")
    outcome.refused.update({i: [FieldError("", "gone", GONE)] for i in set(ids).difference(there)})
    outcome.changed += write.trash(actor, shape, there, operation_id=outcome.operation_id) if there else 0
