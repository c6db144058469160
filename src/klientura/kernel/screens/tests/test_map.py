"""A map shows what the list shows, to the same readers: heaps, the card of one record, what stands on no map."""

import json
import re
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema import fields
from klientura.kernel.settings.installation import change
from klientura.kernel.store import places, write
from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.views import saving
from klientura.kernel.views.contents import contents
from klientura.kit.places import Box

pytestmark = pytest.mark.django_db
CITIES = {
    "Москва": "55.7558, 37.6173; Арбат", "Химки": "55.8970, 37.4297", "Казань": "55.7963, 49.1088",
    "Нигде": None, "Без точки": "где-то под Тулой",
}  # fmt: skip


@pytest.fixture
def company() -> Company:
    return found_company()


@pytest.fixture
def ids(company: Company) -> dict[str, int]:
    made = write.create_many(
        company.actor("employee"),
        shape_of("organisation"),
        [{"name": name, "place": place, "city": f"г. {name}"} for name, place in CITIES.items()],
    )
    return dict(zip(CITIES, made, strict=True))


def heaps(company: Company, role: str, query: str = "") -> list[dict[str, Any]]:
    answer = company.client(role).get(f"/organisation/map?view=map{query}")
    assert answer.status_code == 200, answer.content
    found: list[dict[str, Any]] = answer.json()["heaps"]
    return found


def test_the_heaps_of_a_stretch(company: Company, ids: dict[str, int]) -> None:
    assert sum(h["n"] for h in heaps(company, "employee")) == 3
    [one] = heaps(company, "employee", "&box=55,45,57,50")
    assert (one["id"], one["title"], one["n"]) == (ids["Казань"], "Казань", 1)
    assert "box" not in one
    [both] = heaps(company, "employee", "&box=50,30,60,44&across=4")
    assert both["n"] == 2
    assert both["box"] == [55.7558, 37.4297, 55.897, 37.6173]
    assert heaps(company, "employee", "&box=0,0,1,1") == []
    only = json.dumps({"field": "name", "op": "eq", "value": "Химки"})
    assert [h["title"] for h in heaps(company, "employee", f"&filter={only}")] == ["Химки"]
    assert [h["title"] for h in heaps(company, "employee", "&q=казань")] == ["Казань"]


@pytest.mark.parametrize(
    "box", ["1,2,3", "1,2,3,x", "nan,0,1,1", "5,0,1,1", "1,2,3,4,5", "0,0,1,1e999", ",,,"]
)
def test_a_stretch_that_is_none_is_refused(company: Company, box: str) -> None:
    assert company.client("employee").get(f"/organisation/map?box={box}").status_code == 400


def test_the_date_line(company: Company, ids: dict[str, int]) -> None:
    actor, shape = company.actor("employee"), shape_of("organisation")
    write.create_many(
        actor,
        shape,
        [{"name": n, "place": p} for n, p in (("Врангель", "70, 179.5"), ("Чукотка", "66, -179.5"))],
    )
    found = places.on_map(actor, shape, "place", Box(60, 170, 75, 190)).heaps
    assert sorted((h.title, h.lon) for h in found) == [("Врангель", 179.5), ("Чукотка", -179.5)]


def test_a_record_out_of_reach_is_on_no_map(company: Company, ids: dict[str, int]) -> None:
    company.grant("observer", "organisation", "read", "own")
    assert heaps(company, "observer") == []
    assert company.client("observer").get(f"/organisation/map/{ids['Москва']}").status_code == 404
    other = write.create(
        company.actor("manager"), shape_of("organisation"), {"name": "Чужая", "place": "56, 38"}
    )
    company.grant("employee", "organisation", "read", "own")
    assert sum(h["n"] for h in heaps(company, "employee")) == 3
    assert company.client("employee").get(f"/organisation/map/{other}").status_code == 404


