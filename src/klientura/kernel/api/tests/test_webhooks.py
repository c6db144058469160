"""Webhooks through the API: administrators keep them, nobody else knows of them."""

import json
from typing import Any

import pytest
from django.test import Client

from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.webhooks.models import Delivery, Webhook

pytestmark = pytest.mark.django_db
ROOT = "/api/v1/webhooks"
NEW = {"name": "Учёт", "address": "https://example.org/hook", "events": ["organisation.created"]}


@pytest.fixture
def company() -> Company:
    return found_company()


def send(api: Client, method: str, path: str, body: Any = None, **headers: str) -> Any:
    data = b"" if body is None else json.dumps(body).encode()
    return api.generic(method, ROOT + path, data, content_type="application/json", headers=headers)


def test_a_webhook_is_made_read_changed_and_deleted(company: Company) -> None:
    api = company.api("administrator")
    key = {"Idempotency-Key": "one"}
    first = send(api, "POST", "", NEW, **key)
    assert first.status_code == 201, first.content
    made = first.json()
    assert made.pop("secret").startswith("whsec_")
    again = send(api, "POST", "", NEW, **key)
    assert (again.status_code, again.json(), Webhook.objects.count()) == (201, made, 1), (
        "the secret is told once"
    )
    place = f"/{made['id']}"
    assert send(api, "GET", place).json() == made
    listed = send(api, "GET", "").json()
    assert listed["items"] == [made]
    assert "opportunity.changed" in listed["events"]
    assert send(api, "PATCH", place, {"name": "Склад"}).status_code == 428
    changed = send(api, "PATCH", place, {"name": "Склад", "active": False}, **{"If-Match": '"1"'})
    assert (changed.status_code, changed["ETag"], changed.json()["active"]) == (200, '"2"', False)
    assert send(api, "PATCH", place, {"name": "Снова"}, **{"If-Match": '"1"'}).status_code == 409
    assert send(api, "POST", place + "/test").status_code == 400
    assert send(api, "PATCH", place, {"active": True}, **{"If-Match": '"2"'}).status_code == 200
    renewed = send(api, "POST", place + "/secret")
    assert renewed.json()["secret"].startswith("whsec_")
    assert send(api, "DELETE", place).status_code == 204
    assert send(api, "GET", place).status_code == 404


def test_the_log_and_sending_again(company: Company) -> None:
    api = company.api("administrator")
    number = send(api, "POST", "", NEW).json()["id"]
    for _n in range(3):
        assert send(api, "POST", f"/{number}/test").status_code == 202
    page = send(api, "GET", f"/{number}/messages?limit=2").json()
    rest = send(api, "GET", f"/{number}/messages?limit=2&before={page['next']}").json()
    assert (len(page["items"]), len(rest["items"]), rest["next"]) == (2, 1, None)
    message = page["items"][0]
    assert (message["kind"], message["state"]) == ("test", "waiting")
    assert send(api, "GET", f"/{number}/messages/{message['id']}").json()["body"] is None
    assert send(api, "GET", f"/{number}/messages?state=failed").json()["items"] == []
    Delivery.objects.filter(pk=message["id"]).update(state="failed")
    assert send(api, "POST", f"/{number}/replay").json() == {"sent": 1}
    assert send(api, "POST", f"/{number}/messages/{message['id']}/replay").status_code == 404, (
        "it waits already"
    )
    for bad in ("?state=lost", "?before=x", "?limit=0"):
        assert send(api, "GET", f"/{number}/messages{bad}").status_code == 400
    assert send(api, "GET", f"/{number}/messages/99999999").status_code == 404


def test_nobody_else_knows_of_them(company: Company) -> None:
    boss = company.api("administrator")
    number = send(boss, "POST", "", NEW).json()["id"]
    for who in ("manager", "employee", "observer"):
        api = company.api(who)
        for method, path in (
            ("GET", ""), ("POST", ""), ("GET", f"/{number}"), ("DELETE", f"/{number}"), ("POST", f"/{number}/test"),
            ("GET", f"/{number}/messages"), ("POST", f"/{number}/secret"), ("GET", "/999999"),
        ):  # fmt: skip
            answer = send(api, method, path, NEW if method == "POST" and not path else None)
            assert answer.status_code == 403, (who, method, path)
        assert "/webhooks" not in api.get("/api/v1/openapi.json").json()["paths"]
    assert "/webhooks" in boss.get("/api/v1/openapi.json").json()["paths"]


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"name": "x"},
        {**NEW, "address": "http://127.0.0.1/"},
        {**NEW, "events": "all"},
        {**NEW, "owner": 0},
    ],
)
def test_refused_values_are_named(company: Company, body: dict[str, Any]) -> None:
    answer = send(company.api("administrator"), "POST", "", body)
    assert answer.status_code == 422
    assert answer.json()["errors"]


def test_an_unknown_key_is_refused(company: Company) -> None:
    assert send(company.api("administrator"), "POST", "", {**NEW, "secret": "mine"}).status_code == 400
