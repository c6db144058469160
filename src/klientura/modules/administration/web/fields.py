"""The fields of a kind of record: declared ones shown, added ones made, changed, ordered, removed and put back."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.access.gate import members_of
from klientura.kernel.errors import FieldError, Invalid, NotFound, Stale
from klientura.kernel.objects.models import AddedField, AddedObject
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.schema import fields as services
from klientura.kernel.schema import rollups
from klientura.kernel.schema.fields import InUse
from klientura.kernel.schema.rollups import ROLLUP
from klientura.kernel.schema.wishes import LISTS
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.modules.administration.web import field_forms as forms
from klientura.modules.administration.web import rollup_forms
from klientura.modules.administration.web.frame import (
    led_back,
    led_to,
    restore_url,
    seen_version,
    settings_page,
)


@open_to(Door.ADMIN)
@require_GET
def object_fields(request: HttpRequest, object: str) -> HttpResponse:
    """GET /settings/objects/{object}: all fields by the section they stand in; the removed ones last."""
    shape = _shape(object)
    rows = {row.key: row for row in AddedField.objects.filter(object=object).order_by("position", "pk")}
    own = AddedObject.objects.filter(key=object).first()
    sections = []
    placed: set[str] = set()
    for section in shape.spec.sections:
        keys = [k for k in section.fields if k in shape.fields]
        placed.update(keys)
        sections.append(
            {
                "label": str(section.label),
                "fields": [_shown(shape, shape.fields[k], rows.get(k)) for k in keys],
            }
        )
    others = [
        _shown(shape, f, rows.get(k)) for k, f in shape.fields.items() if k not in placed and not f.system
    ]
    if others:
        sections.append({"label": _("On no card"), "fields": others})
    removed = [
        {"id": r.pk, "label": _label(r), "type": _type_label(r.type)}
        for r in rows.values()
        if r.state == "removed"
    ]
    return settings_page(
        request, "objects", "object", shape=shape, own=own, groups=sections, removed=removed,
        done_undo=restore_url(request, f"/settings/objects/{object}/fields/{{id}}/restore"),
        added=sum(r.state == "active" for r in rows.values()),
    )  # fmt: skip


def _shape(key: str) -> Shape:
    shape = shape_of(key)
    if members_of(shape):
        raise NotFound
    return shape


def _label(row: AddedField) -> str:
    return row.label.get("ru") or row.label.get("en") or row.key


def _type_label(kind: str) -> str:
    return str(forms.TYPES[kind][0]) if kind in forms.TYPES else kind


def _shown(shape: Shape, field: FieldShape, row: AddedField | None) -> dict[str, Any]:
    marks = []
    kind = row.type if row else field.type.key
    if field.required:
        marks.append(_("has to be filled in"))
    if field.key in shape.spec.columns:
        marks.append(_("in the list"))
    if field.key in (shape.spec.search or shape.spec.title):
        marks.append(_("searched"))
    if field.shown_when or field.required_when or field.locked_when:
        marks.append(_("under conditions"))
    return {
        "id": row.pk if row else None, "key": field.key, "label": field.heading, "type": _type_label(kind),
        "icon": forms.TYPES[kind][2] if kind in forms.TYPES else "type", "marks": marks,
        "tags": bool(field.params.dictionary), "options": row is None and bool(field.params.choices) and not field.system,
    }  # fmt: skip


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def new_field(request: HttpRequest, object: str) -> HttpResponse:
    """GET …/fields/new: what the field is to hold; with ?type= its form. POST: add it."""
    shape, kind = _shape(object), request.GET.get("type", "")
    if kind not in forms.TYPES:
        return settings_page(request, "objects", "field_types", shape=shape, cards=forms.type_cards(object))
    if kind == ROLLUP and rollups.source_of(shape, request.GET.get("source", "")) is None:
        return settings_page(
            request, "objects", "field_types", shape=shape, cards=rollup_forms.source_cards(shape), question=_("Gathered from what?")
        )  # fmt: skip
    if request.method == "GET":
        return _form(request, shape, kind, None)
    try:
        services.add_field(of(request).actor, object, _sent(request, kind, None))
    except Invalid as refused:
        return _form(request, shape, kind, None, errors=refused.errors)
    return led_to(f"/settings/objects/{object}", "gathering" if kind == ROLLUP else "added")


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def field(request: HttpRequest, object: str, field_id: int) -> HttpResponse:
    """GET …/fields/{id}: its form. POST: change it."""
    shape, row = _shape(object), _row(object, field_id)
    if row.state != "active":
        raise NotFound
    if request.method == "GET":
        return _form(request, shape, row.type, row)
    seen = seen_version(request)
    try:
        services.change_field(
            of(request).actor, field_id, _sent(request, row.type, row), expected_version=seen
        )
    except Invalid as refused:
        return _form(request, shape, row.type, row, errors=refused.errors)
    except Stale as stale:
        row.refresh_from_db()
        return _form(
            request, shape, row.type, row, errors=(FieldError("", stale.code, stale.message),), stale=True
        )
    return led_to(f"/settings/objects/{object}", "saved")


def _sent(request: HttpRequest, kind: str, row: AddedField | None) -> dict[str, Any]:
    """What was sent, as `kernel.schema` takes it."""
    raw = forms.raw_from(request.POST, kind, creating=row is None)
    if kind == ROLLUP:
        raw["params"] = rollup_forms.params_from(
            of(request).actor, request.POST, request.GET.get("source", ""), row
        )
    return raw


def _row(object_key: str, field_id: int) -> AddedField:
    row = AddedField.objects.filter(pk=field_id, object=object_key).first()
    if row is None:
        raise NotFound
    return row


def _form(
    request: HttpRequest, shape: Shape, kind: str, row: AddedField | None, *,
    errors: tuple[FieldError, ...] = (), stale: bool = False,
) -> HttpResponse:  # fmt: skip
    sent = request.method == "POST"
    values: Any = {**request.POST.dict(), **_ticks(request)} if sent else forms.values_of(row)
    wrong = forms.errors_by_control(errors)
    gathering: list[dict[str, Any]] = []
    source = _source(request, shape, row) if kind == ROLLUP else None
    if source is not None:
        gathering = rollup_forms.controls(of(request).actor, source.shape, row)
    groups = [
        (title, [{**f, "error": wrong.get(f["name"], "")} for f in fields])
        for title, fields in forms.groups(shape, kind, values, row, gathering)
    ]
    lines = _lines(request, row) if kind in LISTS else None
    return settings_page(
        request, "objects", "field", status=(409 if stale else 422) if errors else 200, shape=shape, row=row,
        kind={"label": str(forms.TYPES[kind][0]), "note": str(forms.TYPES[kind][1]), "key": kind}, source=source,
        groups=groups, general=wrong.get("", ""), option_error=wrong.get("options", ""), lines=lines,
        lines_text=forms.as_text(lines) if lines and len(lines) > forms.AS_TEXT else None,
        hues=[{"value": k, "label": str(v)} for k, v in forms.HUE_LABELS.items()],
    )  # fmt: skip


def _source(request: HttpRequest, shape: Shape, row: AddedField | None) -> rollups.Source | None:
    key = f"{row.params['source']}.{row.params['link']}" if row else request.GET.get("source", "")
    return rollups.source_of(shape, key)


def _ticks(request: HttpRequest) -> dict[str, bool]:
    return {
        name: name in request.POST
        for name in ("required", "listed", "searched", "indexed", "for_all", "yearly", "open_tags", "many")
    }


def _lines(request: HttpRequest, row: AddedField | None) -> list[dict[str, Any]]:
    """The options as they were sent, or as they are stored."""
    sent = forms.options_from(request.POST) if request.method == "POST" else None
    if sent is None:
        return forms.option_lines(row)
    return [
        {"code": o["code"], "hue": o.get("hue", "gray"), "active": o.get("active", True), "ru": o["label"].get("ru", ""),
         "en": o["label"].get("en", "")}
        for o in sent
    ] or forms.option_lines(None)  # fmt: skip


@open_to(Door.ADMIN)
@require_POST
def move(request: HttpRequest, object: str, field_id: int, way: str) -> HttpResponse:
    """POST …/fields/{id}/up or …/down: change places with the neighbour."""
    _row(object, field_id)
    rows = list(AddedField.objects.filter(object=object, state="active").order_by("position", "pk"))
    ids = [r.pk for r in rows]
    if way not in {"up", "down"} or field_id not in ids:
        raise NotFound
    place = ids.index(field_id) + (-1 if way == "up" else 2)
    if 0 <= place <= len(ids):
        before = ids[place] if place < len(ids) else None
        services.move_field(of(request).actor, field_id, before=before)
    return HttpResponseRedirect(f"/settings/objects/{object}#field-{field_id}")


@open_to(Door.ADMIN)
@require_POST
def remove(request: HttpRequest, object: str, field_id: int) -> HttpResponse:
    """POST …/fields/{id}/remove: hide it; whoever would miss it is named first."""
    row = _row(object, field_id)
    try:
        services.remove_field(of(request).actor, field_id, despite="despite" in request.POST)
    except InUse as used:
        return settings_page(
            request, "objects", "field_in_use", status=409, shape=_shape(object), row=row, label=_label(row),
            uses=used.details["uses"],
        )  # fmt: skip
    return led_to(f"/settings/objects/{object}#removed", "removed", gone=field_id)


@open_to(Door.ADMIN)
@require_POST
def restore(request: HttpRequest, object: str, field_id: int) -> HttpResponse:
    """POST …/fields/{id}/restore: put a removed field back."""
    _row(object, field_id)
    services.restore_field(of(request).actor, field_id)
    return led_back(request, f"/settings/objects/{object}#field-{field_id}")


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def purge(request: HttpRequest, object: str, field_id: int) -> HttpResponse:
    """GET …/fields/{id}/purge: what would be lost. POST: delete a removed field with its values for good."""
    shape, row = _shape(object), _row(object, field_id)
    if row.state != "removed":
        raise NotFound
    if request.method == "POST":
        services.purge_field(of(request).actor, field_id)
        return led_to(f"/settings/objects/{object}", "deleted")
    return settings_page(
        request, "objects", "field_purge", shape=shape, row=row, label=_label(row),
        filled=services.filled_in(row),
    )  # fmt: skip
