"""Places on the globe: reading coordinates as people copy them, distances, boxes around a place."""

import math
import re
from typing import Final, NamedTuple

EARTH_KM: Final = 6371.0088
_NUMBER = r"[+-]?\d{1,3}(?:[.,]\d{1,15})?"
# 55.751244, 37.618423 · 55,751244 37,618423 · 55.75; 37.61 · N 55.75 E 37.61 · with an address behind.
_PAIR: Final = re.compile(
    rf"(?P<ns>[NSСЮ])?\s*(?P<lat>{_NUMBER})\s*°?\s*(?P<ns2>[NSСЮ])?(?:\s*[,;]\s*|\s+)"
    rf"(?P<ew>[EWВЗ])?\s*(?P<lon>{_NUMBER})\s*°?\s*(?P<ew2>[EWВЗ])?(?:\s*[;,]\s*|\s+|$)(?P<rest>.*)",
    re.IGNORECASE | re.DOTALL,
)
_KEPT: Final = re.compile(r"@-?\d{1,3}(\.\d{1,6})?,-?\d{1,2}(\.\d{1,6})?(;.*)?")
MARK: Final = "@"
PLACES: Final = 6
"""Digits after the point that are kept: a tenth of a metre."""


class Place(NamedTuple):
    """A point, if it is known, and an address, if there is one."""

    lat: float | None
    lon: float | None
    address: str


class BadPlace(ValueError):
    """There is no such place."""


class Box(NamedTuple):
    """A stretch of the map; where it crosses the date line, its west lies east of its east."""

    south: float
    west: float
    north: float
    east: float


def read_place(text: str) -> Place:
    """Coordinates, coordinates with an address behind, or an address alone. Raises BadPlace."""
    bare = " ".join(text.split())
    if _KEPT.fullmatch(bare):
        place = kept(bare)
        return Place(*checked(place.lat or 0.0, place.lon or 0.0), place.address)
    bare = bare.lstrip(f"{MARK}; ")
    found = _PAIR.fullmatch(bare)
    if found is None or (found["lat"].isdigit() and found["lon"].isdigit() and found["rest"]):
        return Place(None, None, bare)  # «12 34 Main street» is an address
    lat, lon = (float(found[name].replace(",", ".")) for name in ("lat", "lon"))
    if (found["ns"] or found["ns2"] or "").upper() in {"S", "Ю"}:
        lat = -lat
    if (found["ew"] or found["ew2"] or "").upper() in {"W", "З"}:
        lon = -lon
    return Place(*checked(lat, lon), found["rest"].strip())


def checked(lat: float, lon: float) -> tuple[float, float]:
    """Coordinates that exist, rounded. Raises BadPlace."""
    if not (math.isfinite(lat) and math.isfinite(lon) and -90 <= lat <= 90 and -180 <= lon <= 180):
        raise BadPlace
    return round(lat, PLACES) + 0.0, round(lon, PLACES) + 0.0


def written(place: Place) -> str:
    """A place in the one spelling in which it is kept: «@37.618423,55.751244;address», or the address alone.

    Longitude comes first, so that the database reads the beginning as a point; the mark tells it from what people type.
    """
    if place.lat is None or place.lon is None:
        return place.address
    pair = f"{MARK}{_plain(place.lon)},{_plain(place.lat)}"
    return f"{pair};{place.address}" if place.address else pair


def kept(text: str) -> Place:
    """A place by the spelling in which it is kept."""
    if not text.startswith(MARK):
        return Place(None, None, text)
    pair, _sign, address = text.removeprefix(MARK).partition(";")
    lon, _sign, lat = pair.partition(",")
    return Place(float(lat), float(lon), address)


def _plain(number: float) -> str:
    return f"{number:.{PLACES}f}".rstrip("0").rstrip(".")


def distance_km(lat: float, lon: float, other_lat: float, other_lon: float) -> float:
    """The way over the globe."""
    one, two = math.radians(lat), math.radians(other_lat)
    half = math.sin((two - one) / 2) ** 2
    half += math.cos(one) * math.cos(two) * math.sin(math.radians(other_lon - lon) / 2) ** 2
    return 2 * EARTH_KM * math.asin(min(1.0, math.sqrt(half)))


def boxes_around(lat: float, lon: float, km: float) -> list[Box]:
    """Boxes that hold all within so many kilometres of a point: one, or two where the date line is crossed."""
    high = math.degrees(km / EARTH_KM)
    south, north = max(-90.0, lat - high), min(90.0, lat + high)
    if south <= -90 or north >= 90:
        return [Box(south, -180.0, north, 180.0)]
    wide = math.degrees(math.asin(min(1.0, math.sin(km / EARTH_KM) / math.cos(math.radians(lat)))))
    return split(Box(south, lon - wide, north, lon + wide))


def split(box: Box) -> list[Box]:
    """The box, in two where it crosses the date line."""
    if box.east - box.west >= 360:
        return [Box(box.south, -180.0, box.north, 180.0)]
    west, east = (_turned(each) for each in (box.west, box.east))
    if west <= east:
        return [Box(box.south, west, box.north, east)]
    return [Box(box.south, west, box.north, 180.0), Box(box.south, -180.0, box.north, east)]


def _turned(lon: float) -> float:
    return lon if -180 <= lon <= 180 else (lon + 180) % 360 - 180
