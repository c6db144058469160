"""Every object through the API: what was read can be written back, and answers are what the description promises."""

from typing import Any

import jsonschema_rs
import orjson
import pytest
from django.http import HttpResponse
from django.test import Client

from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.testing.additions import CREATABLE_KEYS
from klientura.kernel.testing.company import Company
from klientura.kernel.testing.digest import changed, digest
from klientura.kernel.testing.factories import World, plain_field

objects = pytest.mark.parametrize("key", CREATABLE_KEYS)
ROOT = "/api/v1"


def send(client: Client, method: str, address: str, body: Any = None, **headers: str) -> HttpResponse:
    content = orjson.dumps(body) if body is not None else b""
    return client.generic(
        method, f"{ROOT}{address}", content, content_type="application/json", headers=headers
    )  # type: ignore[return-value]


def validator(document: dict[str, Any], path: str, method: str, status: int) -> Any:
    """The validator of one answer of the description."""
    answers = document["paths"][path][method]["responses"]
    answer = answers[str(status)]
    if "$ref" in answer:
        answer = document["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
    schema = next(iter(answer["content"].values()))["schema"]
    return jsonschema_rs.Draft202012Validator({**schema, "components": document["components"]})


def promised(document: dict[str, Any], path: str, method: str, response: Any) -> Any:
    """The body of an answer, after holding it against the description."""
    body = orjson.loads(response.content)
    errors = [
        f"{'.'.join(map(str, e.instance_path))}: {e.message}"
        for e in validator(document, path, method, response.status_code).iter_errors(body)
    ]
    assert errors == []
    return body


@objects
def test_round_trip_and_description(company: Company, world: World, key: str) -> None:
    world.brings = company.actor("administrator")
    shape, api = shape_of(key), company.api("administrator")
    document = orjson.loads(api.get(f"{ROOT}/openapi.json").content)
    raw = {
        k: v for k, v in world.values(key, 1, full=True).items() if k not in {"subject_object", "subject_id"}
    }
    made = send(api, "POST", f"/{key}", raw)
    assert made.status_code == 201, made.content
    record = promised(document, f"/{key}", "post", made)
    number, path = record["id"], f"/{key}/{{record_id}}"
    assert made["Location"] == f"{ROOT}/{key}/{number}"
    listed = promised(document, f"/{key}", "get", api.get(f"{ROOT}/{key}?limit=5&sort=-id"))
    assert listed["items"][0]["id"] == number
    one = promised(document, path, "get", api.get(f"{ROOT}/{key}/{number}"))
    assert one == record
    writable = {k for k, f in shape.fields.items() if f.writable}
    back = {
        k: v["id"] if isinstance(v, dict) and "id" in v else v
        for k, v in one.items()
        if k in writable and v is not None
    }
    before = digest()
    same = send(api, "PATCH", f"/{key}/{number}", back, **{"If-Match": made["ETag"]})
    assert same.status_code == 200, same.content
    assert promised(document, path, "patch", same) == one
    assert changed(before, digest()) == []
    for by in (f.key for f in shape.fields.values() if f.type.groupable):
        found = api.get(f"{ROOT}/{key}/groups?by={by}")
        assert found.status_code == 200, found.content
        promised(document, f"/{key}/groups", "get", found)
    field = plain_field(shape)
    edited = send(api, "PATCH", f"/{key}/{number}", {field.key: "Через API"}, **{"If-Match": made["ETag"]})
    assert edited.status_code == 200, edited.content
    assert edited["ETag"] != made["ETag"]
    stale = send(api, "PATCH", f"/{key}/{number}", {field.key: "Поздно"}, **{"If-Match": made["ETag"]})
    promised(document, path, "patch", stale)
    assert stale.status_code == 409
    assert send(api, "PATCH", f"/{key}/{number}", {field.key: "Без версии"}).status_code == 428


@objects
def test_an_idempotency_key_makes_one_record(company: Company, world: World, key: str) -> None:
    world.brings = company.actor("administrator")
    api, raw = company.api("administrator"), world.values(key, 1)
    first = send(api, "POST", f"/{key}", raw, **{"Idempotency-Key": "once-1"})
    again = send(api, "POST", f"/{key}", raw, **{"Idempotency-Key": "once-1"})
    assert (first.status_code, again.status_code) == (201, 201), first.content
    assert first.content == again.content
    other = send(
        api,
        "POST",
        f"/{key}",
        {**raw, plain_field(shape_of(key)).key: "иное"},
        **{"Idempotency-Key": "once-1"},
    )
    assert other.status_code == 422


@objects
def test_trash_restore_history_and_counts(company: Company, world: World, key: str) -> None:
    api, number = company.api("administrator"), world.create(key, 1)
    if shape_of(key).spec.kept:
        assert send(api, "DELETE", f"/{key}/{number}").status_code == 403
        assert api.get(f"{ROOT}/{key}/{number}").status_code == 200
        return
    assert send(api, "DELETE", f"/{key}/{number}").status_code == 204
    assert api.get(f"{ROOT}/{key}/{number}").status_code == 404
    assert send(api, "DELETE", f"/{key}/{number}").status_code == 404
    assert send(api, "POST", f"/{key}/{number}/restore", {}).status_code == 200
    history = orjson.loads(api.get(f"{ROOT}/{key}/{number}/history").content)
    assert [e["action"] for e in history["items"] if not e["part"]] == ["restore", "trash", "create"]
    count = orjson.loads(api.get(f"{ROOT}/{key}/count").content)
    assert count["count"] >= 1
    assert not count["capped"]


@objects
def test_bulk(company: Company, world: World, key: str) -> None:
    world.brings = company.actor("administrator")
    api, field = company.api("administrator"), plain_field(shape_of(key))
    made = send(api, "POST", f"/{key}/bulk", {"create": [world.values(key, n) for n in range(3)]})
    assert made.status_code == 201, made.content
    ids = orjson.loads(made.content)["ids"]
    edited = orjson.loads(
        send(api, "POST", f"/{key}/bulk", {"ids": ids, "set": {field.key: "Группой"}}).content
    )
    assert (edited["changed"], edited["refused"]) == (3, [])
    undone = orjson.loads(send(api, "POST", f"/operations/{edited['operation']}/undo", {}).content)
    assert (undone["restored"], undone["kept"]) == (3, [])
    assert send(api, "POST", f"/operations/{edited['operation']}/undo", {}).status_code == 400
    bad = send(api, "POST", f"/{key}/bulk", {"create": [world.values(key, 5), {"нет": 1}]})
    assert bad.status_code == 422
    assert orjson.loads(bad.content)["errors"][0]["field"].startswith("1.")


def test_the_description_is_made_for_the_asker(company: Company) -> None:
    company.hide("employee", "organisation", "inn")
    document = orjson.loads(company.api("employee").get(f"{ROOT}/openapi.json").content)
    assert "inn" not in document["components"]["schemas"]["organisation"]["properties"]
    assert set(all_shapes()) <= set(document["components"]["schemas"])
