"""Approvals by programs: sending, deciding, routes; each right in both directions."""

import json
from typing import Any

import pytest
from django.test import Client

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company


@pytest.fixture
def company(db: None) -> Company:
    return found_company()


def send(api: Client, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
    data = "" if body is None else json.dumps(body)
    answer = api.generic(method, f"/api/v1/{path}", data, content_type="application/json", headers=headers)
    return answer.status_code, json.loads(answer.content) if answer.content else None


@pytest.fixture
def number(company: Company) -> int:
    return write.create(company.actor("employee"), shape_of("organisation"), {"name": "Ромашка"})


def test_a_record_is_sent_seen_and_decided(company: Company, number: int) -> None:
    mine, head, far = company.api("employee"), company.api("manager"), company.api("outsider")
    place = f"organisation/{number}/approvals"
    assert send(far, "POST", place, {})[0] == 404
    assert send(company.api("colleague"), "POST", place, {})[0] == 403
    assert send(mine, "POST", place, {"wrods": ""})[0] == 400
    status, made = send(mine, "POST", place, {"words": "Прошу"})
    assert status == 201 and made["state"] == "pending" and made["steps"][0]["asked"] == ["Борис Лось"]
    assert send(mine, "POST", place, {})[0] == 422
    one = f"approvals/{made['id']}"
    assert [r["id"] for r in send(head, "GET", "approvals")[1]["items"]] == [made["id"]]
    assert send(mine, "GET", "approvals")[1] == {"items": []}
    assert [r["id"] for r in send(mine, "GET", "approvals?box=sent")[1]["items"]] == [made["id"]]
    assert send(mine, "GET", "approvals?box=all")[0] == 400
    assert send(far, "GET", one)[0] == 404
    assert send(far, "POST", f"{one}/decide", {"verdict": "agreed"})[0] == 404
    assert send(mine, "POST", f"{one}/decide", {"verdict": "agreed"})[0] == 403
    assert send(head, "POST", f"{one}/decide", {"verdict": "maybe"})[0] == 422
    assert send(head, "POST", f"{one}/decide", {"verdict": "rework"})[0] == 422
    assert send(head, "POST", f"{one}/decide", {"verdict": "agreed", "seen": "0"})[0] == 409
    status, done = send(head, "POST", f"{one}/decide", {"verdict": "agreed", "seen": made["seen"]})
    assert (status, done["state"], done["steps"][0]["decisions"][0]["who"]) == (200, "approved", "Борис Лось")
    assert send(mine, "POST", f"{one}/withdraw")[0] == 422
    assert [r["state"] for r in send(mine, "GET", place)[1]["items"]] == ["approved"]


def test_several_are_decided_and_what_is_not_is_told(company: Company, number: int) -> None:
    _status, made = send(company.api("employee"), "POST", f"organisation/{number}/approvals", {})
    head = company.api("manager")
    assert send(head, "POST", "approvals/decide", {"ids": "all", "verdict": "agreed"})[0] == 400
    status, told = send(head, "POST", "approvals/decide", {"ids": [made["id"], 999], "verdict": "agreed"})
    assert status == 200 and told["decided"] == [made["id"]] and [r["id"] for r in told["refused"]] == [999]


def test_routes_are_kept_by_administrators_alone(company: Company, number: int) -> None:
    admin = company.api("administrator")
    route = {
        "object": "organisation",
        "name": "Клиенты",
        "steps": [{"who": "role", "role": "manager", "needed": None, "hours": 8}],
    }
    for who in ("manager", "employee", "observer"):
        assert send(company.api(who), "GET", "approval-routes")[0] == 403
        assert send(company.api(who), "POST", "approval-routes", route)[0] == 403
    status, made = send(admin, "POST", "approval-routes", route)
    assert status == 201 and made["steps"][0]["hours"] == 8
    place = f"approval-routes/{made['id']}"
    assert send(company.api("manager"), "DELETE", place)[0] == 403
    assert send(admin, "PATCH", place, {"mandatory": True})[0] == 428
    status, refused = send(admin, "PATCH", place, {"mandatory": True}, **{"If-Match": '"1"'})
    assert (status, refused["errors"][0]["field"]) == (422, "mandatory")  # nothing holds a client back
    status, changed = send(admin, "PATCH", place, {"own": True}, **{"If-Match": '"1"'})
    assert (status, changed["own"], changed["version"]) == (200, True, 2)
    assert send(admin, "PATCH", place, {"name": "X"}, **{"If-Match": '"1"'})[0] == 409
    for wrong in (
        {"steps": "head"},
        {"steps": [{"who": "head", "colour": 1}]},
        {"steps": [{"who": "users", "users": ["a"]}]},
        {"colour": 1},
    ):
        assert send(admin, "POST", "approval-routes", {**route, **wrong})[0] == 400, wrong
    for refused in (
        {"steps": [{"who": "king"}]},
        {"steps": [{"who": []}]},
        {"object": "stage"},
        {"name": ""},
        {"steps": [{"who": "head", "hours": 99999}]},
    ):
        assert send(admin, "POST", "approval-routes", {**route, **refused})[0] == 422, refused
    assert [r["id"] for r in send(admin, "GET", "approval-routes")[1]["items"]] == [made["id"]]
    assert send(admin, "DELETE", place)[0] == 204
    assert send(admin, "GET", place)[0] == 404
