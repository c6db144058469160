"""Pieces of the OpenAPI description that the rooms with paths of their own share."""

from collections.abc import Callable, Iterable
from typing import Any

INTEGER = {"type": "integer", "format": "int64", "minimum": 1}


def path_number(name: str) -> dict[str, Any]:
    """A number in the path."""
    return {"name": name, "in": "path", "required": True, "schema": INTEGER}


def path_object(keys: Iterable[str]) -> dict[str, Any]:
    """The key of an object in the path, one of some."""
    schema = {"type": "string", "enum": list(keys)}
    return {"name": "object", "in": "path", "required": True, "schema": schema}


def without_body(responses: Callable[[dict[str, Any]], dict[str, Any]], said: str) -> dict[str, Any]:
    """The answers of a request that leaves nothing to show: 204 in place of 200."""
    return {
        **{code: answer for code, answer in responses({}).items() if code != "200"},
        "204": {"description": said},
    }


def closed_body(properties: dict[str, Any], required: list[str] | None = None) -> dict[str, Any]:
    """The schema of a body that takes these properties and no others."""
    return {
        "type": "object", "properties": properties, "additionalProperties": False,
        **({"required": required} if required else {}),
    }  # fmt: skip


def act(tag: str, name: str, answers: Any, parameters: list[Any], body: Any = None) -> dict[str, Any]:
    """One thing that can be asked of a path; `tag` is the room it belongs to."""
    found = {"operationId": f"{tag}_{name}", "tags": [tag], "responses": answers, "parameters": parameters}
    if body is None:
        return found
    return {**found, "requestBody": {"required": True, "content": {"application/json": {"schema": body}}}}
