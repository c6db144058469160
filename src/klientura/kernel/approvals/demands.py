"""What has records of a kind looked at before they go out: limits of discounts, and whatever else modules ask for."""

from collections.abc import Callable
from dataclasses import dataclass

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Text
from klientura.kernel.objects.shape import Shape

type Why = Callable[[Actor, int], Text | None]
"""(who lets it out, number of the record) → why that takes an approval; None: it does not."""


@dataclass(frozen=True, slots=True)
class Demand:
    """One thing that is asked of records of a kind. `tells_of`: the fields and parts that its words tell something of."""

    key: str
    why: Why
    tells_of: frozenset[str]


_demands: dict[str, list[Demand]] = {}
_gated: set[str] = set()


def register_demand(object_key: str, key: str, why: Why, tells_of: frozenset[str] = frozenset()) -> None:
    """Have something looked at before a record of a kind goes out: a discount above what its author may give."""
    _demands.setdefault(object_key, []).append(Demand(key, why, tells_of))
    register_gate(object_key)


def register_gate(object_key: str) -> None:
    """Say that some verb of a kind asks for approval before it lets a record out."""
    _gated.add(object_key)


def is_gated(shape: Shape) -> bool:
    """Whether something is asked of records of a kind before they go out."""
    return shape.key in _gated


def demands_on(shape: Shape) -> tuple[Demand, ...]:
    """What is asked of records of a kind, beside the routes of the company."""
    return tuple(_demands.get(shape.key, ()))
