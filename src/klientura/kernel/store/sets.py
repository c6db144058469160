"""Sets of records that have a name and may stand in any filter. Who keeps them (a room above) says here how to find them."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.shape import Shape

NOT_THERE = _("There is no such segment, or it is not open to you.")


@dataclass(frozen=True, slots=True)
class KnownSet:
    """A set by its rule (a filter tree), or by a list: then `listed` says whether a row of an alias stands in it."""

    name: str
    shape: Shape
    rule: Mapping[str, Any] | None = None
    listed: Callable[[str], Predicate] | None = None


type Finder = Callable[[Actor, int, int | None], KnownSet | None]
"""(who asks, the set, the set whose rule names it) → the set, or None when it is not there or not open."""

_finders: list[Finder] = []


def register(finder: Finder) -> None:
    """Have a function asked for the sets that filters name."""
    if finder not in _finders:
        _finders.append(finder)


def known(actor: Actor, set_id: int, asked_by: int | None) -> KnownSet:
    """The set of this number. Raises BadRequest."""
    for finder in _finders:
        if (found := finder(actor, set_id, asked_by)) is not None:
            return found
    raise BadRequest(NOT_THERE, code="filter")
