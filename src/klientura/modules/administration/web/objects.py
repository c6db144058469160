"""Kinds of record: those the product brings, and those the company adds."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.access.gate import members_of
from klientura.kernel.errors import FieldError, Invalid, Stale
from klientura.kernel.objects.models import AddedField, AddedObject
from klientura.kernel.objects.registry import all_shapes, shape_of
from klientura.kernel.schema import objects as services
from klientura.kernel.schema.fields import InUse
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.modules.administration.web.field_forms import errors_by_control
from klientura.modules.administration.web.frame import (
    led_back,
    led_to,
    restore_url,
    seen_version,
    settings_page,
)

ICONS = (
    "box", "file-text", "folder", "receipt", "wallet", "building-2", "store", "house", "map-pin", "truck", "car",
    "wrench", "hammer", "heart-pulse", "graduation-cap", "plane", "calendar", "flag", "star", "layers", "database",
    "trophy", "tags", "key-round", "shield-check", "globe", "mail", "phone", "users", "contact",
)  # fmt: skip


@open_to(Door.ADMIN)
@require_GET
def objects(request: HttpRequest) -> HttpResponse:
    """GET /settings/objects: every kind of record with how much was added to it."""
    added: dict[str, int] = {}
    for key in AddedField.objects.filter(state="active").values_list("object", flat=True):
        added[key] = added.get(key, 0) + 1
    shown = [
        {
            "key": s.key, "label": str(s.plural), "icon": s.spec.icon, "own": s.spec.model is None,
            "fields": sum(not f.system for f in s.fields.values()), "added": added.get(s.key, 0),
        }
        for s in all_shapes().values()
        if not members_of(s)
    ]  # fmt: skip
    removed = [
        {"id": o.pk, "label": o.plural.get("ru") or o.plural.get("en")}
        for o in AddedObject.objects.filter(state="removed").order_by("pk")
    ]
    return settings_page(
        request, "objects", "objects", own=[s for s in shown if s["own"]],
        declared=[s for s in shown if not s["own"]], removed=removed, done_undo=restore_url(request, "/settings/objects/own/{id}/restore"),
    )  # fmt: skip


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def new_object(request: HttpRequest) -> HttpResponse:
    """GET /settings/objects/new: the form. POST: add it, and go on to its fields."""
    if request.method == "GET":
        return _form(request, None, {"icon": "box", "navigation": True})
    try:
        made = services.add_object(of(request).actor, _raw(request, creating=True))
    except Invalid as refused:
        return _form(request, None, _sent(request), refused.errors)
    return led_to(f"/settings/objects/{made.key}", "added")


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def own_object(request: HttpRequest, object_id: int) -> HttpResponse:
    """GET /settings/objects/own/{id}: how a kind of record of the company's own is called and shown. POST: change it."""
    row = services.row(object_id)
    if request.method == "GET":
        return _form(request, row, _stored(row))
    seen = seen_version(request)
    raw = _raw(request, creating=False)
    try:
        services.change_object(of(request).actor, object_id, raw, expected_version=seen)
    except Invalid as refused:
        return _form(request, row, _sent(request), refused.errors)
    except Stale as stale:
        row.refresh_from_db()
        return _form(request, row, _sent(request), (FieldError("", stale.code, stale.message),), stale=True)
    return led_to(f"/settings/objects/{row.key}", "saved")


def _raw(request: HttpRequest, *, creating: bool) -> dict[str, Any]:
    form = request.POST
    raw: dict[str, Any] = {
        name: {"ru": form.get(f"{name}_ru", ""), "en": form.get(f"{name}_en", "")}
        for name in ("label", "plural", "new_label")
    }
    raw |= {
        "icon": form.get("icon", "box"),
        "navigation": "navigation" in form,
        "board": form.get("board", ""),
    }
    raw["parent"] = form.get("parent", "")
    if creating:
        raw["key"] = form.get("key", "")
        raw["name_label"] = {"ru": form.get("name_label_ru", ""), "en": form.get("name_label_en", "")}
    return raw


def _sent(request: HttpRequest) -> dict[str, Any]:
    return {**request.POST.dict(), "navigation": "navigation" in request.POST}


def _stored(row: AddedObject) -> dict[str, Any]:
    texts = {
        f"{name}_{language}": getattr(row, name).get(language, "")
        for name in ("label", "plural", "new_label")
        for language in ("ru", "en")
    }
    return {
        **texts, "icon": row.icon, "navigation": row.navigation, "board": row.board, "parent": row.parent,
    }  # fmt: skip


