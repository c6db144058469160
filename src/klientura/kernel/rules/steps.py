"""The kinds of step a rule may take. A room above the kernel's may add its own: `register`."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Text
from klientura.kernel.objects.shape import Shape
from klientura.kernel.rules.work import Work

type Step = Mapping[str, Any]
type Act = Callable[[Work, Sequence[int]], None]
type Compile = Callable[[Actor, Shape, Step], Act]
"""(actor, shape, step as written) → what is done with a batch. Raises BadStep for what the actor may not do or does not fit."""


class BadStep(Exception):
    """A step is refused: `field` is the part of it that is meant, with the reason in words."""

    def __init__(self, field: str, message: Text) -> None:
        super().__init__(str(message))
        self.field = field
        self.message = message


@dataclass(frozen=True, slots=True)
class StepKind:
    """One kind of step: its name for people, how it is made ready, and which fields of which objects it touches."""

    label: Text
    compile: Compile
    uses: Callable[[Shape, Step], set[tuple[str, str]]]
    preview: (
        Callable[[Actor, Shape, Step], Callable[[Work, Mapping[str, Any]], list[dict[str, Any]]]] | None
    ) = None
    foretell: (
        Callable[[Actor, Shape, Step], Callable[[Work, Sequence[Mapping[str, Any]]], dict[int, str]]] | None
    ) = None
    """What it would do with each of some records, as a sentence by the record's number."""


_kinds: dict[str, StepKind] = {}


def register(key: str, kind: StepKind) -> None:
    """Declare a kind of step."""
    _kinds[key] = kind


def kinds() -> Mapping[str, StepKind]:
    """Every kind of step by its key."""
    return _kinds
