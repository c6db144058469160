"""Search over several objects at once, for the palette, reference fields and the search page."""

from collections.abc import Sequence
from dataclasses import dataclass

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, readable
from klientura.kernel.objects.shape import Shape
from klientura.kernel.search.nearest import nearest
from klientura.kernel.search.query import understand
from klientura.kernel.search.vocabulary import Vocabulary
from klientura.kernel.store.read import Row


@dataclass(frozen=True, slots=True)
class Found:
    """What a search found of one object."""

    shape: Shape
    rows: list[Row]
    instead: str | None


def search(actor: Actor, shapes: Sequence[Shape], text: str, *, limit: int = 8) -> list[Found]:
    """Search the objects the actor may read; objects without a hit are left out.

    Other readings (layout, alphabet, typos) are tried only when the text as typed finds nothing in any of them.
    """
    open_shapes = [s for s in shapes if may(actor, s, "read")]
    vocabulary = Vocabulary()
    for repair in (False, True):
        if found := _search(actor, open_shapes, text, limit, repair, vocabulary):
            return found
    return []


def _search(
    actor: Actor, shapes: Sequence[Shape], text: str, limit: int, repair: bool, vocabulary: Vocabulary
) -> list[Found]:
    found = []
    for shape in shapes:
        understood = understand(actor, shape, text, repair=repair, vocabulary=vocabulary)
        if understood is None or understood.empty:
            continue
        fields = readable(actor, shape)
        keys = ["title", *(k for k in shape.spec.columns[1:4] if k in fields)]
        rows = nearest(actor, shape, understood, text, keys=keys, limit=limit)
        if rows:
            found.append(Found(shape, rows, understood.instead))
    return found
