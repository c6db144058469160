"""What the OpenAPI description allows, generated from it and sent: no faults, and answers as promised."""

import json
from typing import Any

import jsonschema_rs
import orjson
import pytest
import schemathesis
from django.db import transaction
from django.http import HttpResponse
from django.test import Client
from hypothesis import HealthCheck, given, seed, settings

from klientura.kernel.testing.additions import EVERY_KEY
from klientura.kernel.testing.company import Company
from klientura.kernel.testing.factories import World

EXAMPLES = 10  # for each operation of the description and each role
OURS = {"if-match", "idempotency-key"}
PLACES = [*EVERY_KEY, "operations", "views", "webhooks", "rules", "duplicates"]


def described(document: dict[str, Any], operation: dict[str, Any], response: HttpResponse) -> list[str]:
    """How an answer differs from the description."""
    answer = operation["responses"].get(str(response.status_code))
    if answer is None:
        return [f"status {response.status_code} is not described"]
    if "$ref" in answer:
        answer = document["components"]["responses"][answer["$ref"].rsplit("/", 1)[1]]
    if "content" not in answer:
        return [] if not response.content else ["a body is not described"]
    kind = response["Content-Type"].partition(";")[0]
    if kind not in answer["content"]:
        return [f"{kind} is not described"]
    schema = {**answer["content"][kind]["schema"], "components": document["components"]}
    errors = jsonschema_rs.Draft202012Validator(schema).iter_errors(orjson.loads(response.content))
    return [f"{'.'.join(map(str, e.instance_path))}: {e.message}" for e in errors]


@pytest.mark.slow
@pytest.mark.parametrize("who", ["administrator", "employee"])
@pytest.mark.parametrize("place", PLACES)
def test_generated_requests(company: Company, world: World, who: str, place: str) -> None:
    for key in ("organisation", "person", "opportunity"):
        world.create_many(key, 3, owner=company.users["employee"].pk, team=company.teams["near"].pk)
    api = company.api(who)
    document = orjson.loads(api.get("/api/v1/openapi.json").content)
    mine = {p: acts for p, acts in document["paths"].items() if p.split("/")[1] == place}
    schema = schemathesis.openapi.from_dict({**document, "paths": mine})
    for found in schema.get_all_operations():
        operation: Any = found.ok()  # type: ignore[union-attr]
        act = mine[operation.path][operation.method]
        send_generated(api, document, act, operation)


def send_generated(api: Client, document: dict[str, Any], act: dict[str, Any], operation: Any) -> None:
    """Send what schemathesis makes of one operation, and hold the answers against the description."""

    @seed(20251121)
    @settings(max_examples=EXAMPLES, deadline=None, database=None, suppress_health_check=list(HealthCheck))
    @given(case=operation.as_strategy())
    def each(case: Any) -> None:
        body = json.dumps(case.body).encode() if isinstance(case.body, dict | list) else b""
        address = "/api/v1" + case.formatted_path
        query = {k: str(v) for k, v in (case.query or {}).items()}
        headers = {k: str(v) for k, v in (case.headers or {}).items() if k.lower() in OURS}
        mark = transaction.savepoint_create()
        response: Any = api.generic(
            case.method, address, body, content_type="application/json", query_params=query, headers=headers
        )
        transaction.savepoint_rollback(mark)
        sent = (case.method, address, query, body[:300], response.status_code)
        assert response.status_code < 500, sent
        assert described(document, act, response) == [], sent

    each()
