"""Arranging the card and the form of a kind of record, by dragging or by the keyboard."""

from typing import Any
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, QueryDict
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from klientura.kernel.access.gate import members_of
from klientura.kernel.access.models import Role
from klientura.kernel.access.users import BUILT_IN_ROLES
from klientura.kernel.errors import FieldError, Invalid, NotFound, Stale
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.schema import layouts as services
from klientura.kernel.screens.arranged import stages_of
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.modules.administration.web.frame import led_to, seen_version, settings_page


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def layout(request: HttpRequest, object: str) -> HttpResponse:
    """GET /settings/objects/{object}/layout: sections with their fields, to be moved. POST: keep the arrangement.

    ?role=…&stage=… is the arrangement for a role, or for records at a stage.
    """
    shape, whose = shape_of(object), _whose(request)
    if members_of(shape):
        raise NotFound
    stored = services.layout_of(object, whose)
    if request.method == "GET":
        return _page(request, shape, whose, stored.sections, stored.hidden, stored.version)
    seen = seen_version(request)
    sections, hidden = _sent(request.POST, shape)
    try:
        services.arrange(of(request).actor, object, sections, hidden, expected_version=seen, whose=whose)
    except Invalid as refused:
        return _page(request, shape, whose, sections, hidden, seen, errors=refused.errors)
    except Stale as stale:
        error = FieldError("", stale.code, stale.message)
        return _page(request, shape, whose, sections, hidden, stored.version, errors=(error,), stale=True)
    back = f"/settings/objects/{object}"
    return led_to(back if whose == services.EVERYBODY else f"{back}/layout?{_query(whose)}", "saved")


def _whose(request: HttpRequest) -> services.Whose:
    """For whom the arrangement is, by the address."""
    role, stage = (request.GET.get(name, "")[:63] for name in ("role", "stage"))
    return services.Whose(
        "".join(c for c in role if c.isprintable()), "".join(c for c in stage if c.isprintable())
    )


def _query(whose: services.Whose) -> str:
    return urlencode({k: v for k, v in (("role", whose.role), ("stage", whose.stage)) if v})


def _audience(request: HttpRequest, shape: Shape, whose: services.Whose) -> dict[str, Any]:
    """For whom there are arrangements, and for whom another can be made."""
    actor = of(request).actor
    roles = [
        {"value": r.key, "label": str(BUILT_IN_ROLES.get(r.key, r.name))} for r in Role.objects.order_by("pk")
    ]
    stages = stages_of(actor, shape)
    names = {("role", r["value"]): r["label"] for r in roles} | {
        ("stage", s["value"]): s["label"] for s in stages
    }

    def label(one: services.Whose) -> str:
        parts = [
            names.get((kind, value), value)
            for kind, value in (("role", one.role), ("stage", one.stage))
            if value
        ]
        return ", ".join(parts) or _("Everybody")

    places = [services.EVERYBODY, *(services.Whose(y.role, y.stage) for y in services.particular(shape.key))]
    if whose not in places:
        places.append(whose)
    base = f"/settings/objects/{shape.key}/layout"
    tabs = [
        {"label": label(p), "url": f"{base}?{_query(p)}".rstrip("?"), "active": p == whose} for p in places
    ]
    return {
        "roles": roles, "stages": stages, "tabs": tabs, "query": _query(whose),
        "whose": "" if whose == services.EVERYBODY else label(whose),
        "role": names.get(("role", whose.role), whose.role), "stage": names.get(("stage", whose.stage), whose.stage),
    }  # fmt: skip


def _sent(form: QueryDict, shape: Shape) -> tuple[list[dict[str, Any]], list[str]]:
    """The arrangement in the order of the form: «s:KEY» opens a section, «f:KEY» is a field, «hidden» opens the rest."""
    own = {s.key: str(s.label) for s in shape.spec.sections}
    sections: list[dict[str, Any]] = []
    hidden: list[str] = []
    into: list[str] = hidden
    for item in form.getlist("item"):
        kind, _colon, key = item.partition(":")
        if kind == "s":
            label = {"ru": form.get(f"ru-{key}", ""), "en": form.get(f"en-{key}", "")}
            untouched = not label["en"] and label["ru"] == own.get(key)
            into = []
            sections.append({"key": key, "label": None if untouched else label, "fields": into})
        elif kind == "hidden":
            into = hidden
        else:
            into.append(key)
    return sections, hidden


def _page(
    request: HttpRequest, shape: Shape, whose: services.Whose, sections: list[dict[str, Any]], hidden: list[str], version: int, *,
    errors: tuple[FieldError, ...] = (), stale: bool = False,
) -> HttpResponse:  # fmt: skip
    own = {s.key: s for s in shape.spec.sections}
    placed = {k for s in sections for k in s["fields"]} | set(hidden)
    late = {key: [k for k in s.fields if k not in placed] for key, s in own.items()}
    shown = []
    for each in sections:
        key = each["key"]
        label = each["label"] or {"ru": str(own[key].label) if key in own else "", "en": ""}
        keys = [*each["fields"], *late.pop(key, [])]
        shown.append(
            {"key": key, "ru": label.get("ru", ""), "en": label.get("en", ""), "fields": _fields(shape, keys)}
        )
    shown += [
        {"key": key, "ru": str(own[key].label), "en": "", "fields": _fields(shape, keys)}
        for key, keys in late.items()
        if keys
    ]
    on_card = {f["key"] for s in shown for f in s["fields"]}
    rest = [k for k, f in shape.fields.items() if k not in on_card and (k in hidden or not f.system)]
    place = f"/settings/objects/{shape.key}"
    crumbs = [
        {"label": _("Settings"), "url": "/settings"},
        {"label": _("Kinds of record"), "url": "/settings/objects"},
        {"label": str(shape.plural), "url": place},
    ]
    audience = _audience(request, shape, whose)
    if audience["whose"]:
        crumbs.append({"label": _("Card and form"), "url": f"{place}/layout"})
    return settings_page(
        request, "objects", "layout", status=(409 if stale else 422) if errors else 200, shape=shape, shown=shown,
        rest=_fields(shape, rest), version=version, errors=[str(e.message) for e in errors], lang=get_language(),
        audience=audience, crumbs=crumbs,
    )  # fmt: skip


def _fields(shape: Shape, keys: list[str]) -> list[dict[str, str]]:
    return [{"key": k, "label": shape.fields[k].heading} for k in keys if k in shape.fields]


@open_to(Door.ADMIN)
@require_POST
def forget(request: HttpRequest, object: str) -> HttpResponse:
    """POST /settings/objects/{object}/layout/forget: back to the arrangement that the object brings, or that for everybody."""
    shape_of(object)
    services.forget(of(request).actor, object, _whose(request))
    return led_to(f"/settings/objects/{object}", "saved")