def _form(
    request: HttpRequest, row: AddedObject | None, values: dict[str, Any],
    errors: tuple[FieldError, ...] = (), *, stale: bool = False,
) -> HttpResponse:  # fmt: skip
    wrong = errors_by_control(errors)
    groups = [
        (
            title,
            [{**f, "value": values.get(f["name"], ""), "error": wrong.get(f["name"], "")} for f in fields],
        )
        for title, fields in _groups(row)
    ]
    return settings_page(
        request, "objects", "own_object", status=(409 if stale else 422) if errors else 200, row=row, groups=groups,
        general=wrong.get("", ""), icons=ICONS, icon_chosen=values.get("icon") or "box",
    )  # fmt: skip


def _groups(row: AddedObject | None) -> list[tuple[str, list[dict[str, Any]]]]:
    names: list[dict[str, Any]] = [
        {"type": "text", "name": "label_ru", "label": _("One, in Russian"), "placeholder": "Договор", "required": True, "autofocus": row is None},
        {"type": "text", "name": "label_en", "label": _("One, in English"), "placeholder": "Contract", "optional": True},
        {"type": "text", "name": "plural_ru", "label": _("Many, in Russian"), "placeholder": "Договоры", "required": True},
        {"type": "text", "name": "plural_en", "label": _("Many, in English"), "placeholder": "Contracts", "optional": True},
        {"type": "text", "name": "new_label_ru", "label": _("A new one, in Russian"), "placeholder": "Новый договор", "optional": True},
        {"type": "text", "name": "new_label_en", "label": _("A new one, in English"), "placeholder": "New contract", "optional": True},
    ]  # fmt: skip
    shown: list[dict[str, Any]] = [
        {"type": "switch", "name": "navigation", "label": _("Stands in the navigation"), "wide": True}
    ]
    if row is None:
        more: list[dict[str, Any]] = [
            {"type": "text", "name": "name_label_ru", "label": _("Called in Russian"), "placeholder": "Название", "optional": True},
            {"type": "text", "name": "name_label_en", "label": _("Called in English"), "placeholder": "Name", "optional": True},
            {"type": "text", "name": "key", "label": _("Key for programs and addresses"), "optional": True, "maxlength": 42, "placeholder": "x_…",
             "hint": _("Latin letters; made of the name when left empty. It cannot be changed later.")},
        ]  # fmt: skip
        return [(_("How it is called"), names), (_("Its first field"), more), (_("Where it stands"), shown)]
    shape = all_shapes().get(row.key)
    fields = shape.fields.values() if shape else ()
    shown += [
        {"type": "select", "name": "board", "label": _("Board by"), "empty": _("no board"),
         "options": [{"value": f.key, "label": f.heading} for f in fields if f.type.key == "option"],
         "hint": _("Each option of this field becomes a column.")},
        {"type": "select", "name": "parent", "label": _("Seen by whoever sees"), "empty": _("nothing else"),
         "options": [{"value": f.key, "label": f.heading} for f in fields if f.type.key == "reference" and not f.system],
         "hint": _("For roles whose right to see is «as the record above»: the record this field points at.")},
    ]  # fmt: skip
    return [(_("How it is called"), names), (_("Where it stands"), shown)]


@open_to(Door.ADMIN)
@require_POST
def remove_object(request: HttpRequest, object_id: int) -> HttpResponse:
    """POST /settings/objects/own/{id}/remove: hide it; whoever would miss it is named first."""
    row = services.row(object_id)
    try:
        services.remove_object(of(request).actor, object_id, despite="despite" in request.POST)
    except InUse as used:
        return settings_page(
            request, "objects", "object_in_use", status=409, row=row, shape=shape_of(row.key),
            uses=used.details["uses"],
        )  # fmt: skip
    return led_to("/settings/objects", "removed", gone=object_id)


@open_to(Door.ADMIN)
@require_POST
def restore_object(request: HttpRequest, object_id: int) -> HttpResponse:
    """POST /settings/objects/own/{id}/restore: put it back with its records."""
    services.restore_object(of(request).actor, object_id)
    return led_back(request, "/settings/objects")


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def purge_object(request: HttpRequest, object_id: int) -> HttpResponse:
    """GET /settings/objects/own/{id}/purge: what would be lost. POST: delete a removed kind of record for good."""
    row = services.row(object_id)
    if request.method == "POST":
        services.purge_object(of(request).actor, object_id)
        return led_to("/settings/objects", "deleted")
    return settings_page(
        request, "objects", "object_purge", row=row, label=row.plural.get("ru") or row.plural.get("en"),
        records=services.records_in(row),
    )  # fmt: skip
