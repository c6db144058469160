"""Saved views through the API: what they hold, who may change them, and the records they show."""

import json
from typing import Any

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
    company = found_company()
    owner, team = company.users["employee"].pk, company.teams["near"].pk
    rows = [
        {"name": n, "city": c, "owner": owner, "team": team}
        for n, c in (("Альфа", "Уфа"), ("Бета", "Казань"))
    ]
    write.create_many(SystemActor("test"), shape_of("organisation"), rows)
    return company


def send(api: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    data = b"" if body is None else json.dumps(body).encode()
    return api.generic(method, ROOT + path, data, content_type="application/json", headers=headers)


def kept(api: Client, **more: Any) -> dict[str, Any]:
    body = {"object": "organisation", "name": "Уфа", "state": {"filter": UFA, "sort": "-name"}, **more}
    answer = send(api, "POST", "/views", body)
    assert answer.status_code == 201, answer.content
    made: dict[str, Any] = answer.json()
    assert (answer["Location"], answer["ETag"]) == (f"{ROOT}/views/{made['id']}", '"1"')
    return made


def names(api: Client, query: str) -> list[str]:
    return [r["name"] for r in send(api, "GET", f"/organisation?{query}").json()["items"]]


def test_a_view_is_kept_read_changed_and_deleted(company: Company) -> None:
    api = company.api("employee")
    made = kept(api, pinned=True)
    assert (made["state"], made["pinned"], made["may_change"], made["broken"]) == (
        {"filter": UFA, "sort": "-name"}, True, True, None,
    )  # fmt: skip
    assert send(api, "GET", "/views?object=organisation").json()["items"] == [made]
    assert send(api, "GET", "/views?object=person").json()["items"] == []
    place = f"/views/{made['id']}"
    assert send(api, "PATCH", place, {"name": "Уфимские"}).status_code == 428
    assert send(api, "PATCH", place, {"name": ""}, **{"If-Match": '"1"'}).status_code == 422
    changed = send(api, "PATCH", place, {"name": "Уфимские", "pinned": False}, **{"If-Match": '"1"'})
    assert (changed.status_code, changed["ETag"], changed.json()["pinned"]) == (200, '"2"', False)
    assert send(api, "PATCH", place, {"name": "Снова"}, **{"If-Match": '"1"'}).status_code == 409
    assert send(api, "DELETE", place).status_code == 204
    assert send(api, "GET", place).status_code == 404


def test_the_records_of_a_view(company: Company) -> None:
    api = company.api("employee")
    view, everything = kept(api)["id"], kept(api, state={"sort": "-name"})["id"]
    assert names(api, f"view={view}") == ["Альфа"]
    assert names(api, f"view={everything}") == ["Бета", "Альфа"]
    assert names(api, f"view={everything}&sort=name") == ["Альфа", "Бета"]
    assert names(api, f"view={view}&filter=") == ["Бета", "Альфа"]
    assert send(api, "GET", f"/organisation/count?view={view}").json()["count"] == 1
    assert send(api, "GET", f"/person?view={view}").status_code == 404
    for bad in ("x", "", "9" * 30):
        assert send(api, "GET", f"/organisation?view={bad}").status_code == 400
    assert send(company.api("colleague"), "GET", f"/organisation?view={view}").status_code == 404


def test_a_view_tells_nothing_of_a_field_that_is_hidden(company: Company) -> None:
    state = {"filter": UFA, "columns": ["name", "city"]}
    view = kept(company.api("manager"), visibility="everyone", state=state)
    company.hide("employee", "organisation", "city")
    api = company.api("employee")
    shown = send(api, "GET", f"/views/{view['id']}").json()
    assert shown["state"] == {"columns": ["name"]}
    assert "«" in shown["broken"]
    assert not shown["may_change"]
    assert send(api, "GET", f"/organisation?view={view['id']}").status_code == 400
    assert send(api, "GET", f"/organisation/count?view={view['id']}").status_code == 400


def test_everyone_keeps_views_and_shares_by_their_rights(company: Company) -> None:
    for who, status in (("administrator", 201), ("manager", 201), ("employee", 201), ("observer", 403)):
        body = {"object": "organisation", "name": who, "visibility": "everyone"}
        assert send(company.api(who), "POST", "/views", body).status_code == status, who
        assert (
            send(company.api(who), "POST", "/views", {**body, "visibility": "private"}).status_code == 201
        ), who
    roles = {"object": "organisation", "name": "Вид", "visibility": "everyone", "default_roles": ["employee"]}
    assert send(company.api("manager"), "POST", "/views", roles).status_code == 403
    assert send(company.api("administrator"), "POST", "/views", roles).status_code == 201
    assert len(send(company.api("outsider"), "GET", "/views").json()["items"]) == 4
    foreign = send(company.api("outsider"), "GET", "/views").json()["items"][0]["id"]
    assert send(company.api("outsider"), "DELETE", f"/views/{foreign}").status_code == 403
    assert (
        send(company.api("outsider"), "PATCH", f"/views/{foreign}", {"pinned": True}).json()["pinned"] is True
    )


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"object": 5, "name": "Вид"},
        {"object": "nothing", "name": "Вид"},
        {"object": "organisation"},
        {"object": "organisation", "name": "Вид", "state": []},
        {"object": "organisation", "name": "Вид", "state": {"filter": {"field": "x"}}},
        {"object": "organisation", "name": "Вид", "kind": {"a": 1}},
        {"object": "organisation", "name": "Вид", "kind": []},
        {"object": "organisation", "name": "Вид", "visibility": ["team"]},
        {"object": "organisation", "name": "Вид", "pinned": 1},
        {"object": "organisation", "name": "Вид", "other": 1},
        {"object": "organisation", "name": "Вид", "visibility": "everyone", "default_roles": "employee"},
        {"object": "organisation", "name": "Вид", "visibility": "everyone", "default_roles": [1]},
        {"object": "organisation", "name": "Вид", "visibility": "everyone", "default_roles": 5},
        {"object": "organisation", "name": "Вид", "visibility": "everyone", "default_roles": ["a\u0000"]},
    ],
)
def test_what_is_no_view_is_refused(company: Company, body: dict[str, Any]) -> None:
    answer = send(company.api("administrator"), "POST", "/views", body)
    assert answer.status_code in {400, 404, 422}, answer.content
    assert send(company.api("administrator"), "GET", "/views").json()["items"] == []
