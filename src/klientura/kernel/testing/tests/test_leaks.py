"""Canaries in hidden fields and in records of others, looked for behind every door that an employee may open.

What the employee sees is in part their own, in part shared with them, in part owned by somebody for whom they stand in.
What they do not see was shared with them once.
"""

import itertools
import re
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import orjson
import pytest
from django.db import transaction
from django.test import Client
from django.utils import timezone

from klientura.kernel.access import substitutions
from klientura.kernel.access.actor import SystemActor
from klientura.kernel.access.models import ShareTerm
from klientura.kernel.comments import writing as comments
from klientura.kernel.errors import Conflict
from klientura.kernel.notify.models import Favourite, Visit
from klientura.kernel.notify.telling import Told, tell
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.days import company_today
from klientura.kernel.sharing import giving
from klientura.kernel.sharing.rows import Given
from klientura.kernel.store import bulk, write
from klientura.kernel.testing.company import Company
from klientura.kernel.testing.factories import World
from klientura.kernel.testing.routes import Route, all_routes
from klientura.kernel.web.doors import Door

FOREIGN = "Канарейкинсон"  # stands in titles and texts of records that the employee does not see
FOREIGN_TYPO = "канарейкенсон"
HIDDEN_CITY = "Кенаровск"  # stands in hidden fields of records that the employee sees
HIDDEN_INN = "7700777772"
HIDDEN_SUM = "73519264"
HIDDEN_PHONE = "2007351926"
HIDDEN = {
    "organisation": ("city", "inn", "contact_points", "phone"),
    "person": ("city", "contact_points", "phone"),
    "opportunity": ("amount", "source"),
}
CANARY = re.compile(
    "|".join([FOREIGN, HIDDEN_CITY, HIDDEN_INN, r"73[\s\u00a0\u202f]?519[\s\u00a0\u202f]?264", HIDDEN_PHONE, r"200[-\s]?73[-\s]?51"]), re.IGNORECASE
)  # fmt: skip
TEXTS = (
    FOREIGN,
    FOREIGN_TYPO,
    HIDDEN_CITY,
    HIDDEN_INN,
    HIDDEN_SUM,
    HIDDEN_PHONE,
    "rfyfhtqrbycjy",
    "ромашка",
    "поставка",
    "а",
    "",
)


@dataclass(frozen=True, slots=True)
class Scene:
    """An employee's records with canaries in hidden fields, and records of others."""

    company: Company
    seen: dict[str, int]
    foreign: dict[str, int]

    @property
    def browser(self) -> Client:
        return self.company.client("employee")

    @property
    def api(self) -> Client:
        return self.company.api("employee")


@pytest.fixture
def scene(company: Company, world: World) -> Scene:
    mine = {"owner": company.users["employee"].pk, "team": company.teams["near"].pk}
    theirs = {"owner": company.users["outsider"].pk, "team": company.teams["far"].pk}
    away = {"owner": company.users["manager"].pk, "team": company.teams["head"].pk}
    phones = [{"kind": "phone", "value": f"+7 {HIDDEN_PHONE}"}]
    foreign = {
        "organisation": world.create("organisation", 1, name=FOREIGN, **theirs),
        "person": world.create("person", 1, last_name=FOREIGN, **theirs),
    }
    foreign["opportunity"] = world.create("opportunity", 1, name=FOREIGN, description=FOREIGN, **theirs)
    foreign["task"] = world.create("task", 1, name=FOREIGN, party=foreign["organisation"], **theirs)
    foreign["interaction"] = world.create(
        "interaction", 1, subject=FOREIGN, body=FOREIGN, party=foreign["organisation"], **theirs
    )
    foreign["relation"] = world.create(
        "relation", 1, role=FOREIGN, party=foreign["organisation"], to_party=foreign["person"], **theirs
    )
    hidden = {"city": HIDDEN_CITY, "contact_points": phones}
    seen = {
        "organisation": world.create(
            "organisation", 2, name="Ромашка своя", inn=HIDDEN_INN, parent=foreign["organisation"],
            primary_contact=foreign["person"], addresses=[], **hidden, **mine,
        ),
        "person": world.create("person", 2, last_name="Своев", employer=foreign["organisation"], addresses=[], **hidden, **theirs),
        "opportunity": world.create(
            "opportunity", 2, name="Поставка своя", amount=HIDDEN_SUM, source=HIDDEN_CITY, competitor=None,
            party=foreign["organisation"], person=foreign["person"], **away,
        ),
    }  # fmt: skip
    seen["task"] = world.create("task", 2, name="Своя задача", party=foreign["organisation"], **mine)
    boss = SystemActor("leaks", company.users["administrator"].pk)
    write.update(boss, shape_of("organisation"), seen["organisation"], {"city": "Тула"})
    write.update(
        boss, shape_of("organisation"), seen["organisation"], {"city": HIDDEN_CITY, "note": "правка"}
    )
    write.update(boss, shape_of("opportunity"), seen["opportunity"], {"amount": "1"})
    write.update(boss, shape_of("opportunity"), seen["opportunity"], {"amount": HIDDEN_SUM})
    _lend(company, seen, foreign)
    _talk(company, foreign)
    for key, fields in HIDDEN.items():
        for field in fields:
            company.hide("employee", key, field)
    return Scene(company, seen, foreign)


