"""The tree of a formula. Every node knows the kind of value it gives; any value may be missing (None)."""

from dataclasses import dataclass
from typing import Final, Literal

type Kind = Literal["number", "text", "date", "boolean", "other"]

KINDS: Final[tuple[Kind, ...]] = ("number", "text", "date", "boolean")


@dataclass(frozen=True, slots=True)
class Constant:
    """A number (as it was written), a text, or true and false."""

    value: str | bool
    kind: Kind


@dataclass(frozen=True, slots=True)
class Field:
    """The value of a field of the same record. Of kind `other` one can only ask whether it is empty."""

    key: str
    kind: Kind


@dataclass(frozen=True, slots=True)
class Call:
    """An operator or a function over other nodes."""

    name: str
    arguments: tuple["Node", ...]
    kind: Kind


type Node = Constant | Field | Call


def fields_of(node: Node) -> frozenset[str]:
    """The keys of the fields that a formula reads."""
    if isinstance(node, Field):
        return frozenset({node.key})
    if isinstance(node, Call):
        return frozenset().union(*(fields_of(a) for a in node.arguments))
    return frozenset()
