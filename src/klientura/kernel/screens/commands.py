"""What modules add to the palette: pages that stand in no navigation, for those to whom they are open."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest

from klientura.kernel.web.requests import Request

type Commands = Callable[[HttpRequest], Sequence[dict[str, Any]]]  # {label, icon, url}

type Suggestions = Callable[[Request, str], Sequence[dict[str, Any]]]
"""(who asks, what they typed) → options of the palette: {title, sub, icon, group, url | post}, the address being gone to or posted to."""

_sources: list[Commands] = []
_suggestions: list[Suggestions] = []


def register_commands(source: Commands) -> None:
    """Offer pages in the palette, behind those of the sources that are known already."""
    if source not in _sources:
        _sources.append(source)


def commands(request: HttpRequest) -> list[dict[str, Any]]:
    """The pages that the palette offers this reader beyond the navigation."""
    return [command for source in _sources for command in source(request)]


def register_suggestions(source: Suggestions) -> None:
    """Have a module understand what is typed into the palette, before records are looked for."""
    if source not in _suggestions:
        _suggestions.append(source)


def suggestions(asked: Request, typed: str) -> list[dict[str, Any]]:
    """What the modules make of the words typed."""
    return [option for source in _suggestions for option in source(asked, typed)]