def _lend(company: Company, seen: dict[str, int], foreign: dict[str, int]) -> None:
    """Share the person, have the manager away; all that is foreign was shared until a moment ago."""
    boss, today = SystemActor("leaks"), company_today()
    once = Given(user_id=company.users["employee"].pk, level="edit", until=today)
    for key, number in foreign.items():
        giving.share(boss, shape_of(key), number, [once])
    ShareTerm.objects.update(ends_at=timezone.now())
    near = Given(team_id=company.teams["near"].pk, level="edit", until=today)
    giving.share(boss, shape_of("person"), seen["person"], [near])
    manager, employee = company.users["manager"].pk, company.users["employee"].pk
    substitutions.set_substitution(boss, manager, employee, today, today, ["opportunity"])


def _talk(company: Company, foreign: dict[str, int]) -> None:
    """Have the employee mentioned where they see nothing, and told of what was open to them once."""
    name = company.users["employee"].name
    for key, number in foreign.items():
        shape, boss = shape_of(key), company.actor("administrator")
        made = comments.write(boss, shape, number, f"@{name} {FOREIGN}").comment
        cause = f"comment:{made.pk}"
        tell([
            Told(company.users["employee"].pk, kind, cause, timezone.now(), shape.base, [number], boss.user_id, payload)
            for kind, payload in (
                ("mentioned", {"comment": made.pk}), ("changed", {"columns": ["name"]}), ("assigned", {}), ("shared", {}),
                ("rule", {"rule": "Правило", "message": [FOREIGN, {"field": "name", "text": FOREIGN}]}),
            )
        ])  # fmt: skip
        Favourite.objects.create(user=company.users["employee"], object=shape.base, record_id=number)
        Visit.objects.create(
            user=company.users["employee"], object=shape.base, record_id=number, at=timezone.now()
        )


def look(client: Client, method: str, address: str, data: Any = None) -> tuple[int, str]:
    """Ask, take back what was written, and say what of the answer is a canary that the question did not hold itself."""
    mark = transaction.savepoint_create()
    if address.startswith("/api/"):
        body = orjson.dumps(data) if data is not None else b""
        response = client.generic(
            method, address, body, content_type="application/json", headers={"If-Match": '"1"'}
        )
    else:
        response = client.post(address, data or {}) if method == "POST" else client.get(address)
    text = (
        b"".join(response).decode(errors="replace")
        if response.streaming
        else response.content.decode(errors="replace")
    )
    transaction.savepoint_rollback(mark)
    return response.status_code, text


def canaries(text: str, typed: str = "") -> set[str]:
    folded = typed.casefold()
    return {found for found in CANARY.findall(text) if found.casefold() != folded}


