"""Standing in, handing over and distributing through the API: what is done, for whom, and what is refused."""

import json
from typing import Any

import pytest
from django.test import Client

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import Substitution
from klientura.kernel.settings.days import company_today
from klientura.kernel.store.models import Operation
from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.testing.factories import World


@pytest.fixture
def company(db: None) -> Company:
    return found_company()


def send(api: Client, method: str, address: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    answer = api.generic(
        method, f"/api/v1/{address}", json.dumps(body) if body is not None else "", content_type="application/json",
        headers=headers,
    )  # fmt: skip
    return answer.status_code, json.loads(answer.content) if answer.content else None


def test_a_substitution_is_set_told_and_ended(company: Company) -> None:
    api, users, day = company.api("employee"), company.users, company_today().isoformat()
    status, made = send(
        api, "POST", "substitutions", {"deputy": users["outsider"].pk, "first": day, "last": day}
    )
    assert (status, made["absent"]["title"], made["deputy"]["title"], made["kinds"]) == (
        201,
        "Вера Ткач",
        "Дина Юсупова",
        None,
    )
    assert send(api, "GET", "substitutions") == (200, {"away": [made], "stands_in": []})
    assert send(company.api("outsider"), "GET", "substitutions")[1] == {"away": [], "stands_in": [made]}
    assert send(company.api("manager"), "GET", f"substitutions?user={users['employee'].pk}")[1]["away"] == [
        made
    ]
    assert send(company.api("colleague"), "GET", f"substitutions?user={users['employee'].pk}")[0] == 404
    assert send(company.api("colleague"), "DELETE", f"substitutions/{made['id']}")[0] == 404
    assert send(api, "DELETE", f"substitutions/{made['id']}") == (204, None)
    assert send(api, "DELETE", f"substitutions/{made['id']}")[0] == 404


def test_what_makes_no_sense_of_a_substitution_is_refused(company: Company) -> None:
    api, deputy, day = company.api("employee"), company.users["outsider"].pk, company_today().isoformat()
    whole = {"deputy": deputy, "first": day, "last": day}
    for more, status in (
        ({"deputy": "x"}, 422), ({"deputy": True}, 422), ({"first": 5}, 422), ({"last": "2001-01-01"}, 422),
        ({"kinds": "task"}, 400), ({"kinds": ["nothing"]}, 422), ({"else": 1}, 400), ({"absent": company.users["manager"].pk}, 404),
    ):  # fmt: skip
        assert send(api, "POST", "substitutions", {**whole, **more})[0] == status, more
    assert send(api, "GET", "substitutions?user=x")[0] == 400
    assert not Substitution.objects.exists()


def test_work_is_counted_and_handed_over(company: Company) -> None:
    users = company.users
    World(actor=SystemActor("api")).create(
        "organisation", 1, owner=users["employee"].pk, team=company.teams["near"].pk
    )
    plan = {"from": users["employee"].pk, "to": [users["colleague"].pk], "kinds": ["organisation", "task"]}
    api = company.api("manager")
    status, told = send(api, "POST", "hand-over/preview", plan)
    assert (status, [(i["object"], i["goes"]["count"]) for i in told["items"]]) == (
        200,
        [("organisation", 1), ("task", 0)],
    )
    first = send(api, "POST", "hand-over", plan, **{"Idempotency-Key": "one"})
    assert send(api, "POST", "hand-over", plan, **{"Idempotency-Key": "one"}) == first
    assert (first[0], Operation.objects.get(kind="hand_over").pk) == (202, first[1]["operation"])
    for who in ("employee", "observer"):
        assert send(company.api(who), "POST", "hand-over", plan)[0] == 404
        assert send(company.api(who), "POST", "hand-over/preview", plan)[0] == 404
    for more, status in (
        ({"to": []}, 422), ({"to": "x"}, 400), ({"kinds": [1]}, 400), ({"along": 1}, 400), ({"filters": []}, 400),
        ({"filters": {"person": {}}}, 422), ({"from": None}, 422), ({"more": 1}, 400),
    ):  # fmt: skip
        assert send(api, "POST", "hand-over", {**plan, **more})[0] == status, more
    wrong = {**plan, "filters": {"organisation": {"field": "nothing"}}}
    assert send(api, "POST", "hand-over/preview", wrong)[0] == 400


def test_rules_are_kept_by_administrators(company: Company) -> None:
    api, users = company.api("administrator"), company.users
    rule = {
        "object": "organisation",
        "name": "Уфа",
        "filter": {"field": "city", "op": "eq", "value": "Уфа"},
        "users": [users["colleague"].pk],
    }
    status, made = send(api, "POST", "territories", rule)
    assert (status, made["position"], made["way"], made["is_active"], made["version"]) == (
        201,
        1,
        "turn",
        True,
        1,
    )
    place = f"territories/{made['id']}"
    assert send(api, "GET", "territories") == (200, {"items": [made]})
    assert send(api, "PATCH", place, {"way": "least"})[0] == 428
    status, changed = send(
        api,
        "PATCH",
        place,
        {"way": "least", "users": [], "team": company.teams["near"].pk},
        **{"If-Match": '"1"'},
    )
    assert (status, changed["way"], changed["team"], changed["version"]) == (
        200,
        "least",
        company.teams["near"].pk,
        2,
    )
    assert send(api, "PATCH", place, {"way": "turn"}, **{"If-Match": '"1"'})[0] == 409
    assert send(api, "POST", "territories/organisation/distribute", {})[0] == 202
    assert send(api, "POST", "territories/pipeline/distribute", {})[0] == 404
    assert send(api, "POST", "territories/organisation/distribute", {"unowned_only": 1})[0] == 400
    for who in ("manager", "employee", "observer"):
        other = company.api(who)
        assert send(other, "GET", "territories")[0] == 403
        assert send(other, "POST", "territories", rule)[0] == 403
        assert send(other, "PATCH", place, {"way": "turn"}, **{"If-Match": '"2"'})[0] == 403
        assert send(other, "DELETE", place)[0] == 403
        assert send(other, "POST", "territories/organisation/distribute", {})[0] == 403
    for more, status in (
        ({"object": "pipeline"}, 422), ({"object": 5}, 422), ({"name": 5}, 400), ({"filter": []}, 400), ({"users": ["x"]}, 400),
        ({"team": "x"}, 400), ({"team": True}, 400), ({"way": "best"}, 422), ({"is_active": "yes"}, 400), ({"else": 1}, 400),
    ):  # fmt: skip
        assert send(api, "POST", "territories", {**rule, **more})[0] == status, more
    assert send(api, "DELETE", place) == (204, None)
    assert send(api, "GET", place)[0] == 404
