"""What is wrong with one record, for a reader: the rules that find it, judged by one statement."""

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable
from klientura.kernel.objects.shape import Shape
from klientura.kernel.quality.faults import Fault, faults_of
from klientura.kernel.store.filters import compile_filter
from klientura.kernel.store.operators import Context
from klientura.kernel.store.read import held_by


def faults_in(actor: Actor, shape: Shape, record_id: int) -> list[Fault]:
    """The rules open to the actor by which a record has a fault, the serious first."""
    judged: list[tuple[Fault, Predicate]] = []
    for fault in faults_of(actor, shape):
        predicate = compile_filter(fault.tree, Context(actor, readable(actor, shape), shape=shape))
        if predicate is not None:
            judged.append((fault, predicate))
    if not judged:
        return []
    held = held_by(actor, shape, record_id, [p for _f, p in judged])
    return [fault for (fault, _p), yes in zip(judged, held, strict=False) if yes]
