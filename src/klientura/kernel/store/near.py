"""Conditions on places: within so many kilometres of one, inside a stretch of map; served by an index over their points."""

import math
from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.kernel.access.gate import Predicate
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.shape import FieldShape
from klientura.kernel.store.expressions import column
from klientura.kit.places import BadPlace, Box, boxes_around, checked, read_place, split

MOST_KM = 5000
# A point is (longitude, latitude), as on paper. What has no coordinates has no point. Neither is strict: a strict function
# would be called for each row, where these become part of the statement.
FUNCTIONS: Final = """
create or replace function k_point(text) returns point language sql immutable parallel safe as
$$ select case when left($1, 1) = '@' then split_part(substr($1, 2), ';', 1)::point end $$;
create or replace function k_km(point, float8, float8) returns float8 language sql immutable parallel safe as
$$ select 2 * 6371.0088 * asin(least(1.0, sqrt(
  power(sin(radians($2 - $1[1]) / 2), 2)
  + cos(radians($1[1])) * cos(radians($2)) * power(sin(radians($3 - $1[0]) / 2), 2)))) $$;
"""


def near(field: FieldShape, raw: Any, alias: str = "r") -> Predicate:
    """Within so many kilometres of a place: {"place": "55.75, 37.61", "km": 10}, or lat and lon for place. Raises BadRequest."""
    lat, lon, km = _circle(field, raw)
    point = sql.SQL("k_point({})").format(column(field, alias))
    boxes = [_in_box(point, box) for box in boxes_around(lat, lon, km)]
    text = sql.SQL("(({}) and k_km({}, %s, %s) <= %s)").format(
        sql.SQL(" or ").join(b.sql for b in boxes), point
    )
    return Predicate(text, (*(v for b in boxes for v in b.params), lat, lon, km))


def inside(field: FieldShape, raw: Any, alias: str = "r") -> Predicate:
    """Inside a stretch of map: {"south", "west", "north", "east"}. Raises BadRequest."""
    box = raw if isinstance(raw, Box) else read_box(raw)
    point = sql.SQL("k_point({})").format(column(field, alias))
    boxes = [_in_box(point, each) for each in split(box)]
    return Predicate(
        sql.SQL("({})").format(sql.SQL(" or ").join(b.sql for b in boxes)),
        tuple(v for b in boxes for v in b.params),
    )


def _in_box(point: sql.Composable, box: Box) -> Predicate:
    return Predicate(
        sql.SQL("{} <@ box(point(%s, %s), point(%s, %s))").format(point),
        (box.west, box.south, box.east, box.north),
    )


def read_box(raw: Any) -> Box:
    """A stretch of map from JSON. Raises BadRequest."""
    refused = BadRequest(_("A stretch of map has south, west, north and east."), code="filter")
    if not isinstance(raw, Mapping) or set(raw) != set(Box._fields):
        raise refused
    numbers = [_number(raw[name]) for name in Box._fields]
    if any(n is None for n in numbers):
        raise refused
    south, west, north, east = (n or 0.0 for n in numbers)
    if not (-90 <= south <= north <= 90 and -540 <= west <= 540 and -540 <= east <= 540):
        raise refused
    return Box(south, west, north, east if east >= west else east + 360)


def _circle(field: FieldShape, raw: Any) -> tuple[float, float, float]:
    refused = BadRequest(
        _(
            "A condition on «%(field)s» needs a place (55.7512, 37.6184) and a number of kilometres up to 5000."
        )
        % {"field": field.label},
        code="filter",
        field=field.key,
    )
    if not isinstance(raw, Mapping):
        raise refused
    km = _number(raw.get("km"))
    if set(raw) == {"place", "km"} and isinstance(raw["place"], str):
        try:
            place = read_place(raw["place"][:300])
        except BadPlace as bad:
            raise refused from bad
        lat, lon = place.lat, place.lon
    elif set(raw) == {"lat", "lon", "km"}:
        lat, lon = _number(raw["lat"]), _number(raw["lon"])
    else:
        raise refused
    if lat is None or lon is None or km is None or not 0 < km <= MOST_KM:
        raise refused
    try:
        return (*checked(lat, lon), km)
    except BadPlace as bad:
        raise refused from bad


def _number(raw: Any) -> float | None:
    if isinstance(raw, bool) or not isinstance(raw, int | float):
        return None
    try:
        number = float(raw)
    except OverflowError:
        return None
    return number if math.isfinite(number) else None
