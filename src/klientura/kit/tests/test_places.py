"""Places: read as people copy them, kept in one spelling, near one another across the date line and the poles."""

import math

import pytest

from klientura.kit.places import (
    BadPlace,
    Box,
    Place,
    boxes_around,
    checked,
    distance_km,
    kept,
    read_place,
    split,
    written,
)


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("55.751244, 37.618423", Place(55.751244, 37.618423, "")),
        ("55,751244 37,618423", Place(55.751244, 37.618423, "")),
        ("55.75;37.61", Place(55.75, 37.61, "")),
        ("N 55.75 E 37.61", Place(55.75, 37.61, "")),
        ("33.9 S, 151.2 E", Place(-33.9, 151.2, "")),
        ("-33.9,-70.5; Сантьяго, ул. 1", Place(-33.9, -70.5, "Сантьяго, ул. 1")),
        ("55.75, 37.61 Москва", Place(55.75, 37.61, "Москва")),
        ("Москва,  Тверская 1", Place(None, None, "Москва, Тверская 1")),
        ("12 34 Main street", Place(None, None, "12 34 Main street")),
        ("12, 34", Place(12.0, 34.0, "")),
        (";Москва", Place(None, None, "Москва")),
        ("@Москва", Place(None, None, "Москва")),
        ("@37.61,55.75;Москва; двор", Place(55.75, 37.61, "Москва; двор")),
        ("@55.75 37.61", Place(55.75, 37.61, "")),
        ("0,0", Place(0.0, 0.0, "")),
    ],
)
def test_places_are_read_and_kept(text: str, place: Place):
    assert read_place(text) == place
    assert kept(written(place)) == place
    assert read_place(written(place)) == place


@pytest.mark.parametrize("text", ["91, 0", "0, 181", "-90.1, 5", "55.75, 999"])
def test_what_lies_nowhere_is_refused(text: str):
    with pytest.raises(BadPlace):
        read_place(text)
    for pair in ((float("nan"), 0.0), (0.0, float("inf"))):
        with pytest.raises(BadPlace):
            checked(*pair)


def test_distances_and_boxes():
    assert distance_km(55.7558, 37.6173, 59.9343, 30.3351) == pytest.approx(633, abs=3)
    for lat, lon, km in (
        (55.75, 37.6, 10),
        (0, 179.9, 100),
        (0, -179.9, 100),
        (89.5, 10, 100),
        (-33, 151, 2000),
    ):
        boxes = boxes_around(lat, lon, km)
        for bearing in range(0, 360, 15):
            other = _beyond(lat, lon, km * 0.999, bearing)
            assert any(b.south <= other[0] <= b.north and b.west <= other[1] <= b.east for b in boxes), (
                lat,
                lon,
                bearing,
            )
    assert split(Box(0, 170, 1, 190)) == [Box(0, 170, 1, 180.0), Box(0, -180.0, 1, -170)]
    assert split(Box(0, -10, 1, 400)) == [Box(0, -180.0, 1, 180.0)]


def _beyond(lat: float, lon: float, km: float, bearing: float) -> tuple[float, float]:
    """The point so far away in a direction."""
    one, angle, way = math.radians(lat), math.radians(bearing), km / 6371.0088
    two = math.asin(math.sin(one) * math.cos(way) + math.cos(one) * math.sin(way) * math.cos(angle))
    turn = math.atan2(
        math.sin(angle) * math.sin(way) * math.cos(one), math.cos(way) - math.sin(one) * math.sin(two)
    )
    return math.degrees(two), (lon + math.degrees(turn) + 180) % 360 - 180
