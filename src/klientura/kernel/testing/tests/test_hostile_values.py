"""Hostile values through every field, by the API and by the form: a clear refusal or an exact value, never a fault."""

from typing import Any

import orjson
import pytest
from django.test import Client

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.testing import hostile
from klientura.kernel.testing.additions import CREATABLE_KEYS
from klientura.kernel.testing.company import Company
from klientura.kernel.testing.digest import changed, digest, last_write
from klientura.kernel.testing.factories import World, plain_field

objects = pytest.mark.parametrize("key", CREATABLE_KEYS)
REFUSALS = {400, 413, 422}
SHARE = 9  # each field takes every ninth value, beginning elsewhere: together they take all


def patch(api: Client, key: str, number: int, version: int, body: bytes) -> tuple[int, Any]:
    response = api.generic(
        "PATCH",
        f"/api/v1/{key}/{number}",
        body,
        content_type="application/json",
        headers={"If-Match": f'"{version}"'},
    )
    return response.status_code, orjson.loads(response.content)


@objects
def test_by_the_api(company: Company, world: World, key: str) -> None:
    shape, api, number = shape_of(key), company.api("administrator"), world.create(key, 1)
    version = 1
    values = [orjson.dumps(v) for v in (*hostile.TEXTS, *[v for v in hostile.VALUES if not _huge(v)])]
    values += [str(v).encode() for v in hostile.VALUES if _huge(v)]
    values += hostile.RAW
    whole = digest()
    for place, name in enumerate([*(k for k, f in shape.fields.items() if f.writable), *shape.parts]):
        before = last_write()
        for raw in values[place % SHARE :: SHARE]:
            body = b'{"' + name.encode() + b'": ' + raw + b"}"
            status, answer = patch(api, key, number, version, body)
            assert status in {200, *REFUSALS}, (name, raw[:60], status)
            if status == 200:
                version = answer["version"]
                before, whole = last_write(), {}
            else:
                assert answer["code"], (name, raw[:60])
                if status == 422:
                    assert all(
                        e["message"] and e["field"].split(".")[0] in {*shape.fields, *shape.parts}
                        for e in answer["errors"]
                    )
                assert last_write() == before, (name, raw[:60])
    assert not whole or changed(whole, digest()) == []
    assert read.get(world.actor, shape, number)["version"] == version


def _huge(value: Any) -> bool:
    return isinstance(value, int) and not -(2**63) <= value < 2**64


@objects
def test_by_the_form(company: Company, world: World, key: str) -> None:
    shape, browser, number = shape_of(key), company.client("administrator"), world.create(key, 1)
    for place, name in enumerate(k for k, f in shape.fields.items() if f.writable):
        for raw in hostile.TEXTS[place % SHARE :: SHARE]:
            before = last_write()
            version = read.get(world.actor, shape, number, keys=["id"])["version"]
            response = browser.post(f"/{key}/{number}/edit", {name: raw, "version": str(version)})
            assert response.status_code in {200, 204, 302, *REFUSALS}, (name, raw[:60], response.status_code)
            if response.status_code in REFUSALS:
                assert last_write() == before, (name, raw[:60])


@objects
def test_ten_megabytes_are_refused_before_they_cost_anything(
    company: Company, world: World, key: str
) -> None:
    shape, number = shape_of(key), world.create(key, 1)
    name = plain_field(shape).key
    before = digest()
    for text in hostile.EXPENSIVE:
        body = orjson.dumps({name: text})
        assert patch(company.api("administrator"), key, number, 1, body)[0] in REFUSALS
        form = company.client("administrator").post(f"/{key}/{number}/edit", {name: text, "version": "1"})
        assert form.status_code in REFUSALS
    assert changed(before, digest()) == []


@objects
def test_in_filters_sorts_cursors_and_searches(company: Company, world: World, key: str) -> None:
    shape, api = shape_of(key), company.api("administrator")
    world.create(key, 1)
    values = [*hostile.TEXTS, *(v for v in hostile.VALUES if not _huge(v)), None, [[1], {}]]
    for place, field in enumerate(shape.fields.values()):
        for turn, op in enumerate(field.operators if field.filterable else ()):
            for value in values[(place + turn) % 29 :: 29]:
                for operand in (value, [value, value]):
                    tree = orjson.dumps({"field": field.key, "op": op, "value": operand}).decode()
                    status = api.get(f"/api/v1/{key}/count", {"filter": tree}).status_code
                    assert status in {200, *REFUSALS}, (field.key, op, operand)
    addresses = (f"/api/v1/{key}", f"/api/v1/{key}/count", f"/api/v1/{key}/groups")
    for turn, text in enumerate(hostile.TEXTS):
        for name in ("q", "sort", "after", "filter", "fields", "expand", "limit", "by"):
            for address in (addresses[turn % 3],):
                assert api.get(address, {name: text}).status_code in {200, *REFUSALS}, (
                    address,
                    name,
                    text[:40],
                )
    for text in hostile.TEXTS[::7]:
        for name in ("q", "sort", "after", "filter", "columns", "view", "board", "peek", "tab"):
            response = company.client("administrator").get(f"/{key}", {name: text})
            assert response.status_code in {200, 302, *REFUSALS}, (name, text[:40])
