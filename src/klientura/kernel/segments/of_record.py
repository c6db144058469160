"""The segments that a record is in, for a reader: one statement judges all rules at once."""

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable
from klientura.kernel.errors import KernelError
from klientura.kernel.objects.shape import Shape
from klientura.kernel.segments import reading
from klientura.kernel.segments.models import Segment
from klientura.kernel.store.filters import compile_filter
from klientura.kernel.store.operators import Context
from klientura.kernel.store.read import held_by

MOST = 60
"""Rules that are judged for one card."""


def segments_of(actor: Actor, shape: Shape, record_id: int) -> list[Segment]:
    """The segments open to the actor that hold a record; a rule that the actor may not ask for is left out."""
    open_ones = reading.of_object(actor, shape)[:MOST]
    judged: list[tuple[Segment, Predicate]] = []
    with reading.remembered(reading.with_parts(open_ones).values()):
        for segment in open_ones:
            context = Context(actor, readable(actor, shape), shape=shape)
            try:
                predicate = compile_filter({"segment": segment.pk}, context)
            except KernelError:
                continue
            if predicate is not None:
                judged.append((segment, predicate))
    if not judged:
        return []
    held = held_by(actor, shape, record_id, [p for _s, p in judged])
    return [segment for (segment, _p), yes in zip(judged, held, strict=False) if yes]
