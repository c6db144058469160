"""The OpenAPI 3.1 description, generated from the Shapes as the asking actor sees them."""

from typing import Any

from klientura import __version__
from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, readable, readable_parts
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import FieldShape, PartShape, Shape

JSON = "application/json"
LICENCE = {"name": "AGPL-3.0-or-later", "identifier": "AGPL-3.0-or-later"}
INTEGER = {"type": "integer", "format": "int64", "minimum": 1}
GROUP = {
    "type": "object",
    "required": ["value", "count", "sum"],
    "properties": {"value": {}, "count": {"type": "integer"}, "sum": {"type": ["string", "null"]}},
}
PROBLEM_CODES = {
    "400": "bad request", "401": "no valid token", "403": "not allowed", "404": "not found", "409": "conflict",
    "413": "too large", "422": "refused values", "428": "version required",
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
    paths |= _operations()
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
        properties[key] = _lines(shape.parts[key])
    return {
        "type": "object",
        "title": str(shape.label),
        "properties": properties,
        "additionalProperties": False,
    }


def _input(actor: Actor, shape: Shape) -> dict[str, Any]:
    properties = {
        k: {**_nullable(dict(f.type.schema(f.params)), f), "title": str(f.label)}
        for k, f in readable(actor, shape).items()
        if f.writable or f.by_verb
    }
    for key in readable_parts(actor, shape):
        properties[key] = _lines(shape.parts[key])
    return {"type": "object", "properties": properties, "additionalProperties": False}


def _lines(part: PartShape) -> dict[str, Any]:
    properties = {
        "id": INTEGER,
        **{k: _nullable(dict(f.type.schema(f.params)), f) for k, f in part.fields.items()},
    }
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


def _paths(actor: Actor, shape: Shape) -> dict[str, Any]:
    key, tag = shape.key, [str(shape.plural)]
    ref = {"$ref": f"#/components/schemas/{key}"}
    given = {"$ref": f"#/components/schemas/{key}_input"}
    number = _parameter("record_id", "path", INTEGER, required=True)
    version = _parameter("If-Match", "header", {"type": "string", "pattern": '^"[0-9]{1,9}"$'})
    once = _parameter(
        "Idempotency-Key",
        "header",
        {"type": "string", "minLength": 1, "maxLength": 255, "pattern": "^[!-~]+$"},
    )
    search = [_parameter("filter", description="filter tree as JSON"), _parameter("q", description="search")]
    page = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": ref}, "next": {"type": ["string", "null"]}},
    }
    listing = [
        *search, _parameter("sort"), _parameter("after"), _parameter("limit", schema={"type": "integer", "minimum": 1, "maximum": 200}),
        _parameter("fields"), _parameter("expand"), _parameter("trashed", schema={"type": "string", "enum": ["true", "false"]}),
    ]  # fmt: skip

    def act(
        name: str, summary: str, responses: Any, *, parameters: Any = (), body: Any = None
    ) -> dict[str, Any]:
        found = {
            "operationId": f"{key}_{name}",
            "tags": tag,
            "summary": summary,
            "responses": responses,
            "parameters": list(parameters),
        }
        return found if body is None else {**found, "requestBody": body}

    groups = {"type": "object", "properties": {"groups": {"type": "array", "items": GROUP}}}
    counted = {"type": "object", "properties": {"count": {"type": "integer"}, "capped": {"type": "boolean"}}}
    paths: dict[str, Any] = {
        f"/{key}": {"get": act("list", "list", _responses(page), parameters=listing)},
        f"/{key}/count": {"get": act("count", "count", _responses(counted), parameters=search)},
        f"/{key}/groups": {
            "get": act(
                "groups",
                "count and sum by the values of a field",
                _responses(groups),
                parameters=[_parameter("by", required=True), _parameter("sum"), search[0]],
            )
        },
        f"/{key}/{{record_id}}": {"get": act("read", "read", _responses(ref), parameters=[number])},
        f"/{key}/{{record_id}}/history": {
            "get": act(
                "history", "history", _responses({"type": "object"}), parameters=[number, _parameter("after")]
            )
        },
    }
    one = paths[f"/{key}/{{record_id}}"]
    if may(actor, shape, "create"):
        paths[f"/{key}"]["post"] = act(
            "create", "create", _responses(ref, "201"), parameters=[once], body=_body(given)
        )
    if may(actor, shape, "edit"):
        one["patch"] = act(
            "change", "change", _responses(ref), parameters=[number, version, once], body=_body(given)
        )
        paths[f"/{key}/bulk"] = {
            "post": act(
                "bulk",
                "bulk",
                _responses({"type": "object"}),
                parameters=[once],
                body=_body({"type": "object"}),
            )
        }
        for action in shape.spec.actions:
            paths[f"/{key}/{{record_id}}/actions/{action.key}"] = {
                "post": act(
                    f"action_{action.key}", str(action.label), _responses(ref), parameters=[number, version, once],
                    body=_body({"type": "object"}, required=False),
                )
            }  # fmt: skip
    if may(actor, shape, "delete"):
        one["delete"] = act(
            "trash", "trash", {**_responses({}), "204": {"description": "in the trash"}}, parameters=[number]
        )
        one["delete"]["responses"].pop("200")
        paths[f"/{key}/{{record_id}}/restore"] = {
            "post": act("restore", "restore", _responses(ref), parameters=[number])
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
