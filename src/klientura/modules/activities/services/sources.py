"""Where interactions come from: modules above lead from the timeline to what an interaction was written of."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from klientura.kernel.access.actor import Actor

type Actions = Callable[[Actor, Sequence[int]], Mapping[int, Sequence[Mapping[str, Any]]]]
"""(who reads, numbers of interactions that they may read) → what the timeline offers at each: {label, icon, url}."""

_sources: list[Actions] = []


def register_actions(source: Actions) -> None:
    """Offer something at interactions on the timeline."""
    if source not in _sources:
        _sources.append(source)


def actions_of(actor: Actor, interaction_ids: Sequence[int]) -> dict[int, list[Mapping[str, Any]]]:
    """What all sources offer at some interactions."""
    found: dict[int, list[Mapping[str, Any]]] = {}
    for source in _sources:
        for number, actions in source(actor, interaction_ids).items():
            found.setdefault(number, []).extend(actions)
    return found
