"""What modules add to the palette: pages that stand in no navigation, for those to whom they are open."""

from collections.abc import Callable, Sequence
from typing import Any

from django.http import HttpRequest

type Commands = Callable[[HttpRequest], Sequence[dict[str, Any]]]  # {label, icon, url}

_sources: list[Commands] = []


def register_commands(source: Commands) -> None:
    """Offer pages in the palette, behind those of the sources that are known already."""
    if source not in _sources:
        _sources.append(source)


def commands(request: HttpRequest) -> list[dict[str, Any]]:
    """The pages that the palette offers this reader beyond the navigation."""
    return [command for source in _sources for command in source(request)]
