"""The tiles that maps lie on, if the administrator has chosen any: an address with places for zoom, column and row."""

import re
from typing import Final
from urllib.parse import urlsplit

# The host is a plain name, so that the content policy can allow it alone; nothing else of the address may end a directive.
_LABEL: Final = r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_TEMPLATE: Final = re.compile(
    rf"https://(?P<host>{_LABEL}(?:\.{_LABEL}){{0,20}})(?::(?P<port>[0-9]{{1,5}}))?/[A-Za-z0-9._~%/?&=+@:{{}}-]*"
)
MOST_PORTS: Final = 65_535
LONGEST_HOST: Final = 253
_PLACES: Final = ("{z}", "{x}", "{y}")
OSM_TILES: Final = "https://tile.openstreetmap.org/{z}/{x}/{y}.png"
OSM_CREDIT: Final = "© OpenStreetMap contributors"


def is_template(text: str) -> bool:
    """Whether a text is an address of tiles that a map may ask for."""
    found = _TEMPLATE.fullmatch(text)
    if found is None or len(found["host"]) > LONGEST_HOST or not 0 < int(found["port"] or 443) <= MOST_PORTS:
        return False
    if any(text.count(place) != 1 for place in _PLACES):
        return False
    unknown = re.findall(r"\{[^}]*\}?|\}", text)
    return set(unknown) <= {*_PLACES, "{r}"}


def origin(template: str) -> str:
    """Scheme and host of the tiles, as a content policy names them."""
    parts = urlsplit(template)
    return f"{parts.scheme}://{parts.netloc}"
