"""Sharing through the API: read, replace, withdraw, and what is refused in which words."""

import json

import orjson
import pytest
from django.http import HttpResponse
from django.test import Client

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.testing.factories import World


@pytest.fixture
def company(db: None) -> Company:
    return found_company()


@pytest.fixture
def place(company: Company) -> str:
    mine = {"owner": company.users["employee"].pk, "team": company.teams["near"].pk}
    number = World(actor=SystemActor("api")).create("organisation", 1, name="Ромашка", **mine)
    return f"/api/v1/organisation/{number}/shares"


def put(api: Client, place: str, shares: object, **headers: str) -> HttpResponse:
    body = json.dumps({"shares": shares})
    found: HttpResponse = api.generic("PUT", place, body, content_type="application/json", headers=headers)  # type: ignore[assignment]
    return found


def test_the_whole_list_is_replaced(company: Company, place: str) -> None:
    api, far, outsider = company.api("employee"), company.teams["far"].pk, company.users["outsider"].pk
    assert orjson.loads(api.get(place).content) == {"items": []}
    first = put(api, place, [{"user": outsider, "level": "edit", "until": "2999-12-31"}, {"team": far}])
    items = orjson.loads(first.content)["items"]
    assert [(i["user"], i["team"], i["level"], i["until"]) for i in items] == [
        ({"id": outsider, "title": "Дина Юсупова"}, None, "edit", "2999-12-31"), (None, {"id": far, "title": "far"}, "read", None),
    ]  # fmt: skip
    assert {i["by"]["id"] for i in items} == {company.users["employee"].pk}
    second = orjson.loads(put(api, place, [{"team": far}]).content)["items"]
    assert [(i["team"]["id"], i["at"]) for i in second] == [(far, items[1]["at"])]
    assert api.get(place.removesuffix("/shares")).status_code == 200


def test_one_or_all_are_withdrawn(company: Company, place: str) -> None:
    api, far, outsider = company.api("employee"), company.teams["far"].pk, company.users["outsider"].pk
    put(api, place, [{"user": outsider}, {"team": far}])
    assert api.delete(f"{place}?user={outsider}").status_code == 204
    assert [i["team"]["id"] for i in orjson.loads(api.get(place).content)["items"]] == [far]
    assert api.delete(place).status_code == 204
    assert orjson.loads(api.get(place).content) == {"items": []}
    assert company.api("outsider").get(place).status_code == 404


def test_a_repeated_request_is_carried_out_once(company: Company, place: str) -> None:
    api, outsider = company.api("employee"), company.users["outsider"].pk
    first = put(api, place, [{"user": outsider}], **{"Idempotency-Key": "one"})
    again = put(api, place, [{"user": outsider}], **{"Idempotency-Key": "one"})
    assert (again["Idempotent-Replayed"], again.content) == ("true", first.content)


@pytest.mark.parametrize(
    ("shares", "field"),
    [
        ([{}], "shares.0"),
        ([{"user": 1, "team": 1}], "shares.0"),
        ([{"user": "1"}], "shares.0"),
        ([{"user": True}], "shares.0"),
        ([{"user": 10**30}], "shares.0"),
        ([{"user": 10**12}], "to"),
        ([{"user": 1, "level": "all"}], "shares.0.level"),
        ([{"user": 1, "until": 5}], "shares.0.until"),
        ([{"user": 1, "until": "31.12.2030"}], "shares.0.until"),
        ([{"user": 1, "until": "9999-12-31"}], "to"),
    ],
)
def test_what_makes_no_sense_is_refused(company: Company, place: str, shares: object, field: str) -> None:
    refused = put(company.api("employee"), place, shares)
    assert refused.status_code == 422
    assert [e["field"] for e in orjson.loads(refused.content)["errors"]] == [field]


def test_a_malformed_body_is_a_bad_request(company: Company, place: str) -> None:
    api, outsider = company.api("employee"), company.users["outsider"].pk
    for shares in ("all", None, [{"user": outsider}, {"user": outsider}], [{"user": outsider}] * 101):
        assert put(api, place, shares).status_code == 400
    for query in ("?user=x", "?user=1&team=1", "?team="):
        assert api.delete(place + query).status_code == 400


def test_reading_is_for_readers_and_changing_for_those_who_may_change(company: Company, place: str) -> None:
    shares = [{"user": company.users["outsider"].pk}]
    assert put(company.api("observer"), place, shares).status_code == 403
    assert company.api("observer").get(place).status_code == 200
    assert company.api("observer").delete(place).status_code == 403
    assert company.api("outsider").get(place).status_code == 404
    assert put(company.api("outsider"), place, shares).status_code == 404
    party = place.replace("organisation", "party")
    assert company.api("employee").get(party).status_code == 404
