"""Changing or trashing many records: few at once, a multitude as a job that can be watched, stopped, taken up again and undone."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import require
from klientura.kernel.access.sessions import at_work
from klientura.kernel.jobs import registry, service
from klientura.kernel.jobs.handle import JobHandle
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.registry import follow_latest, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import bulk, operations
from klientura.kernel.store.bulk import CHUNK, Outcome, Selection
from klientura.kernel.store.models import Operation

EDIT, TRASH = "bulk_edit", "bulk_trash"
KINDS = (EDIT, TRASH)
AT_ONCE = 2_000
"""An act over more records than this is done in the background."""
MAX_RECORDS = 1_000_000
MAX_LISTED = 200


@dataclass(slots=True)
class Progress:
    """How far an act is: how many of the chosen records it has been at, and what came of it so far."""

    operation_id: int
    passed: int = 0
    changed: int = 0
    left: int = 0
    reasons: dict[str, str] = field(default_factory=dict)
    """Of the first records left as they were: why."""


def register() -> None:
    """Make the kinds of job known."""
    for kind in KINDS:
        registry.register(kind, work, lost=lost)


def edit(actor: Actor, shape: Shape, selection: Selection, values: Mapping[str, Any]) -> Outcome | Job:
    """Set the same values, as they came from outside, on all selected records. Raises Denied, Invalid, BadRequest."""
    wanted = bulk.values_for_many(actor, shape, values)
    ids = bulk.select_ids(actor, shape, selection, "edit", most=MAX_RECORDS)
    if len(ids) <= AT_ONCE:
        return bulk.edit_chosen(actor, shape, ids, wanted)
    with transaction.atomic():
        operation = operations.start(actor, "edit", shape.key, fields=sorted(wanted))
        return _start(actor, EDIT, shape, operation, ids, values)


def trash(actor: Actor, shape: Shape, selection: Selection) -> Outcome | Job:
    """Move all selected records to the trash. Raises Denied, BadRequest."""
    require(actor, shape, "delete")
    ids = bulk.select_ids(actor, shape, selection, "delete", most=MAX_RECORDS)
    if len(ids) <= AT_ONCE:
        return bulk.trash_chosen(actor, shape, ids)
    with transaction.atomic():
        return _start(actor, TRASH, shape, operations.start(actor, "delete", shape.key), ids)


def _start(
    actor: Actor,
    kind: str,
    shape: Shape,
    operation: Operation,
    ids: list[int],
    values: Mapping[str, Any] | None = None,
) -> Job:
    """The records are those chosen now, whatever the filter that chose them would say later."""
    arguments = {"object": shape.key, "operation": operation.pk, "ids": ids, "values": dict(values or {})}
    title = f"{operation.get_kind_display()}: {shape.plural}"
    return service.start(actor, kind, arguments, title, total=len(ids))


def work(handle: JobHandle) -> Mapping[str, Any]:
    """The job. It acts with the rights that whoever started it has now."""
    follow_latest()
    with at_work(handle.actor_id) as actor:
        return _work(handle, actor)


def _work(handle: JobHandle, actor: Actor) -> dict[str, Any]:
    shape, values, ids = (
        shape_of(handle.arguments["object"]),
        handle.arguments["values"],
        handle.arguments["ids"],
    )
    wanted = bulk.values_for_many(actor, shape, values) if values else None
    state = Progress(**(handle.saved or {"operation_id": handle.arguments["operation"]}))
    handle.belongs_to(state.operation_id)
    while state.passed < len(ids):
        outcome, chunk = Outcome(state.operation_id), ids[state.passed : state.passed + CHUNK]
        with transaction.atomic():
            if wanted is None:
                bulk.trash_records(actor, shape, chunk, outcome)
            else:
                bulk.edit_records(actor, shape, chunk, wanted, outcome)
            _note(state, len(chunk), outcome)
            handle.checkpoint(asdict(state))
        handle.progress(state.passed, len(ids))
        if state.passed < len(ids) and handle.cancelled():
            return _finish(state, "cancelled")
    return _finish(state, "done")


def _note(state: Progress, passed: int, outcome: Outcome) -> None:
    state.passed += passed
    state.changed += outcome.changed
    state.left += len(outcome.refused)
    for number, errors in outcome.refused.items():
        if len(state.reasons) < MAX_LISTED:
            state.reasons[str(number)] = " ".join(str(e.message) for e in errors)


def _finish(state: Progress, how: str) -> dict[str, Any]:
    operation = Operation.objects.get(pk=state.operation_id)
    operations.finish(operation, records=state.changed, state=how, details={"refused": state.left})
    return {"state": how, "changed": state.changed, "refused": state.left, "reasons": state.reasons}


def lost(handle: JobHandle, message: str) -> None:
    """The job has failed for good: what it did until then can be undone."""
    done = (handle.saved or {}).get("changed", 0)
    operations.broke_off(handle.arguments["operation"], records=done, message=message)
