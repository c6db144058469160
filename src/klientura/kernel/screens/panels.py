"""What modules add to the cards of others: the registry keeps the kernel free of their nouns."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from klientura.kernel.errors import Text
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.read import Row
from klientura.kernel.web.requests import Request


@dataclass(frozen=True, slots=True)
class MainPanel:
    """The middle of a card (the timeline). `context` is asked only for cards that `fits`."""

    key: str
    label: Text
    template: str
    fits: Callable[[Shape], bool]
    context: Callable[[Request, Shape, Row], dict[str, Any]]
    sheets: tuple[str, ...] = ()  # styles beyond those of every page


type CardWay = Callable[[Request, Shape, Row], Mapping[str, Any] | None]
"""(who looks, at what) → a way that leads from a card to another room: {label, icon, url}; None: there is none for this reader.

With `quiet` it stands in the menu of the card and opens the dialog at `dialog`.
"""

_main: list[MainPanel] = []
_heads: list[MainPanel] = []
_ways: list[CardWay] = []


def register_main_panel(panel: MainPanel, *, first: bool = False) -> None:
    """Put a panel in the middle of cards, behind those known, or in front of them: the first one is shown at once."""
    if all(known.key != panel.key for known in _main):
        _main.insert(0 if first else len(_main), panel)


def main_panels(shape: Shape) -> list[MainPanel]:
    """The panels of an object's card."""
    return [p for p in _main if p.fits(shape)]


def register_head_panel(panel: MainPanel) -> None:
    """Put a panel at the head of cards, below the stages: what is asked of the record where it stands."""
    if all(known.key != panel.key for known in _heads):
        _heads.append(panel)


def head_panels(shape: Shape) -> list[MainPanel]:
    """The panels at the head of an object's card."""
    return [p for p in _heads if p.fits(shape)]


def register_card_way(way: CardWay) -> None:
    """Offer a way from cards, such as writing a letter to the client."""
    if way not in _ways:
        _ways.append(way)


def card_ways(asked: Request, shape: Shape, row: Row) -> list[Mapping[str, Any]]:
    """The ways from a card for this reader: {label, icon, url, or post for what is done there}.

    Of two of the same «key» the later one stands: a paper is sent by mail instead of being written about.
    """
    found = [made for way in _ways if (made := way(asked, shape, row)) is not None]
    last = {made["key"]: place for place, made in enumerate(found) if "key" in made}
    return [made for place, made in enumerate(found) if last.get(made.get("key", ""), place) == place]
