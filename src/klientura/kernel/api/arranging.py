"""What administrators add to objects, for their programs: fields, and how card and form are arranged."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import members_of
from klientura.kernel.api import bodies
from klientura.kernel.api.describing import INTEGER, act, closed_body, path_number, path_object, without_body
from klientura.kernel.api.idempotency import once
from klientura.kernel.api.views import answer
from klientura.kernel.errors import BadRequest, NotFound
from klientura.kernel.objects.models import AddedField, AddedOption, Layout
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.packs.standing import field_as_form, params_of
from klientura.kernel.schema import fields, layouts
from klientura.kernel.schema.fields import require_administrator
from klientura.kernel.schema.layouts import Whose

TEXTS = {
    "type": "object",
    "properties": {"ru": {"type": "string"}, "en": {"type": "string"}},
}
WANTED: dict[str, Any] = {
    "label": TEXTS, "hint": TEXTS, "section": {"type": "string"}, "required": {"type": "boolean"},
    "listed": {"type": "boolean"}, "indexed": {"type": "boolean"}, "searched": {"type": "boolean"},
    "params": {"type": "object"}, "options": {"type": "array", "items": {"type": "object"}}, "default": {},
}  # fmt: skip
"""What may be said of a field; `params` and `options` as its type wants them."""


def list_fields(request: HttpRequest, actor: Actor, *, object: str) -> HttpResponse:
    """GET /schema/objects/{object}/fields: the added fields, also those that were removed and may come back."""
    require_administrator(actor)
    rows = list(AddedField.objects.filter(object=shape_of(object).key).order_by("position", "pk"))
    options: dict[int, list[AddedOption]] = {row.pk: [] for row in rows}
    for option in AddedOption.objects.filter(field__in=rows).order_by("position", "pk"):
        options[option.field_id].append(option)
    return answer({"items": [_field(row, options[row.pk]) for row in rows]})


def add_field(request: HttpRequest, actor: Actor, *, object: str) -> HttpResponse:
    """POST /schema/objects/{object}/fields {"type", "label", "key", …}: add a field; answers 201."""
    shape, body = shape_of(object), _checked(bodies.body_of(request))
    return once(request, actor, lambda: _one(fields.add_field(actor, shape.key, body), status=201))


def read_field(request: HttpRequest, actor: Actor, *, field_id: int) -> HttpResponse:
    """GET /schema/fields/{id}: one added field."""
    return _one(_row(actor, field_id))


def change_field(request: HttpRequest, actor: Actor, *, field_id: int) -> HttpResponse:
    """PATCH /schema/fields/{id} with If-Match: change what the body names; type and key stay as they are."""
    body, version = _checked(bodies.body_of(request)), bodies.required_version(request)
    if {"type", "key"} & set(body):
        raise BadRequest(_("The type and the key of a field stay as they are."), code="field")

    def run() -> HttpResponse:
        whole = {**field_as_form(_row(actor, field_id)), **body}
        return _one(fields.change_field(actor, field_id, whole, expected_version=version))

    return once(request, actor, run)


def remove_field(request: HttpRequest, actor: Actor, *, field_id: int) -> HttpResponse:
    """DELETE /schema/fields/{id}?despite=1: hide a field; its values stay. Refused while something uses it, unless despite that."""
    fields.remove_field(actor, _row(actor, field_id).pk, despite=request.GET.get("despite") == "1")
    return HttpResponse(status=204)


def restore_field(request: HttpRequest, actor: Actor, *, field_id: int) -> HttpResponse:
    """POST /schema/fields/{id}/restore: put a removed field back, with its values."""
    fields.restore_field(actor, _row(actor, field_id).pk)
    return _one(_row(actor, field_id))


def purge_field(request: HttpRequest, actor: Actor, *, field_id: int) -> HttpResponse:
    """POST /schema/fields/{id}/purge: delete a removed field for good, with all its values."""
    fields.purge_field(actor, _row(actor, field_id).pk)
    return HttpResponse(status=204)


def read_layout(request: HttpRequest, actor: Actor, *, object: str) -> HttpResponse:
    """GET /schema/objects/{object}/layout?role=&stage=: how card and form are arranged, for everybody or for some; version 0: as it came."""
    require_administrator(actor)
    shape = _arranged(object)
    return _layout(layouts.layout_of(shape, _whose(request)))


def arrange(request: HttpRequest, actor: Actor, *, object: str) -> HttpResponse:
    """PUT /schema/objects/{object}/layout?role=&stage= {"sections": [{"key", "label", "fields"}], "hidden": [field]} with If-Match."""
    key, body, whose, version = (
        _arranged(object),
        bodies.body_of(request),
        _whose(request),
        bodies.required_version(request),
    )
    sections, hidden = body.get("sections"), body.get("hidden", [])
    fit = set(body) <= {"sections", "hidden"} and isinstance(sections, list) and isinstance(hidden, list)
    if (
        not fit
        or not all(isinstance(s, dict) for s in sections or [])
        or not all(isinstance(k, str) for k in hidden)
    ):
        raise BadRequest(
            _("Send «sections», a list of objects with «key», «label», «fields», and «hidden», a list of fields."), code="layout"
        )  # fmt: skip

    def run() -> HttpResponse:
        return _layout(
            layouts.arrange(actor, key, sections or [], hidden, expected_version=version, whose=whose)
        )

    return once(request, actor, run)


def forget_layout(request: HttpRequest, actor: Actor, *, object: str) -> HttpResponse:
    """DELETE /schema/objects/{object}/layout?role=&stage=: back to the arrangement that the object brings, or that for everybody."""
    layouts.forget(actor, _arranged(object), _whose(request))
    return HttpResponse(status=204)


def _arranged(object_key: str) -> str:
    """The key of an object that has a card of its own. Raises NotFound."""
    shape = shape_of(object_key)
    if members_of(shape):
        raise NotFound
    return shape.key


def _whose(request: HttpRequest) -> Whose:
    return Whose(request.GET.get("role", "")[:60], request.GET.get("stage", "")[:63])


def _checked(body: dict[str, Any]) -> dict[str, Any]:
    """A body whose nested values have the form that the service reads. Raises BadRequest."""
    options = body.get("options", [])
    if not isinstance(body.get("params", {}), dict) or not isinstance(options, list):
        raise BadRequest(_("«params» is an object and «options» a list of objects."), code="field")
    if not all(isinstance(option, dict) for option in options):
        raise BadRequest(_("«params» is an object and «options» a list of objects."), code="field")
    if not isinstance(body.get("key", ""), str):
        raise BadRequest(_("A key is a text."), code="field")
    return body


def _row(actor: Actor, field_id: int) -> AddedField:
    require_administrator(actor)
    row = AddedField.objects.filter(pk=field_id).first()
    if row is None:
        raise NotFound
    return row


def _one(row: AddedField, *, status: int = 200) -> HttpResponse:
    options = AddedOption.objects.filter(field=row).order_by("position", "pk")
    response = answer(_field(row, options), status=status, version=row.version)
    if status == 201:
        response["Location"] = f"/api/v1/schema/fields/{row.pk}"
    return response


def _field(row: AddedField, options: Any) -> dict[str, Any]:
    return {
        "id": row.pk, "object": row.object, "key": row.key, "type": row.type, "state": row.state, "layer": row.layer,
        "position": row.position, "version": row.version, **{name: getattr(row, name) for name in WANTED if name != "options"},
        "params": params_of(row), "options": [{"code": o.code, "label": o.label, "hue": o.hue, "active": o.active} for o in options],
    }  # fmt: skip


def _layout(found: Layout) -> HttpResponse:
    shown: Mapping[str, Any] = {
        "object": found.object, "role": found.role, "stage": found.stage, "sections": found.sections, "hidden": found.hidden,
        "version": found.version,
    }  # fmt: skip
    return answer(shown, version=found.version)


FIELD = {
    "type": "object",
    "required": ["id", "object", "key", "type", "version"],
    "properties": {
        "id": INTEGER, "object": {"type": "string"}, "key": {"type": "string"}, "type": {"type": "string"},
        "state": {"type": "string", "enum": ["active", "removed"]}, "layer": {"type": "string"},
        "position": {"type": "integer"}, "version": {"type": "integer"}, **WANTED,
    },
}  # fmt: skip
SECTIONS = {
    "type": "array",
    "items": closed_body({
        "key": {"type": "string"}, "label": {"anyOf": [TEXTS, {"type": "null"}]},
        "fields": {"type": "array", "items": {"type": "string"}},
    }),
}  # fmt: skip
ARRANGED = {"sections": SECTIONS, "hidden": {"type": "array", "items": {"type": "string"}}}


def description(
    objects: list[str], responses: Callable[..., Any], once_header: Any, version_header: Any
) -> dict[str, Any]:
    """The paths of this room for the OpenAPI document."""
    which = path_object(objects)
    number = path_number("field_id")
    some = [{"name": name, "in": "query", "schema": {"type": "string"}} for name in ("role", "stage")]
    despite = {"name": "despite", "in": "query", "schema": {"type": "string", "enum": ["1"]}}
    every = {"type": "object", "properties": {"items": {"type": "array", "items": FIELD}}}
    gone = without_body(responses, "done")
    key = {"type": {"type": "string"}, "key": {"type": "string"}}
    layout = {"type": "object", "properties": {**ARRANGED, "version": {"type": "integer"}}}
    return {
        "/schema/objects/{object}/fields": {
            "get": act("schema", "list_fields", responses(every), [which]),
            "post": act(
                "schema", "add_field", responses(FIELD, "201"), [which, once_header], closed_body({**key, **WANTED}, ["type", "label"])
            ),
        },
        "/schema/fields/{field_id}": {
            "get": act("schema", "read_field", responses(FIELD), [number]),
            "patch": act("schema", "change_field", responses(FIELD), [number, version_header, once_header], closed_body(WANTED)),
            "delete": act("schema", "remove_field", gone, [number, despite]),
        },
        "/schema/fields/{field_id}/restore": {"post": act("schema", "restore_field", responses(FIELD), [number])},
        "/schema/fields/{field_id}/purge": {"post": act("schema", "purge_field", gone, [number])},
        "/schema/objects/{object}/layout": {
            "get": act("schema", "read_layout", responses(layout), [which, *some]),
            "put": act(
                "schema", "arrange", responses(layout), [which, *some, version_header, once_header], closed_body(ARRANGED, ["sections"])
            ),
            "delete": act("schema", "forget_layout", gone, [which, *some]),
        },
    }  # fmt: skip
