"""What each manner would do with the certain pairs that wait now: counted over the first of them, in a few queries."""

from dataclasses import dataclass

from klientura.kernel.access.actor import Actor
from klientura.kernel.automerge.carrying_out import contradicting, too_many, waiting
from klientura.kernel.dedup.models import Scan
from klientura.kernel.merging.choosing import changeable, require_rights
from klientura.kernel.merging.merge import lines_of
from klientura.kernel.objects.shape import Shape

LOOKED_AT = 500


@dataclass(frozen=True, slots=True)
class Foreseen:
    """Pairs that wait, at most LOOKED_AT (`capped`: there are more), and how many of these each manner would merge.

    `many`: so many wait that the work would stop by itself until people have looked.
    """

    waiting: int
    capped: bool
    agreeing: int
    older: int
    many: bool


def foresee(actor: Actor, shape: Shape) -> Foreseen:
    """Count with the rights of whoever would choose the manner. Raises Denied for those who may not merge."""
    require_rights(actor, shape)
    found = list(waiting(shape.key, 0)[: LOOKED_AT + 1])
    pairs = found[:LOOKED_AT]
    ids = sorted({i for pair in pairs for i in (pair.a, pair.b)})
    rows = changeable(actor, shape, ids) if ids else {}
    lines = lines_of(shape, list(rows)) if rows else {}
    both = [[rows[p.a], rows[p.b]] for p in pairs if p.a in rows and p.b in rows]
    agreeing = sum(not contradicting(shape, records, lines) for records in both)
    searched = Scan.objects.filter(object=shape.key).exists()
    return Foreseen(
        len(pairs), len(found) > LOOKED_AT, agreeing, len(both), many=searched and too_many(shape)
    )
