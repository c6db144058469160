"""A place: coordinates and an address, either of which may be missing. Kept in one spelling (see `kit.places.written`)."""

from collections.abc import Mapping
from typing import Any, ClassVar, Final

from django.utils.translation import gettext_lazy as _

from klientura.kernel.fields.base import FieldProblem, FieldType, Params
from klientura.kernel.fields.text import checked_text
from klientura.kit.formats import Language
from klientura.kit.places import MARK, BadPlace, Place, checked, kept, read_place, written

LONGEST = 300
MAPS: Final[Mapping[str, str]] = {
    "yandex": "https://yandex.ru/maps/?pt={lon},{lat}&z=16&l=map",
    "2gis": "https://2gis.ru/geo/{lon},{lat}",
    "osm": "https://www.openstreetmap.org/?mlat={lat}&mlon={lon}#map=16/{lat}/{lon}",
    "google": "https://www.google.com/maps/search/?api=1&query={lat},{lon}",
}
"""Where a place is shown when somebody asks for it; nothing is asked of these services before."""
NO_PLACE = _("There is no such place. Write latitude and longitude: 55.7512, 37.6184.")


class LocationType(FieldType):
    """Typed as «55.7512, 37.6184», with an address behind or alone; in JSON {"lat", "lon", "address"}."""

    key = "location"
    widget = "location"
    operators: ClassVar = ("near", "inside", "located", "not_located", "empty", "not_empty")

    def parse(self, raw: object, params: Params) -> Any:
        try:
            if isinstance(raw, Mapping):
                return written(_of_json(raw)) or None
            text = checked_text(raw, multiline=False, limit=LONGEST)
            return written(read_place(text.replace("\t", " "))) or None
        except BadPlace as bad:
            raise FieldProblem("location", NO_PLACE) from bad

    def is_empty(self, raw: object) -> bool:
        if isinstance(raw, Mapping):
            return all(raw.get(k) in (None, "") for k in ("lat", "lon", "address"))
        return super().is_empty(raw)

    def to_json(self, value: Any) -> Any:
        return kept(value)._asdict() if isinstance(value, str) else value

    def display(self, value: Any, params: Params, lang: Language) -> str:
        if not value:
            return ""
        place = kept(value)
        pair = "" if place.lat is None or place.lon is None else f"{place.lat:.6g}, {place.lon:.6g}"
        return f"{place.address} ({pair})" if place.address and pair else place.address or pair

    def to_input(self, value: Any, params: Params, lang: Language) -> Any:
        return typed(value) if value else ""

    def schema(self, params: Params) -> dict[str, Any]:
        number = {"type": ["number", "null"]}
        return {
            "type": "object",
            "properties": {
                "lat": {**number, "minimum": -90, "maximum": 90},
                "lon": {**number, "minimum": -180, "maximum": 180},
                "address": {"type": "string", "maxLength": LONGEST},
            },
        }


def typed(value: str) -> str:
    """A place as somebody would type it, and as files carry it: «55.7512, 37.6184; address»."""
    place = kept(value)
    if place.lat is None or place.lon is None:
        return place.address
    lon, _sign, lat = value.removeprefix(MARK).partition(";")[0].partition(",")
    return f"{lat}, {lon}; {place.address}" if place.address else f"{lat}, {lon}"


def map_url(value: str, service: str) -> str:
    """Where a map service shows a place; empty without coordinates or a service."""
    place = kept(value)
    if place.lat is None or service not in MAPS:
        return ""
    return MAPS[service].format(lat=place.lat, lon=place.lon)


def _of_json(raw: Mapping[str, Any]) -> Place:
    if set(raw) - {"lat", "lon", "address"}:
        raise BadPlace
    address = raw.get("address") or ""
    lat, lon = raw.get("lat"), raw.get("lon")
    text = checked_text(address, multiline=False, limit=LONGEST) if address else ""
    if lat is None and lon is None:
        return Place(None, None, " ".join(text.split()))
    if not all(isinstance(n, int | float) and not isinstance(n, bool) for n in (lat, lon)):
        raise BadPlace
    try:
        return Place(*checked(float(lat or 0), float(lon or 0)), " ".join(text.split()))
    except OverflowError as bad:
        raise BadPlace from bad