def test_a_hidden_place_is_asked_for_in_no_way(company: Company, ids: dict[str, int]) -> None:
    company.hide("employee", "organisation", "place")
    client = company.client("employee")
    assert client.get("/organisation?view=map").status_code == 404
    assert client.get("/organisation/map").status_code == 404
    assert client.get(f"/organisation/map/{ids['Москва']}").status_code == 404
    assert "view=map" not in client.get("/organisation").content.decode()
    for op in ("located", "not_located"):
        assert client.get(f'/organisation/count?filter={{"field":"place","op":"{op}"}}').status_code == 400
    with pytest.raises(BadRequest):
        places.on_map(company.actor("employee"), shape_of("organisation"), "place", Box(-90, -180, 90, 180))


def test_the_card_shows_no_hidden_field(company: Company, ids: dict[str, int]) -> None:
    page = (
        company.client("employee")
        .get(f"/organisation/map/{ids['Москва']}?columns=name,city")
        .content.decode()
    )
    assert f'href="/organisation/{ids["Москва"]}"' in page
    assert "г. Москва" in page
    company.hide("employee", "organisation", "city")
    assert (
        "г. Москва"
        not in company.client("employee").get(f"/organisation/map/{ids['Москва']}").content.decode()
    )


def test_what_stands_on_no_map_is_a_list(company: Company, ids: dict[str, int]) -> None:
    client = company.client("employee")
    page = client.get("/organisation?view=map").content.decode()
    [link] = re.findall(r'class="map-off"><a href="([^"]+)"', page)
    query = parse_qs(urlsplit(link.replace("&amp;", "&")).query)
    assert query.get("view", ["list"]) == ["list"]
    shown = client.get(link.replace("&amp;", "&")).content.decode()
    assert [name for name in CITIES if f">{name}<" in shown] == ["Нигде", "Без точки"]
    located = json.dumps({"field": "place", "op": "located"})
    assert 'class="map-off"' not in client.get(f"/organisation?view=map&filter={located}").content.decode()


def test_a_page_of_the_map_costs_the_same_however_many_there_are(
    company: Company, ids: dict[str, int]
) -> None:
    client = company.client("employee")

    def queries(url: str) -> int:
        client.get(url)
        with CaptureQueriesContext(connection) as seen:
            assert client.get(url).status_code == 200
        return len(seen)

    few = [queries("/organisation?view=map"), queries("/organisation/map")]
    rows = [{"name": f"Фирма {n}", "place": f"{50 + n % 9}.5, {30 + n}"} for n in range(40)]
    write.create_many(company.actor("employee"), shape_of("organisation"), rows)
    assert [queries("/organisation?view=map"), queries("/organisation/map")] == few


def test_one_of_several_places_is_chosen_and_kept_in_a_view(company: Company, ids: dict[str, int]) -> None:
    admin, shape = company.actor("administrator"), shape_of("organisation")
    fields.add_field(admin, "organisation", {"type": "location", "label": {"ru": "Склад", "en": "Store"}})
    shape = shape_of("organisation")
    [key] = [k for k, f in shape.fields.items() if f.type.key == "location" and k != "place"]
    write.update(admin, shape, ids["Нигде"], {key: "43.1, 131.9"})
    assert [h["title"] for h in heaps(company, "employee", f"&place={key}")] == ["Нигде"]
    assert "map-place" in company.client("employee").get("/organisation?view=map").content.decode()
    actor = company.actor("employee")
    view = saving.create(actor, shape, name="Склады", kind="map", state={"place": key}, visibility="private")
    page = company.client("employee").get(f"/organisation?saved={view.pk}").content.decode()
    assert f'data-place="{key}"' in page
    assert contents(actor, shape, view).place == key
    company.hide("employee", "organisation", key)
    assert contents(company.actor("employee"), shape, view).place == ""
    with pytest.raises(BadRequest):
        saving.create(actor, shape, name="Нет", kind="map", state={"place": "name"})


