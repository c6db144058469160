"""What is lent, by sharing or by standing in, through every door of every kind of record: who gets how much, and who nothing."""

import datetime as dt
from typing import Any

import orjson
import pytest
from django.test import Client
from django.utils import timezone

from klientura.kernel.access import rights, substitutions
from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import ShareTerm, Substitution
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.days import company_today
from klientura.kernel.settings.installation import rights_changed
from klientura.kernel.sharing import giving
from klientura.kernel.sharing.rows import Given
from klientura.kernel.store import read
from klientura.kernel.testing.additions import CREATABLE_KEYS
from klientura.kernel.testing.company import Company
from klientura.kernel.testing.factories import World, plain_field

BOSS = SystemActor("lending")
# How a record of the outsider is lent to the employee → what the employee may do with it then.
WAYS = {
    "not": "", "read": "r", "edit": "rw", "team": "rw", "above": "r", "day": "rw", "ended": "", "withdrawn": "",
    "stands_in": "rw", "stood_in": "", "other_kind": "",
}  # fmt: skip


def lend(company: Company, key: str, number: int, how: str) -> None:
    """Lend a record of the outsider to the employee."""
    shape, today = shape_of(key), company_today()
    user, outsider = company.users["employee"].pk, company.users["outsider"].pk
    given = {
        "read": Given(user_id=user), "edit": Given(user_id=user, level="edit"),
        "team": Given(team_id=company.teams["near"].pk, level="edit"), "above": Given(team_id=company.teams["head"].pk),
        "day": Given(user_id=user, level="edit", until=today), "ended": Given(user_id=user, level="edit", until=today),
        "withdrawn": Given(user_id=user, level="edit"),
    }.get(how)  # fmt: skip
    if given is not None:
        giving.share(BOSS, shape, number, [given])
    if how == "withdrawn":
        giving.withdraw(BOSS, shape, number)
    if how in {"stands_in", "stood_in", "other_kind"}:
        kinds = (
            None if how != "other_kind" else [s.key for s in substitutions.owned_shapes() if s.key != key][:1]
        )
        substitutions.set_substitution(BOSS, outsider, user, today, today + dt.timedelta(days=1), kinds)
    if how == "ended":
        ShareTerm.objects.update(ends_at=timezone.now())
    if how == "stood_in":
        Substitution.objects.update(ends_at=timezone.now())
    rights_changed()
    rights.forget()


def send(api: Client, method: str, address: str, body: Any = None, version: int = 1) -> int:
    data = orjson.dumps(body) if body is not None else b""
    answer = api.generic(
        method, address, data, content_type="application/json", headers={"If-Match": f'"{version}"'}
    )
    return answer.status_code


@pytest.mark.parametrize("how", WAYS)
@pytest.mark.parametrize("key", CREATABLE_KEYS)
def test_every_door_gives_what_was_lent_and_no_more(
    company: Company, world: World, key: str, how: str
) -> None:
    shape = shape_of(key)
    for verb in ("read", "edit", "delete", "export"):
        company.grant("employee", key, verb, "own")
    theirs = {"owner": company.users["outsider"].pk, "team": company.teams["far"].pk}
    number, beside = world.create_many(key, 2, **theirs)
    if how in {"stands_in", "stood_in"}:
        beside = world.create(key, 3, owner=company.users["manager"].pk, team=company.teams["far"].pk)
    lend(company, key, number, how)
    if how == "stands_in":
        seen = {r["id"] for r in read.page(company.actor("employee"), shape, keys=["id"], limit=200).rows}
        assert number in seen
        assert beside not in seen
    may = WAYS[how]
    api, browser = company.api("employee"), company.client("employee")
    version = read.get(BOSS, shape, number, keys=["version"])["version"]
    field = plain_field(shape).key
    seen_or_not = 200 if "r" in may else 404
    assert browser.get(f"/{key}/{number}").status_code == seen_or_not
    assert browser.get(f"/{key}/{number}?peek=1").status_code == seen_or_not
    assert browser.get(f"/{key}/{number}/history").status_code == seen_or_not
    assert browser.get(f"/{key}/{number}/share").status_code == seen_or_not
    assert send(api, "GET", f"/api/v1/{key}/{number}") == seen_or_not
    assert send(api, "GET", f"/api/v1/{key}/{number}/history") == seen_or_not
    assert send(api, "GET", f"/api/v1/{key}/{number}/shares") == seen_or_not
    listed = orjson.loads(api.get(f"/api/v1/{key}?fields=id&limit=200").content)["items"]
    assert (number in {i["id"] for i in listed}) == ("r" in may)
    assert beside not in {i["id"] for i in listed}
    refused = 403 if "r" in may else 404
    changed = send(api, "PATCH", f"/api/v1/{key}/{number}", {field: "Вместе"}, version)
    assert changed == (200 if "w" in may else refused)
    shares = {"shares": [{"user": company.users["observer"].pk, "until": company_today().isoformat()}]}
    shared = send(api, "PUT", f"/api/v1/{key}/{number}/shares", shares)
    # Whoever was let in for changing may also withdraw what let them in: then they are outside.
    assert shared in ({200, 204} if "w" in may else {refused})
    assert send(api, "DELETE", f"/api/v1/{key}/{number}") in {403, 404}
    exported = browser.get(f"/{key}/export")
    assert exported.status_code < 500
    assert api.get(f"/api/v1/{key}/{beside}").status_code == 404


@pytest.mark.parametrize("key", CREATABLE_KEYS)
def test_a_role_that_reads_nothing_gets_nothing_by_lending(company: Company, world: World, key: str) -> None:
    company.grant("employee", key, "read", "none")
    number = world.create(key, 1, owner=company.users["outsider"].pk, team=company.teams["far"].pk)
    for how in ("edit", "team", "stands_in"):
        lend(company, key, number, how)
    refused = company.client("employee").get(f"/{key}/{number}").status_code
    assert refused in {403, 404}
    assert send(company.api("employee"), "GET", f"/api/v1/{key}/{number}") in {403, 404}
    assert send(company.api("employee"), "PATCH", f"/api/v1/{key}/{number}", {"title": "x"}) in {403, 404}