def readable_routes() -> list[Route]:
    return [r for r in all_routes() if r.door in {Door.SIGNED_IN, Door.TOKEN, Door.PUBLIC}]


@pytest.mark.parametrize("route", readable_routes(), ids=lambda r: r.pattern or "(home)")
def test_no_canary_behind_any_address(scene: Scene, route: Route) -> None:
    keys = list(scene.seen) if "object" in route.parameters else ["organisation"]
    client = scene.api if route.door is Door.TOKEN else scene.browser
    fields = ("name", "city", "inn", "amount", "owner", "contact_points")
    for key in keys:
        numbers = [scene.seen[key], *scene.foreign.values()] if "record_id" in route.parameters else [1]
        for number, field in itertools.product(numbers, fields if "key" in route.parameters else fields[:1]):
            filling = {"object": key, "record_id": number, "key": field, "verb": "win", "by": "owner"}
            address = route.address(filling)
            for query in (
                "",
                "?peek=1",
                "?tab=history",
                "?view=board",
                "?by=owner",
                "?view=1",
                "?trashed=true",
                "?expand=addresses",
            ):
                status, text = look(client, "GET", address + query)
                assert status < 500, address + query
                assert canaries(text) == set(), (address + query, status)
            status, text = look(
                client, "POST", address, {"stage": "1", "version": "1", "kind": "note", "text": "заметка"}
            )
            assert status < 500, address
            assert canaries(text) == set(), ("POST", address, status)


@pytest.mark.parametrize("typed", TEXTS)
def test_no_canary_is_found_by_searching(scene: Scene, typed: str) -> None:
    q = urlencode({"q": typed})
    pages = [f"/search?{q}", f"/search/palette?{q}"]
    pages += [f"/search/reference/{key}?{q}" for key in ("party", *scene.seen)]
    pages += [f"/{key}?{q}" for key in scene.seen] + [f"/{key}/count?{q}" for key in scene.seen]
    for address in pages:
        status, text = look(scene.browser, "GET", address)
        assert status == 200, address
        assert canaries(text, typed) == set(), address
    for key in ("party", *scene.seen):
        status, text = look(scene.api, "GET", f"/api/v1/{key}?{q}")
        assert status == 200, key
        assert canaries(text, typed) == set(), key
        if CANARY.fullmatch(typed) or typed == FOREIGN_TYPO:
            assert orjson.loads(text)["items"] == [], key


def hidden_fields() -> list[tuple[str, str]]:
    fields = [(k, f) for k, names in HIDDEN.items() for f in names if f in shape_of(k).fields]
    return [*fields, ("party", "city"), ("party", "phone")]


@pytest.mark.parametrize(("key", "field"), hidden_fields())
def test_a_hidden_field_cannot_be_asked_about(scene: Scene, key: str, field: str) -> None:
    """No filter, sort, group, sum, column or expansion over it: each of them would tell its value by halving."""
    unknown = "no_such_field"
    for template in (
        "?sort={0}", "?sort=-{0}", "?fields={0}", "?expand={0}", "/groups?by={0}", "/groups?by=owner&sum={0}",
        '?filter={{"field":"{0}","op":"not_empty"}}', '/count?filter={{"not":{{"field":"{0}","op":"empty"}}}}',
    ):  # fmt: skip
        status, text = look(scene.api, "GET", f"/api/v1/{key}{template.format(field)}")
        other_status, other_text = look(scene.api, "GET", f"/api/v1/{key}{template.format(unknown)}")
        assert (status, other_status) == (400, 400), template
        assert orjson.loads(text)["code"] == orjson.loads(other_text)["code"], template


@pytest.mark.parametrize("key", ["organisation", "person", "opportunity"])
def test_a_hidden_field_cannot_be_written(scene: Scene, key: str) -> None:
    number = scene.seen[key]
    for field in HIDDEN[key]:
        status, text = look(scene.api, "PATCH", f"/api/v1/{key}/{number}", {field: "1"})
        assert status == 422, (field, text)
        assert [(e["field"], e["code"]) for e in orjson.loads(text)["errors"]] == [(field, "unknown")]
        status, text = look(scene.api, "POST", f"/api/v1/{key}/bulk", {"ids": [number], "set": {field: "1"}})
        assert status == 422, field
        status, text = look(
            scene.browser, "POST", f"/{key}/bulk/edit", {"ids": number, "field": field, field: "1"}
        )
        assert status in {404, 422}, field


