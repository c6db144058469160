"""Objects that come together in one row of a file: an organisation and the person who speaks for it."""

from dataclasses import dataclass
from functools import lru_cache

from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape


@dataclass(frozen=True, slots=True)
class Tie:
    """A row may hold a `holder` and a `member` of it; `link` is the member's field that points at the holder."""

    holder: str
    member: str
    link: str

    def mate_of(self, key: str) -> str:
        """The other object of the pair."""
        return self.member if key == self.holder else self.holder


@lru_cache(maxsize=64)
def tie_of(key: str) -> Tie | None:
    """The pair that an object belongs to, as the holder declares it."""
    shapes = all_shapes()
    pairs = (
        Tie(s.key, s.spec.row_mate.member, s.spec.row_mate.link) for s in shapes.values() if s.spec.row_mate
    )
    return next((t for t in pairs if key in {t.holder, t.member} and t.member in shapes), None)


def mate_shape(shape: Shape) -> Shape | None:
    """The Shape of the record that may stand in the same row."""
    tie = tie_of(shape.key)
    return all_shapes()[tie.mate_of(shape.key)] if tie else None
