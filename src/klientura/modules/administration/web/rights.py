"""The matrix of rights of a role, and the rights on the fields of an object."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext
from django.views.decorators.http import require_GET, require_http_methods

from klientura.kernel.access.models import FieldGrant, Role
from klientura.kernel.access.users import BUILT_IN_ROLES
from klientura.kernel.errors import NotFound
from klientura.kernel.objects.shape import Shape
from klientura.kernel.web.doors import Door, open_to
from klientura.modules.administration.services import rights as services
from klientura.modules.administration.services.rights import ROLES, Right, changeable_role, rightful_shapes
from klientura.modules.administration.web.frame import settings_page


def _verbs() -> dict[str, str]:
    return {
        "read": pgettext("right", "See"),
        "create": pgettext("right", "Create"),
        "edit": pgettext("right", "Change"),
        "delete": pgettext("right", "Delete"),
        "export": pgettext("right", "Export"),
        "import": pgettext("right", "Import"),
    }


def _tabs(active: str, object_key: str = "") -> list[dict[str, Any]]:
    tail = f"/{object_key}" if object_key else ""
    return [
        {"label": str(BUILT_IN_ROLES[key]), "url": f"/settings/rights/{key}{tail}", "active": key == active}
        for key in ROLES
    ]


@open_to(Door.ADMIN)
@require_GET
def rights(request: HttpRequest) -> HttpResponse:
    """GET /settings/rights: to the first role."""
    return HttpResponseRedirect(f"/settings/rights/{ROLES[0]}")


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def role(request: HttpRequest, role_key: str) -> HttpResponse:
    """GET /settings/rights/{role}: role × object × action. POST: save what was chosen."""
    found = changeable_role(role_key)
    if request.method == "POST":
        moved = services.save_matrix(found, request.POST)
        return HttpResponseRedirect(f"/settings/rights/{role_key}?saved={moved}")
    table = services.matrix(found)
    closed: dict[str, int] = {}
    for key in FieldGrant.objects.filter(role=found).values_list("object", flat=True):
        closed[key] = closed.get(key, 0) + 1
    rows = [
        {
            "label": str(shape.plural),
            "fields_url": f"/settings/rights/{role_key}/{shape.key}",
            "fields": ngettext("%(count)s closed", "%(count)s closed", closed[shape.key])
            % {"count": closed[shape.key]}
            if shape.key in closed
            else pgettext("fields", "all open"),
            "fields_of": _("Fields: {name}").format(name=shape.plural),
            "cells": [_cell(shape, right) for right in table[shape.key]],
        }
        for shape in rightful_shapes()
    ]
    return settings_page(
        request, "rights", "rights", role=found, tabs=_tabs(role_key), verbs=list(_verbs().values()), rows=rows,
        saved=_saved(request), legend=services.legend(),
    )  # fmt: skip


def _cell(shape: Shape, right: Right) -> dict[str, Any]:
    """A right as a select; a cell that differs from the role's default is marked and says the default."""
    verb = _verbs()[right.verb]
    scopes = dict(services.scopes_of(shape))
    other = right.scope != right.default
    return {
        "verb": verb,
        "other": other,
        "default": _("default: %(scope)s") % {"scope": scopes[right.default]} if other else "",
        "control": {
            "type": "select", "name": f"{right.object}.{right.verb}", "id": f"f-{right.object}-{right.verb}", "required": True,
            "options": [{"value": v, "label": label} for v, label in scopes.items()], "value": right.scope,
            "aria_label": f"{shape.plural}: {verb}",
        },
    }  # fmt: skip


def _saved(request: HttpRequest) -> bool:
    return request.GET.get("saved", "").isdigit()


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def fields(request: HttpRequest, role_key: str, object: str) -> HttpResponse:
    """GET /settings/rights/{role}/{object}: hidden, read only or may change, by field. POST: save it."""
    found = changeable_role(role_key)
    shape = next((s for s in rightful_shapes() if s.key == object), None)
    if shape is None:
        raise NotFound
    if request.method == "POST":
        moved = services.save_fields(found, shape, request.POST)
        return HttpResponseRedirect(f"/settings/rights/{role_key}/{object}?saved={moved}")
    return settings_page(
        request, "rights", "field_rights", role=found, shape=shape, tabs=_tabs(role_key, object),
        controls=_field_controls(found, shape), saved=_saved(request),
    )  # fmt: skip


def _field_controls(found: Role, shape: Shape) -> list[dict[str, Any]]:
    labels = {k: str(f.label) for k, f in shape.fields.items()} | {
        k: str(p.label) for k, p in shape.parts.items()
    }

    def hint(key: str) -> str:
        others = ", ".join(
            labels[k][:1].lower() + labels[k][1:] for k in services.closed_together(shape, key)
        )
        return _("Closed together with: {fields}.").format(fields=others) if others else ""

    return [
        {
            "type": "select", "name": key, "label": labels[key][:1].upper() + labels[key][1:], "required": True, "value": level,
            "options": [{"value": v, "label": label} for v, label in services.levels_of(shape, key)], "hint": hint(key),
            "attrs": {"data-together": "-".join(sorted(together))} if (together := [key, *services.closed_together(shape, key)])[1:] else {},
        }
        for key, level in services.field_levels(found, shape).items()
    ]  # fmt: skip
