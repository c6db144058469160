"""How wide the columns of a list are, and how many stay in sight when it is scrolled sideways."""

from collections.abc import Container, Mapping
from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import BadRequest

NARROWEST, WIDEST = 48, 1200
"""Pixels of a column."""
MOST_PINNED = 5
MOST = 60
"""Widths that are kept; those of columns not shown now come back with them."""


def read_widths(text: str, fields: Container[str]) -> dict[str, int]:
    """The widths that an address says, «name:240,city:120». What is no width of a column is left out: it only looks otherwise."""
    found: dict[str, int] = {}
    for pair in text.split(",")[:MOST]:
        key, _colon, width = pair.partition(":")
        if key in fields and width.isascii() and width.isdigit() and len(width) <= 4:
            found[key] = max(NARROWEST, min(int(width), WIDEST))
    return found


def said_widths(widths: Mapping[str, int]) -> str:
    """The widths as an address says them."""
    return ",".join(f"{key}:{width}" for key, width in widths.items())


def read_pin(text: str) -> int:
    """How many of the first columns an address pins; one when it says nothing or nonsense."""
    return max(1, min(int(text), MOST_PINNED)) if text.isascii() and text.isdigit() and len(text) < 3 else 1


def checked(raw: Any, fields: Container[str]) -> dict[str, int]:
    """The widths of a view about to be kept. Raises BadRequest."""
    if raw is None:
        return {}
    if not isinstance(raw, Mapping) or len(raw) > MOST:
        raise BadRequest(_("The widths of a view are numbers of pixels by field."), code="view")
    for key, width in raw.items():
        if not isinstance(key, str) or key not in fields:
            raise BadRequest(_("There is no field «%(field)s».") % {"field": str(key)[:60]}, code="view")
        if isinstance(width, bool) or not isinstance(width, int) or not NARROWEST <= width <= WIDEST:
            raise BadRequest(_("A column is from 48 to 1200 pixels wide."), code="view")
    return dict(raw)


def checked_pin(raw: Any) -> int:
    """The number of pinned columns of a view about to be kept. Raises BadRequest."""
    if raw is None:
        return 1
    if isinstance(raw, bool) or not isinstance(raw, int) or not 1 <= raw <= MOST_PINNED:
        raise BadRequest(_("From one to five columns are pinned."), code="view")
    return raw
