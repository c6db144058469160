"""The tags of a field: what there are, what each is called, its colour, which are one and the same."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from klientura.kernel.access.gate import members_of
from klientura.kernel.errors import BadRequest, FieldError, Invalid, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.schema import tagging
from klientura.kernel.tags import keeping
from klientura.kernel.tags.models import KnownTag
from klientura.kernel.views.links import list_url
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.modules.administration.web.field_forms import HUE_LABELS
from klientura.modules.administration.web.frame import filled, led_to, settings_page


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def tags(request: HttpRequest, object: str, key: str) -> HttpResponse:
    """GET /settings/objects/{object}/tags/{field}?q=&after=: a page of its tags. POST: add one."""
    shape, field = _field(object, key)
    errors: tuple[FieldError, ...] = ()
    if request.method == "POST":
        try:
            keeping.add(of(request).actor, field.params.dictionary, request.POST.get("label", ""))
        except Invalid as refused:
            errors = refused.errors
        else:
            return led_to(_address(shape, field), "added")
    q, after = request.GET.get("q", "")[:100], request.GET.get("after", "")[:200]
    rows, following = keeping.page(field.params.dictionary, typed=q, after=after)
    more = f"{_address(shape, field)}?{urlencode({'q': q, 'after': following})}" if following else ""
    new = {"type": "text", "name": "label", "label": _("New tag"), "maxlength": 60}
    return settings_page(
        request, "objects", "tags", status=422 if errors else 200, shape=shape, field=field, q=q, more=more,
        tags=[_shown(shape, field, row) for row in rows], new=filled([new], request.POST, errors)[0],
        first=not after, address=_address(shape, field),
    )  # fmt: skip


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def tag(request: HttpRequest, object: str, key: str, code: str) -> HttpResponse:
    """GET …/tags/{field}/{code}: the form of a tag. POST: change it."""
    shape, field = _field(object, key)
    row = keeping.one(field.params.dictionary, code)
    values: Any = {"label": row.label, "hue": row.hue, "active": row.active}
    errors: tuple[FieldError, ...] = ()
    if request.method == "POST":
        values = {**request.POST.dict(), "active": "active" in request.POST}
        try:
            keeping.change(
                of(request).actor,
                field.params.dictionary,
                code,
                {"label": values.get("label", ""), "hue": values.get("hue", ""), "active": values["active"]},
            )
        except Invalid as refused:
            errors = refused.errors
        else:
            return led_to(_address(shape, field), "saved")
    fields: list[dict[str, Any]] = [
        {"type": "text", "name": "label", "label": _("Tag"), "required": True, "maxlength": 60},
        {"type": "select", "name": "hue", "label": _("Colour"), "required": True,
         "options": [{"value": k, "label": str(v)} for k, v in HUE_LABELS.items()]},
        {"type": "switch", "name": "active", "label": _("Offered"),
         "hint": _("Records that have a tag which is no longer offered keep and show it.")},
    ]  # fmt: skip
    return settings_page(
        request, "objects", "tag", status=422 if errors else 200, shape=shape, field=field, tag=row,
        fields=filled(fields, values, errors), address=_address(shape, field), shown=_shown(shape, field, row),
        into={"type": "ref", "name": "into", "label": _("Another tag"), "url": f"/search/values/{shape.key}/{field.key}"},
    )  # fmt: skip


@open_to(Door.ADMIN)
@require_POST
def merge(request: HttpRequest, object: str, key: str, code: str) -> HttpResponse:
    """POST …/tags/{field}/{code}/merge: let the tag go into another one."""
    shape, field = _field(object, key)
    into = request.POST.get("into", "")
    if not into:
        raise BadRequest(_("Choose the tag it is to go into."), code="into")
    tagging.merge(of(request).actor, shape, field, code, into)
    return led_to(f"{_address(shape, field)}/{into}", "saved")


@open_to(Door.ADMIN)
@require_POST
def part(request: HttpRequest, object: str, key: str, code: str) -> HttpResponse:
    """POST …/tags/{field}/{code}/part: make a merged tag one of its own again."""
    shape, field = _field(object, key)
    tagging.part(of(request).actor, shape, field, code)
    return led_to(f"{_address(shape, field)}/{code}", "saved")


def _field(object_key: str, key: str) -> tuple[Shape, FieldShape]:
    shape = shape_of(object_key)
    field = shape.fields.get(key)
    if field is None or not field.params.dictionary or members_of(shape):
        raise NotFound
    return shape, field


def _address(shape: Shape, field: FieldShape) -> str:
    return f"/settings/objects/{shape.key}/tags/{field.key}"


def _shown(shape: Shape, field: FieldShape, row: KnownTag) -> dict[str, Any]:
    """A tag as a line of the list, with the address of the records that have it."""
    held = {"field": field.key, "op": "any", "value": [row.code]}
    return {
        "label": row.label, "hue": row.hue, "active": row.active, "code": row.code, "url": f"{_address(shape, field)}/{row.code}",
        "into": row.merged_into.label if row.merged_into else "", "records": list_url(shape.key, held),
    }  # fmt: skip
