"""Carrying a hand-over out: one job and one operation, chunk by chunk, that can be stopped, taken up again and undone."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext as _
from psycopg import sql

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.access.models import User
from klientura.kernel.access.sessions import at_work
from klientura.kernel.events.outbox import emit
from klientura.kernel.handover.planning import (
    Plan,
    check,
    companions,
    going,
    in_order,
    owned,
    target_of,
)
from klientura.kernel.jobs import registry, service
from klientura.kernel.jobs.handle import JobHandle
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.registry import follow_latest
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import operations, write
from klientura.kernel.store.bulk import CHUNK
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.models import Operation

KIND = "hand_over"


@dataclass(slots=True)
class Progress:
    """How far a hand-over is: the operation, the kind of record and the last number done, and what came of it so far."""

    operation_id: int
    step: int = 0
    after: int = 0
    turn: int = 0
    handed: int = 0
    refused: int = 0


def register() -> None:
    """Make the kind of job known."""
    registry.register(KIND, work, lost=lost)


def start(actor: Actor, plan: Plan, *, queue: bool = True) -> Job:
    """Begin a hand-over in the background. Raises NotFound, Denied, Invalid."""
    check(actor, plan)
    giver = User.objects.get(pk=plan.giver_id)
    with transaction.atomic():
        operation = operations.start(
            actor, "hand_over", in_order(plan.keys)[0].key, name=giver.name, giver=plan.giver_id,
            takers=list(plan.taker_ids), kinds=list(plan.keys),
        )  # fmt: skip
        title = _("Handing over the work of {name}").format(name=giver.name)
        return service.start(actor, KIND, {**plan.stored(), "operation": operation.pk}, title, queue=queue)


def work(handle: JobHandle) -> Mapping[str, Any]:
    """The job. It acts with the rights that whoever started it has now."""
    follow_latest()
    with at_work(handle.actor_id) as actor:
        return _work(handle, actor)


def _work(handle: JobHandle, actor: Actor) -> dict[str, Any]:
    plan = Plan.of(handle.arguments)
    check(actor, plan)
    state = Progress(**(handle.saved or {"operation_id": handle.arguments["operation"]}))
    handle.belongs_to(state.operation_id)
    steps = [*((s, False) for s in in_order(plan.keys)), *((s, True) for s in companions(actor, plan))]
    while state.step < len(steps):
        shape, only_along = steps[state.step]
        if not _chunk(handle, actor, plan, shape, state, only_along=only_along):
            state.step, state.after = state.step + 1, 0
        handle.progress(state.handed)
        if handle.cancelled():
            return _finish(actor, plan, state, "cancelled")
    return _finish(actor, plan, state, "done")


def _chunk(
    handle: JobHandle, actor: Actor, plan: Plan, shape: Shape, state: Progress, *, only_along: bool
) -> bool:
    """Hand over the next records of one kind; False when there are no more."""
    where = _along(actor, shape, plan, state) if only_along else going(actor, shape, plan)
    if where is None:
        return False
    with transaction.atomic():
        ids = _next_ids(shape, where, state.after)
        if not ids:
            return False
        batch = Batch(shape, _drafts(actor, plan, shape, ids, state), creating=False)
        product = SystemActor("work is handed over whole, to whomever it goes", actor.user_id)
        write.follow_rules(product, batch)
        changed = write.write_drafts(product, batch, operation_id=state.operation_id)
        state.handed += len(changed)
        state.refused += sum(1 for d in batch if d.errors)
        state.after = ids[-1]
        handle.checkpoint(asdict(state))
    return len(ids) == CHUNK


def _next_ids(shape: Shape, where: Predicate, after: int) -> list[int]:
    text = sql.SQL("select r.id from {} r where {} and r.id > %s order by r.id limit {}").format(
        sql.Identifier(shape.table), where.sql, sql.Literal(CHUNK)
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [*where.params, after])
        return [row[0] for row in cursor.fetchall()]


def _drafts(actor: Actor, plan: Plan, shape: Shape, ids: list[int], state: Progress) -> list[Draft]:
    """The records with their new owners: that of the client they belong to, if it changed hands too, else in turn."""
    found = [r for r in write.lock_open_rows(actor, shape, ids, "edit") if r["owner"] == plan.giver_id]
    followed = _owners_of_targets(shape, found, state.operation_id)
    made = []
    for before in found:
        owner = followed.get(before.get(shape.spec.goes_with or ""))
        if owner is None:
            owner = plan.taker_ids[state.turn % len(plan.taker_ids)]
            state.turn += 1
        made.append(
            Draft(values={"owner": owner}, before=before, record_id=before["id"], version=before["version"])
        )
    return made


def _owners_of_targets(shape: Shape, found: list[dict[str, Any]], operation_id: int) -> dict[Any, int]:
    """The new owners of those records which this operation has handed over and these ones follow."""
    link = shape.spec.goes_with
    if link is None or link not in shape.fields:
        return {}
    targets = sorted({r[link] for r in found if r[link] is not None})
    text = sql.SQL("select t.id, t.owner_id from {} t where t.id = any(%s) and t.operation_id = %s").format(
        sql.Identifier(target_of(shape).table)
    )
    with connection.cursor() as cursor:
        cursor.execute(text, [targets, operation_id])
        return {number: owner for number, owner in cursor.fetchall() if owner is not None}


def _along(actor: Actor, shape: Shape, plan: Plan, state: Progress) -> Predicate:
    """The giver's records that belong to what this operation has handed over."""
    link = shape.fields[shape.spec.goes_with or ""]
    text = sql.SQL("exists (select 1 from {} t where t.id = r.{} and t.operation_id = %s)").format(
        sql.Identifier(target_of(shape).table), sql.Identifier(link.column)
    )
    with_them = Predicate(text, (state.operation_id,))
    return conditions(actor, shape, verb="edit", more=[owned(plan.giver_id), with_them])


def _finish(actor: Actor, plan: Plan, state: Progress, how: str) -> dict[str, Any]:
    with transaction.atomic():
        operation = Operation.objects.select_for_update().get(pk=state.operation_id)
        operations.finish(operation, records=state.handed, state=how, details={"refused": state.refused})
        emit(
            "user.work_handed_over", "user", [plan.giver_id], actor_id=actor.user_id, operation_id=state.operation_id,
            payload={"to": list(plan.taker_ids), "records": state.handed},
        )  # fmt: skip
    return {"state": how, "handed": state.handed, "refused": state.refused}


def lost(handle: JobHandle, message: str) -> None:
    """The job has failed for good: what it did until then can be undone."""
    done = (handle.saved or {}).get("handed", 0)
    operations.broke_off(handle.arguments["operation"], records=done, message=message)
