"""The OpenAPI 3.1 description, generated from the Shapes as the asking actor sees them."""

from collections import defaultdict
from collections.abc import Callable
from functools import partial
from typing import Any

from klientura import __version__
from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, members_of, readable, readable_parts
from klientura.kernel.api import (
    approvals,
    arranging,
    attention,
    comments,
    files,
    lists,
    notifications,
    packs,
    people,
    quality,
    rooms,
    rules,
    saved_views,
    segments,
    sharing,
    territories,
    values,
    webhooks,
)
from klientura.kernel.api.describing import without_body
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import FieldShape, PartShape, Shape

JSON = "application/json"
LICENCE = {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"}
INTEGER = {"type": "integer", "format": "int64", "minimum": 1}
GROUP = {
    "type": "object",
    "required": ["value", "count", "sum"],
    "properties": {
        "value": {},
        "count": {"type": "integer"},
        "summed": {"type": ["integer", "null"]},
        "sum": {"type": ["string", "null"]},
    },
}
PROBLEM_CODES = {
    "400": "bad request", "401": "no valid token", "403": "not allowed", "404": "not found", "409": "conflict",
    "411": "length required", "413": "too large", "422": "refused values", "428": "version required",
}  # fmt: skip


def document(actor: Actor) -> dict[str, Any]:
    """The whole document. Objects, fields and actions that the actor may not see are not in it."""
    shapes = [s for s in all_shapes().values() if may(actor, s, "read")]
    schemas: dict[str, Any] = {"Problem": _problem()}
    paths: dict[str, Any] = {}
    for shape in shapes:
        schemas[shape.key] = _record(actor, shape)
        schemas[f"{shape.key}_input"] = _input(actor, shape)
        paths |= _paths(actor, shape)
        if shape.spec.duplicates:
            paths |= _duplicates(actor, shape)
        if not members_of(shape):
            paths[f"/{shape.key}/{{record_id}}/shares"] = sharing.description(
                partial(_act, shape), _responses, NUMBER, ONCE, editable=may(actor, shape, "edit")
            )
    paths |= _operations()
    paths |= saved_views.description([s.key for s in shapes], _responses, ONCE, VERSION)
    paths |= comments.description([s.key for s in shapes], _responses, ONCE)
    paths |= attention.description([s.key for s in shapes], _responses, ONCE)
    paths |= notifications.description(_responses)
    paths |= people.description(_responses, ONCE)
    paths |= approvals.description(_responses, ONCE)
    paths |= segments.description([s.key for s in shapes], _responses, ONCE, VERSION)
    paths |= quality.description([s.key for s in shapes], _responses)
    paths |= files.description([s.key for s in shapes], _responses)
    paths |= values.description([s.key for s in shapes], _responses)
    paths |= rooms.description(actor, _responses)
    if actor.is_admin:
        paths |= webhooks.description(_responses, ONCE, VERSION)
        paths |= rules.description(_responses, ONCE, VERSION)
        paths |= approvals.description_of_routes(_responses, ONCE, VERSION)
        paths |= territories.description(_responses, ONCE, VERSION)
        whole = [s.key for s in shapes if not members_of(s)]
        paths |= arranging.description(whole, _responses, ONCE, VERSION)
        paths |= lists.description(whole, _responses, ONCE, VERSION)
        paths |= packs.description(_responses)
    return {
        "openapi": "3.1.0",
        "info": {
            "title": "Klientura",
            "version": __version__,
            "license": LICENCE,
        },
        "servers": [{"url": "/api/v1"}],
        "security": [{"token": []}],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "securitySchemes": {"token": {"type": "http", "scheme": "bearer"}},
            "responses": {
                code: {
                    "description": text,
                    "content": {
                        "application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}
                    },
                }
                for code, text in PROBLEM_CODES.items()
            },
        },
    }