def test_very_many_are_estimated_by_a_sample(
    company: Company, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    rows = [{"name": f"Фирма {n}", "place": f"{50 + n % 5}.5, {40 + n % 7}"} for n in range(600)]
    write.create_many(company.actor("administrator"), shape_of("organisation"), rows)
    with connection.cursor() as cursor:
        cursor.execute("analyze party")
    actor, shape = company.actor("administrator"), shape_of("organisation")
    whole = places.on_map(actor, shape, "place", Box(-90, -180, 90, 180))
    assert not whole.sampled
    assert sum(h.number for h in whole.heaps) == 603
    monkeypatch.setattr(places, "MOST_POINTS", 300)
    monkeypatch.setattr(places, "SAMPLE", 300)
    about = places.on_map(actor, shape, "place", Box(-90, -180, 90, 180))
    assert about.sampled
    assert 150 < sum(h.number for h in about.heaps) < 1500
    assert not places.on_map(actor, shape, "place", Box(55, 45, 57, 50)).sampled


def test_where_the_sample_meets_nothing_what_was_counted_is_told_as_it_is(
    company: Company, ids: dict[str, int], monkeypatch: pytest.MonkeyPatch
) -> None:
    actor, shape = company.actor("administrator"), shape_of("organisation")
    write.create_many(actor, shape, [{"name": f"Фирма {n}"} for n in range(2000)])
    write.create_many(actor, shape, [{"name": f"Север {n}", "place": "69.3, 88.2"} for n in range(40)])
    with connection.cursor() as cursor:
        cursor.execute("analyze party")
    monkeypatch.setattr(places, "MOST_POINTS", 20)
    monkeypatch.setattr(places, "SAMPLE", 1)
    found = places.on_map(actor, shape, "place", Box(69, 88, 70, 89))
    assert (found.sampled, found.at_least, [h.number for h in found.heaps]) == (False, True, [21])
    answer = company.client("administrator").get("/organisation/map?view=map&box=69,88,70,89").json()
    assert (answer["sampled"], answer["at_least"]) == (False, True)
    monkeypatch.setattr(places, "MOST_POINTS", 100)
    assert places.on_map(actor, shape, "place", Box(69, 88, 70, 89))[1:] == (False, False)


@pytest.mark.parametrize(
    "tree",
    [
        {"and": [1]}, {"and": [None]}, {"and": "x"}, {"and": [[]]}, {"and": {}}, {"or": 1}, {"not": 1}, {"x": 1}, {"and": []},
        {"field": "nothing", "op": "eq", "value": 1}, {"field": "place", "op": "inside"}, {"field": "name"}, {"field": []},
        {"and": [{"field": "place", "op": []}]}, {"and": ["a"]}, {"field": "city", "op": "eq", "value": "Уфа"},
    ],
)  # fmt: skip
def test_a_map_takes_the_filters_that_a_list_takes(company: Company, tree: Any) -> None:
    browser, said = company.client("employee"), json.dumps(tree)
    as_list = browser.get("/organisation", {"filter": said}).status_code
    assert as_list in {200, 400}
    for address in ("/organisation", "/organisation/map"):
        assert browser.get(address, {"view": "map", "filter": said}).status_code == as_list, address


def test_pages_allow_the_host_of_the_tiles_and_no_other(company: Company) -> None:
    client = company.client("employee")
    plain = client.get("/organisation")["Content-Security-Policy"]
    assert "img-src 'self' data:;" in f"{plain};"
    change(map_tiles="https://tiles.example/{z}/{x}/{y}.png?key=1", map_credit="© Tiles")
    page = client.get("/organisation?view=map")
    assert "img-src 'self' data: https://tiles.example;" in f"{page['Content-Security-Policy']};"
    assert page["Content-Security-Policy"].replace(" https://tiles.example", "") == plain
    assert 'data-tiles="https://tiles.example/{z}/{x}/{y}.png?key=1"' in page.content.decode()
    assert "© Tiles" in page.content.decode()
