"""Rules through the API: administrators keep them, try them and read what they did; nobody else knows of them."""

import datetime as dt
import json
from pathlib import Path
from typing import Any

import pytest
from django.test import Client

from klientura.kernel.rules.models import Rule, Run
from klientura.kernel.rules.tests.support import NOTE, organisation, settle
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/rules"
NEW: dict[str, Any] = {
    "name": "Новые",
    "object": "organisation",
    "trigger": {"kind": "created"},
    "steps": [NOTE],
}


@pytest.fixture
def company() -> Company:
    return found_company()


def send(api: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    data = b"" if body is None else json.dumps(body).encode()
    return api.generic(method, ROOT + path, data, content_type="application/json", headers=headers)


def test_a_rule_is_made_changed_and_deleted(company: Company) -> None:
    api = company.api("administrator")
    key = {"Idempotency-Key": "one"}
    first, again = send(api, "POST", "", NEW, **key), send(api, "POST", "", NEW, **key)
    assert (first.status_code, again.json(), Rule.objects.count()) == (201, first.json(), 1), first.content
    made = first.json()
    assert (made["active"], made["warnings"], made["steps"]) == (False, [], [NOTE])
    place = f"/{made['id']}"
    assert send(api, "GET", place).json() == made
    assert send(api, "GET", "").json() == {"items": [made], "held": False}
    assert send(api, "PATCH", place, {"active": True}).status_code == 428
    changed = send(api, "PATCH", place, {"active": True}, **{"If-Match": '"1"'})
    assert (changed.status_code, changed["ETag"], changed.json()["active"]) == (200, '"2"', True)
    assert send(api, "PATCH", place, {"name": "Ещё"}, **{"If-Match": '"1"'}).status_code == 409
    assert send(api, "PATCH", place, {"object": "person"}, **{"If-Match": '"2"'}).status_code == 422
    versions = send(api, "GET", place + "/versions").json()["items"]
    assert [v["definition"]["active"] for v in versions] == [True, False]
    assert send(api, "DELETE", place).status_code == 204
    assert send(api, "GET", place).status_code == 404


def test_its_runs_and_the_brake(company: Company) -> None:
    api = company.api("administrator")
    rule = send(api, "POST", "", {**NEW, "active": True}).json()["id"]
    numbers = [organisation(company) for _n in range(3)]
    settle()
    page = send(api, "GET", f"/{rule}/runs?limit=2").json()
    rest = send(api, "GET", f"/runs?limit=2&before={page['next']}").json()
    assert (len(page["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    one = send(api, "GET", f"/runs/{rest['items'][0]['id']}").json()
    assert (one["state"], one["changed"], one["outcomes"]) == (
        "done",
        1,
        [{"id": numbers[0], "done": [{"set": ["note"]}]}],
    )
    entry = api.get(f"/api/v1/organisation/{numbers[0]}/history").json()["items"][0]
    assert entry["rule"] == {"run": one["id"], "title": "Новые"}
    assert send(api, "GET", "/runs?state=failed").json()["items"] == []
    for bad in ("/runs?state=lost", "/runs?before=x", "/runs?limit=900"):
        assert send(api, "GET", bad).status_code == 400
    assert send(api, "GET", "/runs/999999").status_code == 404
    assert send(api, "POST", "/hold", {"held": True}).json() == {"held": True}
    assert send(api, "POST", "/hold", {"held": "yes"}).status_code == 400
    assert send(api, "GET", "").json()["held"] is True
    assert Run.objects.count() == 3


def test_trying_on_the_past(company: Company) -> None:
    api = company.api("administrator")
    rule = send(api, "POST", "", NEW).json()["id"]
    number = organisation(company)
    period = {"since": "2020-01-01T00:00:00Z", "until": "2020-02-01T00:00:00Z"}
    assert send(api, "POST", f"/{rule}/try", period).json() == {
        "count": 0,
        "capped": False,
        "looked": 0,
        "records": [],
    }
    for bad in (
        {},
        {"since": "x", "until": "y"},
        {"since": 5, "until": 6},
        {**period, "until": "9999-12-31T23:59:59-14:00"},
    ):
        assert send(api, "POST", f"/{rule}/try", bad).status_code == 400
    now = dt.datetime.now(dt.UTC)
    period = {
        "since": (now - dt.timedelta(hours=1)).isoformat(),
        "until": (now + dt.timedelta(hours=1)).isoformat(),
    }
    [record] = send(api, "POST", f"/{rule}/try", period).json()["records"]
    assert (record["id"], record["sets"]) == (number, [{"field": "note", "old": None, "new": "по правилу"}])


def test_nobody_else_knows_of_them(company: Company) -> None:
    boss = company.api("administrator")
    rule = send(boss, "POST", "", NEW).json()["id"]
    for who in ("manager", "employee", "observer"):
        api = company.api(who)
        for method, path, body in (
            ("GET", "", None), ("POST", "", NEW), ("GET", f"/{rule}", None), ("DELETE", f"/{rule}", None), ("GET", "/runs", None),
            ("GET", "/runs/1", None), ("POST", "/hold", {"held": True}), ("GET", f"/{rule}/versions", None),
            ("POST", f"/{rule}/try", {"since": "2020-01-01T00:00:00Z", "until": "2020-01-02T00:00:00Z"}),
        ):  # fmt: skip
            assert send(api, method, path, body).status_code == 403, (who, method, path)
        assert "/rules" not in api.get("/api/v1/openapi.json").json()["paths"]
    assert "/rules" in boss.get("/api/v1/openapi.json").json()["paths"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {**NEW, "object": "x"},
        {**NEW, "steps": [{}]},
        {**NEW, "trigger": 5},
        {**NEW, "active": True, "steps": []},
    ],
)
def test_refused_values_are_named(company: Company, body: dict[str, Any]) -> None:
    answer = send(company.api("administrator"), "POST", "", body)
    assert answer.status_code == 422
    assert answer.json()["errors"]
    assert Rule.objects.count() == 0


@pytest.mark.parametrize("language", ["en", "ru"])
def test_the_example_of_the_guide_is_a_rule(company: Company, language: str) -> None:
    guide = Path(__file__).parents[5] / "docs" / f"guide-{language}" / "rules.md"
    example = guide.read_text(encoding="utf-8").split("$API/rules -d '")[1].split("'\n```")[0]
    answer = send(company.api("administrator"), "POST", "", json.loads(example))
    assert (answer.status_code, answer.json()["active"]) == (201, True), answer.content
