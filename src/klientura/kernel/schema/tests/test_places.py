"""Fields of places: written as people write them, asked for by distance and by stretches of map, shown in heaps."""

from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, Denied, Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.schema import fields, indexing
from klientura.kernel.store import places, read, write
from klientura.kernel.testing.company import Company
from klientura.kit.places import Box

KEY = "x_site"
CITIES = {
    "Москва": "55.7558, 37.6173; Москва", "Химки": "55.8970, 37.4297", "Казань": "55.7963, 49.1088",
    "Чукотка": "66.5, -179.5", "Врангель": "66.5, 179.5", "Без координат": "где-то под Тулой",
}  # fmt: skip
RUSSIA = Box(40, 20, 75, 60)


@pytest.fixture
def shape(admin: Actor) -> Shape:
    fields.add_field(
        admin,
        "organisation",
        {"type": "location", "label": {"ru": "Где", "en": "Site"}, "params": {"map": "osm"}},
    )
    write.create_many(
        admin, shape_of("organisation"), [{"name": name, KEY: place} for name, place in CITIES.items()]
    )
    return shape_of("organisation")


def found(actor: Actor, shape: Shape, op: str, value: Any = None) -> list[str]:
    tree = {"field": KEY, "op": op, **({} if value is None else {"value": value})}
    return [r["title"] for r in read.page(actor, shape, tree=tree, sort="id").rows]


def test_places_are_asked_for_by_distance_and_by_stretch_of_map(admin: Actor, shape: Shape):
    assert found(admin, shape, "near", {"place": "55.75, 37.61", "km": 30}) == ["Москва", "Химки"]
    assert found(admin, shape, "near", {"lat": 55.75, "lon": 37.61, "km": 5}) == ["Москва"]
    assert found(admin, shape, "near", {"lat": 66.5, "lon": 180, "km": 50}) == ["Чукотка", "Врангель"]
    assert found(admin, shape, "inside", {"south": 55, "west": 37, "north": 56, "east": 50}) == [
        "Москва",
        "Химки",
        "Казань",
    ]
    assert found(admin, shape, "inside", {"south": 60, "west": 170, "north": 70, "east": -170}) == [
        "Чукотка",
        "Врангель",
    ]
    assert found(admin, shape, "not_empty") == list(CITIES)
    assert found(admin, shape, "empty") == []


@pytest.mark.parametrize(
    ("op", "value"),
    [
        ("near", None), ("near", 5), ("near", {"place": "Москва", "km": 5}), ("near", {"place": "1, 2", "km": 0}),
        ("near", {"place": "1, 2", "km": 10**400}), ("near", {"lat": "1", "lon": 2, "km": 3}), ("near", {"lat": 91, "lon": 2, "km": 3}),
        ("inside", {"south": 5, "west": 1, "north": 1, "east": 2}), ("inside", [1, 2, 3, 4]),
        ("inside", {"south": 1, "west": float("nan"), "north": 2, "east": 3}), ("eq", "1, 2"),
    ],
)  # fmt: skip
def test_what_cannot_be_asked_is_refused(admin: Actor, shape: Shape, op: str, value: Any):
    with pytest.raises(BadRequest):
        found(admin, shape, op, value)


def test_bad_places_are_refused_and_json_is_taken(admin: Actor, shape: Shape):
    for bad in ("91, 0", {"lat": 1}, {"lat": 1, "lon": "2"}, {"lat": 1, "lon": 2, "x": 3}, True, "x" * 400):
        with pytest.raises(Invalid):
            write.create(admin, shape, {"name": "Завод", KEY: bad})
    one = write.create(
        admin, shape, {"name": "Завод", KEY: {"lat": 55.1234567, "lon": 37, "address": "ул. Мира"}}
    )
    stored = read.get(admin, shape, one)[KEY]
    assert stored == "@37,55.123457;ул. Мира"
    assert shape.fields[KEY].type.to_json(stored) == {"lat": 55.123457, "lon": 37.0, "address": "ул. Мира"}


def test_the_index_serves_the_distance(admin: Actor, shape: Shape):
    indexing.bring_in_line()
    with connection.cursor() as cursor:
        cursor.execute("set local enable_seqscan = off")
        cursor.execute(
            "explain select id from party where deleted_at is null and kind = 'organisation'"
            f" and k_point({shape.fields[KEY].column}) <@ box(point(37, 55), point(38, 56))"
        )
        plan = "\n".join(row[0] for row in cursor.fetchall())
    assert "Index Cond" in plan
    assert "<@" in plan.split("Index Cond", 1)[1]


def test_a_map_shows_heaps_of_what_the_reader_may_see(admin: Actor, company: Company, shape: Shape):
    with CaptureQueriesContext(connection) as queries:
        seen = places.on_map(admin, shape, KEY, RUSSIA)
    assert len(queries) == 2  # the heaps, and what one of each is called
    assert sum(h.number for h in seen.heaps) == 3
    assert {h.title for h in seen.heaps if h.number == 1} >= {"Казань"}
    across = places.on_map(admin, shape, KEY, Box(60, 170, 70, 190))
    assert sorted(round(h.lon, 1) for h in across.heaps) == [-179.5, 179.5]
    company.grant("employee", "organisation", "read", "own")
    assert places.on_map(company.actor("employee"), shape, KEY, RUSSIA).heaps == []
    company.hide("manager", "organisation", KEY)
    with pytest.raises(BadRequest):
        places.on_map(company.actor("manager"), shape, KEY, RUSSIA)
    with pytest.raises(BadRequest):
        found(company.actor("manager"), shape, "near", {"place": "55.75, 37.61", "km": 30})
    with pytest.raises((BadRequest, Denied)):
        places.on_map(admin, shape, "name", RUSSIA)


def test_the_card_leads_to_the_map_that_was_chosen(company: Company, admin: Actor, shape: Shape):
    one = read.page(admin, shape, tree={"field": "name", "op": "eq", "value": "Москва"}).rows[0]["id"]
    page = company.client("administrator").get(f"/organisation/{one}").content.decode()
    assert "openstreetmap.org/?mlat=55.7558&amp;mlon=37.6173" in page
    form = company.client("administrator").get(f"/organisation/{one}/edit").content.decode()
    assert 'value="55.7558, 37.6173; Москва"' in form
