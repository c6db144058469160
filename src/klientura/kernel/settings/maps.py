"""The tiles that maps lie on, if the administrator has chosen any: an address with places for zoom, column and row."""

import re
from typing import Final
from urllib.parse import urlsplit

# The host is a plain name, so that the content policy can allow it alone; nothing else of the address may end a directive.
_TEMPLATE: Final = re.compile(
    r"https://[a-z0-9]([a-z0-9.-]{0,200}[a-z0-9])?(:\d{1,5})?/[A-Za-z0-9._~%/?&=+@:{}-]*"
)
_PLACES: Final = ("{z}", "{x}", "{y}")
OSM_TILES: Final = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
OSM_CREDIT: Final = "© OpenStreetMap contributors"


def is_template(text: str) -> bool:
    """Whether a text is an address of tiles that a map may ask for."""
    if _TEMPLATE.fullmatch(text) is None or any(text.count(place) != 1 for place in _PLACES):
        return False
    unknown = re.findall(r"\{[^}]*\}?|\}", text)
    return set(unknown) <= {*_PLACES, "{r}"}


def origin(template: str) -> str:
    """Scheme and host of the tiles, as a content policy names them."""
    parts = urlsplit(template)
    return f"{parts.scheme}://{parts.netloc}"
