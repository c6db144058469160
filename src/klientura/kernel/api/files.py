"""Files of records for programs: brought as drafts, held by the next write, fetched from the record."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse

from klientura.kernel.access.actor import Actor
from klientura.kernel.api.describing import act, path_number, path_object
from klientura.kernel.api.views import answer
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.web.file_answers import brought, described, given


def bring_file(request: HttpRequest, actor: Actor, *, object: str, field: str) -> HttpResponse:
    """POST /{object}/files/{field}, multipart with «file»: keep a draft; answers 201 with its id, to be written into the field."""
    return answer(described(brought(request, actor, shape_of(object), field)), status=201)


def fetch_file(
    request: HttpRequest, actor: Actor, *, object: str, record_id: int, field: str, file_id: int
) -> Any:
    """GET /{object}/{id}/files/{field}/{file}: the bytes of a file that the record holds."""
    return given(request, actor, shape_of(object), record_id, field, file_id)


def description(keys: Sequence[str], responses: Any) -> dict[str, Any]:
    """The paths of this room for the OpenAPI document."""
    which = [
        path_object(keys),
        {"name": "field", "in": "path", "required": True, "schema": {"type": "string"}},
    ]
    made = {
        "type": "object",
        "properties": {
            "id": {"type": "integer"}, "name": {"type": "string"}, "size": {"type": "integer"}, "type": {"type": "string"},
        },
    }  # fmt: skip
    bring = act("files", "bring", responses(made, "201"), which)
    bring["requestBody"] = {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "properties": {"file": {"type": "string", "format": "binary"}},
                    "required": ["file"],
                }
            }
        },
    }
    fetch = act("files", "fetch", responses({}), [*which, path_number("record_id"), path_number("file_id")])
    return {
        "/{object}/files/{field}": {"post": bring},
        "/{object}/{record_id}/files/{field}/{file_id}": {"get": fetch},
    }