def _problem() -> dict[str, Any]:
    return {
        "type": "object",
        "required": ["title", "status", "code"],
        "properties": {
            "type": {"type": "string"}, "title": {"type": "string"}, "status": {"type": "integer"}, "code": {"type": "string"},
            "reference": {"type": "string"},
            "errors": {"type": "array", "items": {"type": "object", "properties": {k: {"type": "string"} for k in ("field", "code", "message")}}},
            "version": {"type": "integer"}, "conflicts": {"type": "array", "items": {"type": "object"}}, "details": {"type": "object"},
        },
    }  # fmt: skip


def _value(field: FieldShape) -> dict[str, Any]:
    schema = dict(field.type.schema(field.params))
    if field.type.key in {"reference", "user"}:
        schema = {
            "type": "object",
            "properties": {"id": INTEGER, "title": {"type": ["string", "null"]}},
            "required": ["id", "title"],
        }
    return {**_nullable(schema, field), "title": str(field.label)}


def _nullable(schema: dict[str, Any], field: FieldShape) -> dict[str, Any]:
    if not field.nullable:
        return schema
    if "enum" in schema:
        return {**schema, "type": [schema["type"], "null"], "enum": [*schema["enum"], None]}
    if isinstance(schema.get("type"), str):
        return {**schema, "type": [schema["type"], "null"]}
    return schema


def _record(actor: Actor, shape: Shape) -> dict[str, Any]:
    properties = {k: _value(f) for k, f in readable(actor, shape).items()}
    for key in readable_parts(actor, shape):
        properties[key] = _lines(shape.parts[key], _value)
    return {
        "type": "object",
        "title": str(shape.label),
        "properties": properties,
        "additionalProperties": False,
    }


def _input(actor: Actor, shape: Shape) -> dict[str, Any]:
    properties = {
        k: {**_given(f), "title": str(f.label)}
        for k, f in readable(actor, shape).items()
        if f.writable or f.by_verb
    }
    for key in readable_parts(actor, shape):
        properties[key] = _lines(shape.parts[key], _given)
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _given(field: FieldShape) -> dict[str, Any]:
    """What may be sent for a field; of several values also what to add and what to take away."""
    schema = dict(field.type.schema(field.params))
    if not field.type.many:
        return _nullable(schema, field)
    difference = {
        "type": "object",
        "properties": {"add": schema, "remove": schema},
        "additionalProperties": False,
        "minProperties": 1,
    }
    return {"anyOf": [schema, difference, *([{"type": "null"}] if field.nullable else [])]}


def _lines(part: PartShape, way: Callable[[FieldShape], dict[str, Any]]) -> dict[str, Any]:
    properties = {"id": INTEGER, **{k: way(f) for k, f in part.fields.items()}}
    return {"type": "array", "title": str(part.label), "items": {"type": "object", "properties": properties}}


def _responses(schema: dict[str, Any], status: str = "200") -> dict[str, Any]:
    problems = {code: {"$ref": f"#/components/responses/{code}"} for code in PROBLEM_CODES}
    return {status: {"description": "done", "content": {JSON: {"schema": schema}}}, **problems}


def _body(schema: dict[str, Any], *, required: bool = True) -> dict[str, Any]:
    return {"required": required, "content": {JSON: {"schema": schema}}}


def _parameter(
    name: str, where: str = "query", schema: dict[str, Any] | None = None, **more: Any
) -> dict[str, Any]:
    return {"name": name, "in": where, "schema": schema or {"type": "string"}, **more}


