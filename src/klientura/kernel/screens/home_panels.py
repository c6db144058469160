"""What modules add to the start page: panels, numbers above them, and ways to begin with an empty base."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

from klientura.kernel.access.gate import may, readable
from klientura.kernel.errors import Text
from klientura.kernel.objects.shape import Shape
from klientura.kernel.web.requests import Request


@dataclass(frozen=True, slots=True)
class HomePanel:
    """A panel of the start page; its template finds what `context` gave as `panel`.

    `context` returns None when there is nothing for this reader. `stats` in it, a list of
    {label, value, url, note}, go into the row of numbers above all panels.
    """

    key: str
    place: Literal["main", "side"]
    template: str
    context: Callable[[Request], dict[str, Any] | None]
    sheets: tuple[str, ...] = ()  # styles beyond those of every page


@dataclass(frozen=True, slots=True)
class Beginning:
    """A way to begin with an empty base, offered to those whom it `fits`."""

    key: str
    icon: str
    title: Text
    text: Text
    label: Text
    url: str
    fits: Callable[[Request], bool]


_panels: list[HomePanel] = []
_beginnings: list[Beginning] = []


def register_home_panel(panel: HomePanel) -> None:
    """Put a panel on the start page, behind those of its place that are known already."""
    if all(known.key != panel.key for known in _panels):
        _panels.append(panel)


def register_beginning(beginning: Beginning) -> None:
    """Offer a way to begin, behind those that are known already."""
    if all(known.key != beginning.key for known in _beginnings):
        _beginnings.append(beginning)


def home_panels() -> tuple[HomePanel, ...]:
    """All panels in their order."""
    return tuple(_panels)


def beginnings(asked: Request) -> list[Beginning]:
    """The ways to begin that are open to this reader."""
    return [b for b in _beginnings if b.fits(asked)]


def sees(asked: Request, shape: Shape, *keys: str) -> bool:
    """Whether the reader may read the object and all of these fields of it; a panel needs them to ask its question."""
    fields = readable(asked.actor, shape)
    return may(asked.actor, shape, "read") and all(k in fields for k in keys)
