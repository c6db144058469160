"""When a field is shown, has to be filled in, or can no longer be changed: three conditions, each made by the filter builder."""

import json
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET, require_http_methods

from klientura.kernel.access.gate import members_of
from klientura.kernel.errors import Invalid, NotFound, Stale, Text
from klientura.kernel.objects.models import FieldConditions
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.schema import conditions as services
from klientura.kernel.screens.builder import filter_fields_json
from klientura.kernel.screens.state import tree_of
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.modules.administration.web.frame import led_to, seen_version, settings_page

TITLES: Final[dict[str, Text]] = {
    "shown": gettext_lazy("When it is shown"),
    "required": gettext_lazy("When it has to be filled in"),
    "locked": gettext_lazy("When it can no longer be changed"),
}
WITHOUT: Final[dict[str, Text]] = {
    "shown": gettext_lazy("Always"),
    "required": gettext_lazy("Never"),
    "locked": gettext_lazy("Never"),
}


@open_to(Door.ADMIN)
@require_GET
def overview(request: HttpRequest, object: str, key: str) -> HttpResponse:
    """GET /settings/objects/{object}/when/{field}: the three conditions of a field, in words."""
    shape, field = _field(object, key)
    row = services.conditions_of(object, key)
    trees = {kind: getattr(row, kind) if row else None for kind in services.KINDS}
    whole = {"and": [t for t in trees.values() if t]}
    return settings_page(
        request, "objects", "conditions", shape=shape, field=field,
        kinds=[
            {"key": kind, "title": str(TITLES[kind]), "without": str(WITHOUT[kind]), "tree": _text(tree)}
            for kind, tree in trees.items()
            if kind == "shown" or field.writable
        ],
        fields_json=filter_fields_json(of(request).actor, shape, whole if whole["and"] else None),
    )  # fmt: skip


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def condition(request: HttpRequest, object: str, key: str, kind: str) -> HttpResponse:
    """GET …/{kind}[?filter=…]: one condition in the builder. POST: keep it; an empty one takes it away."""
    shape, field = _field(object, key)
    if kind not in services.KINDS:
        raise NotFound
    row = services.conditions_of(object, key)
    if request.method == "GET":
        return _page(request, shape, field, kind, row)
    seen = seen_version(request)
    tree = tree_of(request.POST.get("filter", "")) or None
    try:
        services.set_conditions(of(request).actor, object, key, {kind: tree}, expected_version=seen)
    except Invalid as refused:
        message = " ".join(str(e.message) for e in refused.errors)
        return _page(request, shape, field, kind, row, error=message, status=422)
    except Stale as stale:
        return _page(
            request,
            shape,
            field,
            kind,
            services.conditions_of(object, key),
            error=str(stale.message),
            status=409,
        )
    return led_to(f"/settings/objects/{object}/when/{key}", "saved")


def _page(
    request: HttpRequest, shape: Shape, field: FieldShape, kind: str, row: FieldConditions | None, *,
    error: str = "", status: int = 200,
) -> HttpResponse:  # fmt: skip
    kept = getattr(row, kind) if row else None
    sent = request.POST.get("filter") if request.method == "POST" else request.GET.get("filter")
    tree = kept if sent is None else tree_of(sent) or None
    return settings_page(
        request, "objects", "condition", status=status, shape=shape, field=field, kind=kind, title=str(TITLES[kind]),
        without=str(WITHOUT[kind]), tree=_text(tree), kept=_text(kept), changed=tree != kept,
        version=row.version if row else 0, error=error,
        fields_json=filter_fields_json(of(request).actor, shape, tree),
    )  # fmt: skip


def _field(object_key: str, key: str) -> tuple[Shape, FieldShape]:
    shape = shape_of(object_key)
    if members_of(shape) or key not in shape.fields:
        raise NotFound
    return shape, shape.fields[key]


def _text(tree: Any) -> str:
    return json.dumps(tree, ensure_ascii=False) if tree else ""