NUMBER = _parameter("record_id", "path", INTEGER, required=True)
VERSION = _parameter("If-Match", "header", {"type": "string", "pattern": '^"[0-9]{1,9}"$'})
ONCE = _parameter(
    "Idempotency-Key", "header", {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"}
)
SEARCH = [
    _parameter("filter", description="filter tree as JSON"),
    _parameter("q", description="search"),
    _parameter(
        "view",
        description="number of a saved view, whose filter, search and order hold unless they are given here",
        schema=INTEGER,
    ),
]
LISTING = [
    *SEARCH, _parameter("sort"), _parameter("after"), _parameter("limit", schema={"type": "integer", "minimum": 1, "maximum": 200}),
    _parameter("fields"), _parameter("expand"), _parameter("trashed", schema={"type": "string", "enum": ["true", "false"]}),
]  # fmt: skip
COUNTED = {"type": "object", "properties": {"count": {"type": "integer"}, "capped": {"type": "boolean"}}}
GROUPS = {
    "type": "object",
    "properties": {"groups": {"type": "array", "items": GROUP}, "currency": {"type": ["string", "null"]}},
}
CURRENCY = _parameter("currency", description="ISO 4217", schema={"type": "string", "pattern": "^[A-Z]{3}$"})
ANYTHING = {"type": "object"}


def _act(
    shape: Shape, name: str, summary: str, responses: Any, *, parameters: Any = (), body: Any = None
) -> dict[str, Any]:
    found = {
        "operationId": f"{shape.key}_{name}",
        "tags": [str(shape.plural)],
        "summary": summary,
        "responses": responses,
        "parameters": list(parameters),
    }
    return found if body is None else {**found, "requestBody": body}


def _paths(actor: Actor, shape: Shape) -> dict[str, Any]:
    paths = _reading(shape)
    for path, acts in _writing(actor, shape).items():
        paths.setdefault(path, {}).update(acts)
    return paths


def _reading(shape: Shape) -> dict[str, Any]:
    key, ref = shape.key, {"$ref": f"#/components/schemas/{shape.key}"}
    page = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": ref}, "next": {"type": ["string", "null"]}},
    }
    by = [_parameter("by", required=True), _parameter("sum"), CURRENCY, SEARCH[0]]
    since = [NUMBER, _parameter("after")]
    return {
        f"/{key}": {"get": _act(shape, "list", "list", _responses(page), parameters=LISTING)},
        f"/{key}/count": {"get": _act(shape, "count", "count", _responses(COUNTED), parameters=SEARCH)},
        f"/{key}/groups": {
            "get": _act(
                shape, "groups", "count and sum by the values of a field", _responses(GROUPS), parameters=by
            )
        },
        f"/{key}/{{record_id}}": {"get": _act(shape, "read", "read", _responses(ref), parameters=[NUMBER])},
        f"/{key}/{{record_id}}/history": {
            "get": _act(shape, "history", "history", _responses(ANYTHING), parameters=since)
        },
    }


def _writing(actor: Actor, shape: Shape) -> dict[str, Any]:
    """What the actor may do on some records of the object."""
    key, ref = shape.key, {"$ref": f"#/components/schemas/{shape.key}"}
    given = _body({"$ref": f"#/components/schemas/{key}_input"})
    one, paths = f"/{key}/{{record_id}}", defaultdict[str, dict[str, Any]](dict)
    changing = [NUMBER, VERSION, ONCE]
    if may(actor, shape, "create"):
        paths[f"/{key}"]["post"] = _act(shape, "create", "create", _responses(ref, "201"), parameters=[ONCE], body=given)  # fmt: skip
        paths[f"{one}/copy"]["post"] = _act(shape, "copy", "copy", _responses(ref, "201"), parameters=[NUMBER, ONCE], body=given)  # fmt: skip
    if may(actor, shape, "edit"):
        paths[one]["patch"] = _act(
            shape, "change", "change", _responses(ref), parameters=changing, body=given
        )
        bulk = {**_responses(ANYTHING), **_responses(ANYTHING, "201"), **_responses(ANYTHING, "202")}
        paths[f"/{key}/bulk"]["post"] = _act(
            shape, "bulk", "bulk", bulk, parameters=[ONCE], body=_body(ANYTHING)
        )
        for action in shape.spec.actions:
            paths[f"{one}/actions/{action.key}"]["post"] = _act(
                shape, f"action_{action.key}", str(action.label), _responses(ref), parameters=changing,
                body=_body(ANYTHING, required=False),
            )  # fmt: skip
    if may(actor, shape, "delete"):
        gone = without_body(_responses, "in the trash")
        paths[one]["delete"] = _act(shape, "trash", "trash", gone, parameters=[NUMBER])
        paths[f"{one}/restore"]["post"] = _act(
            shape, "restore", "restore", _responses(ref), parameters=[NUMBER]
        )
    if may(actor, shape, "edit") and may(actor, shape, "delete"):
        paths[f"{one}/merge"]["post"] = _act(
            shape, "merge", "merge others into this one", _responses(_merged(ref)), parameters=[NUMBER, ONCE],
            body=_body(_merge(key)),
        )  # fmt: skip
    return paths


