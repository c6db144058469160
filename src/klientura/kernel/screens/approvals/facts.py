"""What one decides about: whose it is and how much, beside what modules add for the reader of the decision."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from klientura.kernel.access.gate import readable
from klientura.kernel.errors import Text
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.cells import Cell, cell, needed_beside
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kernel.web.requests import Request


@dataclass(frozen=True, slots=True)
class Fact:
    """A line beside a decision; `bad`: it speaks against it."""

    label: Text
    value: Cell
    bad: bool = False


type Tell = Callable[[Request, Shape, Row], Sequence[Fact]]
"""(who asks, kind, record as they see it) → what else is to be known before the decision; with the rights of who asks."""

_tellers: dict[str, list[Tell]] = {}


def register_facts(object_key: str, tell: Tell) -> None:
    """Have something told beside the decisions on records of a kind: the margin of an offer."""
    _tellers.setdefault(object_key, []).append(tell)


def facts_of(asked: Request, shape: Shape, record_id: int) -> list[Fact]:
    """Whose a record is and its sums, as the reader sees them, and what modules tell of it."""
    row = read.get(asked.actor, shape, record_id)
    fields = readable(asked.actor, shape)
    keys = [
        key
        for key in shape.spec.columns
        if key in fields and (key == shape.spec.goes_with or fields[key].type.key == "money")
    ]
    known = {**row, **{k: row[k] for k in needed_beside(fields, keys)}}
    company = asked.installation.currency
    found = [
        Fact(fields[k].label, cell(fields[k], row[k], known, lang(), company_currency=company))
        for k in keys
        if row[k] is not None
    ]
    return found + [fact for tell in _tellers.get(shape.key, ()) for fact in tell(asked, shape, row)]
