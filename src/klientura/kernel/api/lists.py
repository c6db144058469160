"""Options of declared fields and dictionaries of tags, for programs of administrators."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import members_of
from klientura.kernel.api import bodies
from klientura.kernel.api.arranging import TEXTS
from klientura.kernel.api.describing import INTEGER, act, closed_body, path_object, without_body
from klientura.kernel.api.idempotency import once
from klientura.kernel.api.views import answer
from klientura.kernel.errors import BadRequest, KernelError, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.schema import options, tagging
from klientura.kernel.schema.fields import require_administrator
from klientura.kernel.schema.wishes import LANGUAGES
from klientura.kernel.tags import keeping
from klientura.kernel.tags.models import KnownTag


class MarkRequired(KernelError):
    """A list of options came without the mark of the list that it was made of."""

    status = 428
    code = "mark_required"
    default_message = _("Send the «mark» of the options you saw, so that nobody's change is lost.")


def read_options(request: HttpRequest, actor: Actor, *, object: str, field: str) -> HttpResponse:
    """GET /schema/objects/{object}/options/{field}: the options of a declared field, and the mark to change them with."""
    require_administrator(actor)
    return _options(object, field)


def change_options(request: HttpRequest, actor: Actor, *, object: str, field: str) -> HttpResponse:
    """PUT /schema/objects/{object}/options/{field} {"options": [{"code", "label", "hue", "active", "fits"}], "mark"}: the whole list."""
    require_administrator(actor)
    body = bodies.body_of(request)
    if set(body) - {"options", "mark"} or not isinstance(body.get("mark", ""), str):
        raise BadRequest(
            _("Send «options», the whole list, and the «mark» of those you saw."), code="options"
        )
    if not body.get("mark"):
        raise MarkRequired

    def run() -> HttpResponse:
        options.change_options(actor, object, field, body.get("options"), mark=body["mark"])
        return _options(object, field)

    return once(request, actor, run)


def reset_options(request: HttpRequest, actor: Actor, *, object: str, field: str) -> HttpResponse:
    """DELETE /schema/objects/{object}/options/{field}: the product's options as they came; the company's own stay."""
    options.as_at_first(actor, object, field)
    return HttpResponse(status=204)


def _options(object_key: str, field_key: str) -> HttpResponse:
    shape, field = options.choice_field(object_key, field_key)
    items = [
        {
            "code": line["code"], "label": {language: line[language] for language in LANGUAGES}, "hue": line["hue"],
            "active": line["active"], "fits": line["fits"], "kept": line["kept"],
        }
        for line in options.lines(shape, field)
    ]  # fmt: skip
    return answer({"items": items, "open": field.open_options, "mark": options.mark_of(shape, field)})


def add_tag(request: HttpRequest, actor: Actor, *, object: str, field: str) -> HttpResponse:
    """POST /schema/objects/{object}/tags/{field} {"label"}: add a tag that no record has yet; answers 201."""
    _shape, found = _tagged(actor, object, field)
    label = _only(bodies.body_of(request), "label").get("label")
    return once(request, actor, lambda: _tag(keeping.add(actor, found.params.dictionary, label), status=201))


def change_tag(request: HttpRequest, actor: Actor, *, object: str, field: str, code: str) -> HttpResponse:
    """PATCH /schema/objects/{object}/tags/{field}/{code} {"label", "hue", "active"} with If-Match: one row changes, and no record."""
    _shape, found = _tagged(actor, object, field)
    body = _only(bodies.body_of(request), "label", "hue", "active")
    if not isinstance(body.get("active", True), bool):
        raise BadRequest(_("Yes or no is expected here."), code="active")
    name, version = found.params.dictionary, bodies.required_version(request)

    def run() -> HttpResponse:
        keeping.change(actor, name, code, body, expected_version=version)
        return _tag(keeping.one(name, code))

    return once(request, actor, run)


def merge_tag(request: HttpRequest, actor: Actor, *, object: str, field: str, code: str) -> HttpResponse:
    """POST /schema/objects/{object}/tags/{field}/{code}/merge {"into": code}: let a tag go into another; answers that one."""
    shape, found = _tagged(actor, object, field)
    into = _only(bodies.body_of(request), "into").get("into")
    if not isinstance(into, str):
        raise BadRequest(_("Choose the tag it is to go into."), code="into")

    def run() -> HttpResponse:
        tagging.merge(actor, shape, found, code, into)
        return _tag(keeping.one(found.params.dictionary, into))

    return once(request, actor, run)


def part_tag(request: HttpRequest, actor: Actor, *, object: str, field: str, code: str) -> HttpResponse:
    """POST /schema/objects/{object}/tags/{field}/{code}/part: make a merged tag one of its own again."""
    shape, found = _tagged(actor, object, field)

    def run() -> HttpResponse:
        tagging.part(actor, shape, found, code)
        return _tag(keeping.one(found.params.dictionary, code))

    return once(request, actor, run)


def _tagged(actor: Actor, object_key: str, field_key: str) -> tuple[Shape, FieldShape]:
    """A field of tags. Raises Denied, NotFound."""
    require_administrator(actor)
    shape = shape_of(object_key)
    field = shape.fields.get(field_key)
    if field is None or not field.params.dictionary or members_of(shape):
        raise NotFound
    return shape, field


def _only(body: dict[str, Any], *names: str) -> dict[str, Any]:
    if unknown := set(body) - set(names):
        raise BadRequest(_("A tag has no «%(key)s».") % {"key": min(unknown)[:60]}, code="tag")
    return body


def _tag(row: KnownTag, *, status: int = 200) -> HttpResponse:
    into = row.merged_into.code if row.merged_into else None
    shown = {"code": row.code, "label": row.label, "hue": row.hue, "active": row.active, "merged_into": into}
    return answer({**shown, "version": row.version}, status=status, version=row.version)


TEXT = {"type": "string"}
BOOLEAN = {"type": "boolean"}
TAG = {
    "type": "object",
    "properties": {
        "code": TEXT, "label": TEXT, "hue": TEXT, "active": BOOLEAN, "merged_into": {"type": ["string", "null"]},
        "version": INTEGER,
    },
}  # fmt: skip
OPTION = {
    "code": TEXT, "label": TEXTS, "hue": TEXT, "active": BOOLEAN,
    "fits": {"type": "array", "items": TEXT, "description": "values of the field by which these are offered; empty: all"},
}  # fmt: skip


def description(
    objects: list[str], responses: Callable[..., Any], once_header: Any, version_header: Any
) -> dict[str, Any]:
    """The paths of this room for the OpenAPI document."""
    which = [
        path_object(objects),
        {"name": "field", "in": "path", "required": True, "schema": TEXT},
    ]
    one = [*which, {"name": "code", "in": "path", "required": True, "schema": TEXT}]
    shown = {"type": "object", "properties": {**OPTION, "kept": TEXT}}
    listed = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": shown}, "open": BOOLEAN, "mark": TEXT},
    }
    gone = without_body(responses, "done")
    wanted = closed_body(
        {"options": {"type": "array", "items": {"type": "object", "properties": OPTION}}, "mark": TEXT},
        ["options", "mark"],
    )
    changed = {"label": TEXT, "hue": TEXT, "active": BOOLEAN}
    own, of_one = "/schema/objects/{object}/tags/{field}", "/schema/objects/{object}/tags/{field}/{code}"
    return {
        "/schema/objects/{object}/options/{field}": {
            "get": act("schema", "read_options", responses(listed), which),
            "put": act("schema", "change_options", responses(listed), [*which, once_header], wanted),
            "delete": act("schema", "reset_options", gone, which),
        },
        own: {"post": act("schema", "add_tag", responses(TAG, "201"), [*which, once_header], closed_body({"label": TEXT}, ["label"]))},
        of_one: {
            "patch": act(
                "schema", "change_tag", responses(TAG), [*one, version_header, once_header], closed_body(changed)
            ),
        },
        f"{of_one}/merge": {"post": act("schema", "merge_tag", responses(TAG), [*one, once_header], closed_body({"into": TEXT}, ["into"]))},
        f"{of_one}/part": {"post": act("schema", "part_tag", responses(TAG), [*one, once_header])},
    }  # fmt: skip
