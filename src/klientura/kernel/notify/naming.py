"""Records of many kinds by their titles, as far as a reader sees them."""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, members_of
from klientura.kernel.objects.registry import shapes_of_base
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read


@dataclass(frozen=True, slots=True)
class Named:
    """A record: its kind, its number, its title."""

    shape: Shape
    id: int
    title: str

    @property
    def url(self) -> str:
        """Its card."""
        return f"/{self.shape.key}/{self.id}"


def named(actor: Actor, pairs: Iterable[tuple[str, int]]) -> Mapping[tuple[str, int], Named]:
    """By (base, number): those of the records that are open to the actor now; one query for each kind among them."""
    wanted: dict[str, set[int]] = defaultdict(set)
    for base, number in pairs:
        wanted[base].add(number)
    found: dict[tuple[str, int], Named] = {}
    for base, ids in wanted.items():
        for shape in shapes_of_base(base):
            if members_of(shape) or not may(actor, shape, "read"):
                continue
            for number, title in read.titles(actor, shape, sorted(ids)).items():
                found[base, number] = Named(shape, number, title or f"№ {number}")
    return found
