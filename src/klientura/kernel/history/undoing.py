"""Taking back an operation over many records in the background: piece by piece, with progress, going on after a restart."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

from django.db import transaction
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.sessions import at_work
from klientura.kernel.history import undo as here_and_now
from klientura.kernel.history.undo import MAX_LISTED, Undone
from klientura.kernel.history.undo_refs import must_stay
from klientura.kernel.jobs import registry, service
from klientura.kernel.jobs.handle import JobHandle
from klientura.kernel.jobs.models import Job
from klientura.kernel.objects.registry import follow_latest
from klientura.kernel.store import operations
from klientura.kernel.store.models import Operation

KIND = "undo"
AT_ONCE = 2_000
"""An operation over more records than this is taken back in the background."""


@dataclass(slots=True)
class Progress:
    """How far an undo is: its operation, the table and the last number done, and what came of it so far."""

    operation_id: int
    base: str = ""
    after: int = 0
    done: tuple[str, ...] = ()
    restored: int = 0
    left: int = 0
    kept: dict[str, list[int]] = field(default_factory=dict)


def register() -> None:
    """Make the kind of job known."""
    registry.register(KIND, work, lost=lost)


def undo(actor: Actor, operation_id: int) -> Undone | Job:
    """Take an operation back: one over few records at once, a large one as a job. Raises what `undo.undo` does."""
    with transaction.atomic():
        target = here_and_now.to_take_back(actor, operation_id)
        if target.records <= AT_ONCE or here_and_now.has_a_way_of_its_own(target):
            return here_and_now.undo(actor, operation_id)
        return start(actor, target)


def start(actor: Actor, target: Operation, *, queue: bool = True) -> Job:
    """Begin to take back an operation that the actor may take back, in the background."""
    mine = operations.start(actor, "undo", target.object, undoes_id=target.pk)
    arguments = {"operation": target.pk, "mine": mine.pk}
    title = _("Taking back: {what}").format(what=target.get_kind_display().lower())
    return service.start(actor, KIND, arguments, title, queue=queue, total=target.records)


def under_way(operation_id: int) -> Job | None:
    """The job that is taking an operation back now."""
    return Job.objects.filter(kind=KIND, arguments__operation=operation_id, state__in=service.ACTIVE).first()


def work(handle: JobHandle) -> Mapping[str, Any]:
    """The job. It acts with the rights that whoever started it has now."""
    follow_latest()
    with at_work(handle.actor_id) as actor:
        return _work(handle, actor)


def _work(handle: JobHandle, actor: Actor) -> dict[str, Any]:
    target = Operation.objects.get(pk=handle.arguments["operation"])
    state = Progress(**(handle.saved or {"operation_id": handle.arguments["mine"]}))
    handle.belongs_to(state.operation_id)
    staying = must_stay(target.pk)
    for span in here_and_now.spans(target):
        base = span.shape.base
        if base in state.done or (base == state.base and span.last <= state.after):
            continue
        with transaction.atomic():
            moved, kept = here_and_now.take_back_span(
                actor, span, state.operation_id, staying.get(span.shape.table, set())
            )
            _note(state, base, span.last, len(moved), kept)
            handle.checkpoint(asdict(state))
        handle.progress(state.restored)
        if handle.cancelled():
            return _finish(target, state, "cancelled")
    return _finish(target, state, "done")


def _note(state: Progress, base: str, last: int, moved: int, kept: list[int]) -> None:
    if state.base not in {"", base}:
        state.done = (*state.done, state.base)
    state.base, state.after = base, last
    state.restored += moved
    state.left += len(kept)
    state.kept[base] = [*state.kept.get(base, ()), *kept][:MAX_LISTED]


def _finish(target: Operation, state: Progress, how: str) -> dict[str, Any]:
    with transaction.atomic():
        target = Operation.objects.select_for_update().get(pk=target.pk)
        mine = Operation.objects.get(pk=state.operation_id)
        here_and_now.end(target, mine, restored=state.restored, kept=state.kept, left=state.left, state=how)
    return {"state": how, "restored": state.restored, "kept": state.left}


def lost(handle: JobHandle, message: str) -> None:
    """The job has failed for good: what it took back stays so, and the rest can be taken back later."""
    state = Progress(**(handle.saved or {"operation_id": handle.arguments["mine"]}))
    with transaction.atomic():
        mine = Operation.objects.get(pk=state.operation_id)
        operations.finish(mine, records=state.restored, state="failed", details={"message": message})
        if state.restored:
            Operation.objects.filter(pk=handle.arguments["operation"]).update(state="partly_undone")
