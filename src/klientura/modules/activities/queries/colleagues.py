"""Colleagues whom words of a line may name, in whatever case."""

from dataclasses import dataclass
from typing import Final

from klientura.kernel.access.models import User
from klientura.kit.entry.naming import is_meant, stem
from klientura.kit.entry.orders import Order
from klientura.kit.text import fold

SURE: Final = 0.78
POSSIBLE: Final = 0.5
SHOWN: Final = 6
LOOKED_AT: Final = 2_000


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who may be meant, and whether the words say so without a slip."""

    id: int
    name: str
    sure: bool


@dataclass(frozen=True, slots=True)
class Meant:
    """Who may be meant by an order, and by how many of its words."""

    found: tuple[Colleague, ...] = ()
    named: int = 0

    @property
    def only(self) -> Colleague | None:
        """The only one who can be meant; None where somebody has to choose."""
        return self.found[0] if len(self.found) == 1 and self.found[0].sure else None


def colleagues_named(order: Order) -> Meant:
    """Whom the words of an order name: by name and surname if they say both, else by one of them.

    A slip of the keyboard is forgiven in words that are written as names, and then somebody has to choose.
    """
    beginning = stem(order.words[0])[:3]
    users = User.objects.filter(is_active=True).order_by("name", "pk").values_list("pk", "name")[:LOOKED_AT]
    near = [(pk, name) for pk, name in users if beginning in fold(name)]
    for words in (order.words[:2], order.words[:1]):
        sureness = {pk: min(is_meant(name, word) for word in words) for pk, name in near}
        for least in (SURE, POSSIBLE) if order.capital and len(words) == 1 else (SURE,):
            found = [(pk, name) for pk, name in near if sureness[pk] >= least]
            if found:
                shown = tuple(Colleague(pk, name, least == SURE) for pk, name in found[:SHOWN])
                return Meant(shown, len(words))
    return Meant()