def _merge(key: str) -> dict[str, Any]:
    version = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}
    return {
        "type": "object",
        "required": ["with", "versions"],
        "properties": {
            "with": {"type": "array", "items": INTEGER, "minItems": 1, "maxItems": 9},
            "values": {"$ref": f"#/components/schemas/{key}_input"},
            "versions": {
                "type": "object",
                "patternProperties": {"^[0-9]{1,18}$": version},
                "additionalProperties": False,
            },
        },
        "additionalProperties": False,
    }


def _merged(record: dict[str, Any]) -> dict[str, Any]:
    number = {"type": "integer"}
    return {"type": "object", "properties": {"operation": number, "relinked": number, "record": record}}


def _duplicates(actor: Actor, shape: Shape) -> dict[str, Any]:
    """The queue of likely duplicates of one object."""
    place, number = f"/duplicates/{shape.key}", _parameter("pair_id", "path", INTEGER, required=True)
    states = _parameter("state", schema={"type": "string", "enum": ["new", "merged", "different"]})
    page = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": ANYTHING}, "next": {"type": ["string", "null"]}},
    }
    listing = [
        states,
        _parameter("after"),
        _parameter("limit", schema={"type": "integer", "minimum": 1, "maximum": 200}),
    ]
    paths = {
        place: {"get": _act(shape, "duplicates", "likely duplicates", _responses(page), parameters=listing)}
    }
    if actor.is_admin:
        manner = {
            "type": "object",
            "properties": {
                "manner": {"type": "string", "enum": ["ask", "agreeing", "older"]},
                "version": {"type": "integer", "minimum": 0},
            },
            "required": ["manner"],
            "additionalProperties": False,
        }
        what = "what is done with certain pairs"
        paths[f"{place}/policy"] = {
            "get": _act(shape, "duplicates_policy", what, _responses(ANYTHING)),
            "put": _act(shape, "duplicates_choose_policy", what, _responses(ANYTHING), body=_body(manner)),
        }
    if may(actor, shape, "edit"):
        whole = {
            "type": "object",
            "properties": {"whole": {"type": "boolean"}},
            "additionalProperties": False,
        }
        begun = _responses(ANYTHING, "202")
        paths[f"{place}/scan"] = {
            "post": _act(
                shape, "duplicates_scan", "look for duplicates", begun, parameters=[ONCE],
                body=_body(whole, required=False),
            )
        }  # fmt: skip
        paths[f"{place}/{{pair_id}}/different"] = {
            "post": _act(
                shape, "duplicates_different", "two clients", _responses(ANYTHING), parameters=[number, ONCE]
            )
        }
    return paths


def _operations() -> dict[str, Any]:
    number = _parameter("operation_id", "path", INTEGER, required=True)
    body = {"type": "object"}
    return {
        "/operations/{operation_id}": {
            "get": {"operationId": "operation_read", "parameters": [number], "responses": _responses(body)}
        },
        "/operations/{operation_id}/undo": {
            "post": {"operationId": "operation_undo", "parameters": [number], "responses": _responses(body)}
        },
    }