def test_a_reference_to_a_foreign_record_is_refused_like_one_to_nothing(scene: Scene) -> None:
    deal = f"/api/v1/opportunity/{scene.seen['opportunity']}"
    for field, foreign in (
        ("party", scene.foreign["person"]),
        ("pipeline", 10**9),
        ("person", scene.foreign["organisation"]),
    ):
        there = look(scene.api, "PATCH", deal, {field: foreign})
        nowhere = look(scene.api, "PATCH", deal, {field: 10**9 + 7})
        assert there[0] == nowhere[0] == 422, field
        assert orjson.loads(there[1])["errors"] == orjson.loads(nowhere[1])["errors"], field
    for subject, foreign in (
        ("organisation", scene.foreign["organisation"]),
        ("opportunity", scene.foreign["opportunity"]),
    ):
        there = look(
            scene.api, "POST", "/api/v1/task", {"name": "x", "subject_object": subject, "subject_id": foreign}
        )
        nowhere = look(
            scene.api, "POST", "/api/v1/task", {"name": "x", "subject_object": subject, "subject_id": 10**9}
        )
        assert there[0] == nowhere[0] == 422, subject
        assert orjson.loads(there[1])["errors"] == orjson.loads(nowhere[1])["errors"], subject
    moved = look(scene.api, "POST", f"{deal}/actions/move", {"stage": 10**9})
    assert moved[0] == 422, moved


def test_foreign_numbers_in_a_bulk_act_are_passed_over_like_missing_ones(scene: Scene) -> None:
    both = [scene.seen["organisation"], scene.foreign["organisation"]]
    status, text = look(
        scene.api, "POST", "/api/v1/organisation/bulk", {"ids": both, "set": {"note": "своё"}}
    )
    assert status == 200
    assert (orjson.loads(text)["changed"], orjson.loads(text)["refused"]) == (1, [])
    missing = look(scene.api, "POST", "/api/v1/organisation/bulk", {"ids": [10**9], "set": {"note": "своё"}})
    foreign = look(scene.api, "POST", "/api/v1/organisation/bulk", {"ids": both[1:], "set": {"note": "своё"}})
    assert {k: v for k, v in orjson.loads(missing[1]).items() if k != "operation"} == {
        k: v for k, v in orjson.loads(foreign[1]).items() if k != "operation"
    }


def test_an_operation_of_somebody_else_is_not_there(scene: Scene) -> None:
    boss = scene.company.actor("administrator")
    outcome = bulk.edit(
        boss, shape_of("organisation"), bulk.Selection(ids=(scene.seen["organisation"],)), {"note": "общее"}
    )
    assert look(scene.api, "GET", f"/api/v1/operations/{outcome.operation_id}")[0] == 404
    assert look(scene.api, "POST", f"/api/v1/operations/{outcome.operation_id}/undo", {})[0] == 404
    assert look(scene.browser, "POST", f"/operations/{outcome.operation_id}/undo")[0] == 404


def test_a_conflict_tells_nothing_of_hidden_fields(scene: Scene) -> None:
    actor, number = scene.company.actor("employee"), scene.seen["organisation"]
    with pytest.raises(Conflict) as refused:
        write.update(actor, shape_of("organisation"), number, {"note": "моя правка"}, expected_version=1)
    assert [c.field for c in refused.value.conflicts] == ["note"]


def test_counts_and_sums_hold_only_what_is_seen(scene: Scene) -> None:
    for key in scene.seen:
        assert orjson.loads(look(scene.api, "GET", f"/api/v1/{key}/count")[1])["count"] == 1, key
        status, text = look(scene.browser, "GET", f"/{key}/count?saved=all")
        assert (status, text.split()[0]) == (200, "1"), key
