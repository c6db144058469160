"""The values that a field may hold, for programs: its tags, or the options of its list."""

from collections.abc import Sequence
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import readable, require
from klientura.kernel.api.describing import act, path_object
from klientura.kernel.api.views import answer
from klientura.kernel.errors import BadRequest, NotFound
from klientura.kernel.objects.derive import CHOSEN
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape
from klientura.kernel.tags import dictionary

PAGE = 1000


def list_values(request: HttpRequest, actor: Actor, *, object: str, field: str) -> HttpResponse:
    """GET /{object}/values/{field}?after=code: up to a thousand values, by their codes; `next` is where to go on."""
    shape = shape_of(object)
    require(actor, shape, "read")
    found = readable(actor, shape).get(field)
    if found is None or found.type.key not in CHOSEN:
        raise NotFound
    after = request.GET.get("after", "")
    if len(after) > 100:
        raise BadRequest(_("The page could not be found. Begin with the first one."), code="after")
    name = found.params.dictionary
    items = dictionary.described(name, after, PAGE + 1) if name else _options(found, after)
    following = items[PAGE - 1]["code"] if len(items) > PAGE else None
    return answer({"items": items[:PAGE], "next": following})


def _options(field: FieldShape, after: str) -> list[dict[str, Any]]:
    codes = sorted(code for code in field.params.choices.by_code if code > after)[: PAGE + 1]
    known = field.params.choices.by_code
    return [
        {
            "code": code, "label": str(known[code].label), "hue": known[code].hue, "active": known[code].active,
            "merged_into": None,
        }
        for code in codes
    ]  # fmt: skip


def description(keys: Sequence[str], responses: Any) -> dict[str, Any]:
    """The paths of this room for the OpenAPI document."""
    item = {
        "type": "object",
        "properties": {
            "code": {"type": "string"}, "label": {"type": "string"}, "hue": {"type": "string"},
            "active": {"type": "boolean"}, "merged_into": {"type": ["string", "null"]},
            "version": {"type": "integer"},
        },
    }  # fmt: skip
    schema = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": item}, "next": {"type": ["string", "null"]}},
    }
    parameters = [
        path_object(keys),
        {"name": "field", "in": "path", "required": True, "schema": {"type": "string"}},
        {"name": "after", "in": "query", "schema": {"type": "string", "maxLength": 100}},
    ]
    return {"/{object}/values/{field}": {"get": act("values", "list", responses(schema), parameters)}}
