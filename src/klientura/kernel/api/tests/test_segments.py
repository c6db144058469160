"""Segments through the API: made, changed, filled, counted and filtered by, closed to whom they are not open."""

import json
from typing import Any
from urllib.parse import urlencode

import pytest
from django.test import Client

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"
UFA = {"and": [{"field": "city", "op": "eq", "value": "Уфа"}]}


@pytest.fixture
def company() -> Company:
    return found_company()


@pytest.fixture
def clients(company: Company) -> list[int]:
    owner, team = company.users["employee"].pk, company.teams["near"].pk
    rows = [
        {"name": n, "city": c, "owner": owner, "team": team}
        for n, c in (("Альфа", "Уфа"), ("Бета", "Казань"), ("Гамма", "Уфа"))
    ]
    return write.create_many(SystemActor("test"), shape_of("organisation"), rows)


def send(api: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    data = b"" if body is None else json.dumps(body).encode()
    return api.generic(method, ROOT + path, data, content_type="application/json", headers=headers)


def made(api: Client, **more: Any) -> dict[str, Any]:
    answer = send(api, "POST", "/segments", {"object": "organisation", "name": "Уфа", **more})
    assert answer.status_code == 201, answer.content
    found: dict[str, Any] = answer.json()
    assert (answer["Location"], answer["ETag"]) == (f"{ROOT}/segments/{found['id']}", '"1"')
    return found


def test_a_segment_is_made_read_changed_and_deleted(company: Company, clients: list[int]) -> None:
    api = company.api("employee")
    segment = made(api, rule=UFA, visibility="everyone", description="Для писем")
    assert (segment["kind"], segment["rule"], segment["may_change"], segment["may_fill"]) == (
        "live",
        UFA,
        True,
        False,
    )
    assert send(api, "GET", "/segments?object=organisation").json()["items"] == [segment]
    assert send(api, "GET", "/segments?object=person").json()["items"] == []
    place = f"/segments/{segment['id']}"
    assert send(api, "GET", f"{place}/count").json() == {"count": 2}
    query = urlencode({"filter": json.dumps({"segment": segment["id"], "op": "not_in"})})
    assert [r["name"] for r in send(api, "GET", f"/organisation?{query}").json()["items"]] == ["Бета"]
    assert send(api, "PATCH", place, {"name": "Другой"}).status_code == 428
    assert send(api, "PATCH", place, {"nothing": 1}, **{"If-Match": '"1"'}).status_code == 400
    changed = send(api, "PATCH", place, {"name": "Другой", "rule": {"not": UFA}}, **{"If-Match": '"1"'})
    assert (changed.status_code, changed.json()["version"]) == (200, 2)
    assert send(api, "GET", f"{place}/count").json() == {"count": 1}
    assert send(api, "PATCH", place, {"name": "Третий"}, **{"If-Match": '"1"'}).status_code == 409
    assert send(company.api("colleague"), "DELETE", place).status_code == 403
    assert send(api, "DELETE", place).status_code == 204
    assert send(api, "GET", place).status_code == 404


def test_a_list_is_filled_once_however_often_it_is_sent(company: Company, clients: list[int]) -> None:
    api = company.api("employee")
    segment = made(api, kind="static")
    place, key = f"/segments/{segment['id']}/members", {"Idempotency-Key": "once"}
    first = send(api, "POST", place, {"add": clients[:2]}, **key)
    assert (first.status_code, first.json()["changed"]) == (200, 2)
    assert send(api, "POST", place, {"add": clients[:2]}, **key).json() == first.json()
    assert send(api, "POST", place, {"add": {"filter": UFA}}).json()["changed"] == 1
    assert send(api, "POST", place, {"remove": clients[:1]}).json()["changed"] == 1
    page = send(api, "GET", f"{place}?limit=1").json()
    assert [m["title"] for m in page["items"]] == ["Бета"]
    last = send(api, "GET", f"{place}?{urlencode({'limit': 1, 'after': page['next']})}").json()
    assert ([m["title"] for m in last["items"]], last["next"]) == (["Гамма"], None)
    assert send(api, "POST", f"/operations/{first.json()['operation']}/undo").status_code == 200
    assert [m["title"] for m in send(api, "GET", place).json()["items"]] == ["Гамма"]
    refused: list[dict[str, Any]] = [
        {}, {"add": [], "remove": []}, {"add": "x"}, {"add": {"filter": {}}}, {"other": [1]}, {"add": [0]},
    ]  # fmt: skip
    for wrong in refused:
        assert send(api, "POST", place, wrong).status_code == 400, wrong
    assert send(company.api("outsider"), "GET", place).status_code == 404


def test_what_is_closed_stays_closed(company: Company, clients: list[int]) -> None:
    segment = made(company.api("manager"), rule=UFA, visibility="everyone")
    company.hide("employee", "organisation", "city")
    api, place = company.api("employee"), f"/segments/{segment['id']}"
    told = send(api, "GET", place).json()
    assert (told["rule"], told["counted"]) == (None, None)
    assert told["broken"]
    for address in (f"{place}/count", f"{place}/members"):
        assert send(api, "GET", address).status_code == 400
    query = urlencode({"filter": json.dumps({"segment": segment["id"]})})
    for address in ("/organisation", "/organisation/count", "/organisation/groups"):
        assert send(api, "GET", f"{address}?{query}&by=status").status_code == 400
    everywhere = {"filter": {"segment": segment["id"]}, "set": {"importance": "high"}}
    assert send(api, "POST", "/organisation/bulk", everywhere).status_code == 400
    for who, status in (("observer", 200), (None, 401)):
        assert send(company.api(who), "GET", place).status_code == status
    assert (
        send(
            company.api("observer"), "POST", "/segments", {"object": "organisation", "name": "x"}
        ).status_code
        == 403
    )


@pytest.mark.parametrize(
    "body",
    [
        {"object": 5, "name": "x", "rule": UFA}, {"object": "nothing", "name": "x", "rule": UFA}, {"object": "organisation"},
        {"object": "organisation", "name": "x"}, {"object": "organisation", "name": "x", "rule": 5},
        {"object": "organisation", "name": ["x"], "rule": UFA}, {"object": "organisation", "name": "x", "kind": []},
        {"object": "organisation", "name": "x", "rule": UFA, "visibility": {}}, {"object": "organisation", "x": 1},
        {"object": "organisation", "name": "x\u0000", "rule": UFA},
    ],
)  # fmt: skip
def test_what_makes_no_segment_is_refused(company: Company, body: Any) -> None:
    assert send(company.api("employee"), "POST", "/segments", body).status_code in {400, 404, 422}


def test_segments_are_described(company: Company) -> None:
    document = send(company.api("employee"), "GET", "/openapi.json").json()
    for path, acts in (
        ("/segments", {"get", "post"}), ("/segments/{segment_id}", {"get", "patch", "delete"}),
        ("/segments/{segment_id}/count", {"get"}), ("/segments/{segment_id}/members", {"get", "post"}),
    ):  # fmt: skip
        assert set(document["paths"][path]) == acts
