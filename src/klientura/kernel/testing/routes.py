"""Every address of the product, found in the URL resolver, with its door and something to fill its parameters with."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.urls import URLPattern, URLResolver, get_resolver

from klientura.kernel.web.doors import Door

PARAMETER = re.compile(r"<(?:([^:>]+):)?([^>]+)>")
# What stands for a parameter that nobody knows a better value for, by its converter.
FILLING = {
    "number": "999999",
    "int": "999999",
    "object": "organisation",
    "uuid": "01a1fba3-24f1-7b8d-9390-d1f0b9660c5c",
}


@dataclass(frozen=True, slots=True)
class Route:
    """One address: its pattern as written, its view, and whom the view lets in (None: nobody said)."""

    pattern: str
    view: Any
    door: Door | None

    @property
    def parameters(self) -> tuple[str, ...]:
        """The names of the parameters, in order."""
        return tuple(name for _converter, name in PARAMETER.findall(self.pattern))

    def address(self, values: Mapping[str, Any]) -> str:
        """The address with its parameters filled in, as far as `values` goes; the rest names what is not there."""
        return "/" + PARAMETER.sub(
            lambda found: str(values.get(found[2], FILLING.get(found[1], "nothing"))), self.pattern
        )


def all_routes() -> list[Route]:
    """Every address that the product answers, in the order of the resolver."""
    return list(_walk(get_resolver().url_patterns, ""))


def _walk(patterns: Any, above: str) -> Iterator[Route]:
    for each in patterns:
        below = above + str(each.pattern)
        if isinstance(each, URLResolver):
            yield from _walk(each.url_patterns, below)
        elif isinstance(each, URLPattern):
            yield Route(below, each.callback, getattr(each.callback, "door", None))
