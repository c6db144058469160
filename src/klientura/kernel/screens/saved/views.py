"""Acts on saved views: keep what a list shows, name and share it, pin it, delete it, and take that back."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from klientura.kernel.access.gate import readable, require
from klientura.kernel.access.models import Role
from klientura.kernel.access.users import BUILT_IN_ROLES
from klientura.kernel.errors import BadRequest, Denied, Invalid, Stale
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.context import show
from klientura.kernel.screens.state import read_state
from klientura.kernel.screens.view_bar import address
from klientura.kernel.views import habits, reading, saving
from klientura.kernel.views.contents import MAX_COLUMNS
from klientura.kernel.views.looks import read_pin, read_widths
from klientura.kernel.views.models import View
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def new(request: HttpRequest, object: str) -> HttpResponse:
    """GET, POST /{object}/views/new?…: keep what the list of this address shows as a new view."""
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "read")
    state = read_state(request, asked.actor, shape)
    if state.broken:
        raise BadRequest(state.broken, code="view")
    given = {"name": "", "visibility": "private", "pin": True, "roles": []}
    if request.method == "GET":
        return _dialog(asked, shape, given)
    given = _given(request)
    try:
        made = saving.create(
            asked.actor, shape, name=given["name"], kind=state.view, state=state.contents(),
            visibility=given["visibility"], default_roles=given["roles"],
        )  # fmt: skip
    except Invalid as refused:
        return _dialog(asked, shape, given, refused)
    if given["pin"]:
        saving.pin(asked.actor, made.pk)
    return _go(f"{address(made)}&view_kept=1")


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def settings(request: HttpRequest, view_id: int) -> HttpResponse:
    """GET, POST /views/{id}/settings: the name of a view, and who sees it."""
    asked = of(request)
    view = reading.one(asked.actor, view_id)
    if not reading.may_change(asked.actor, view):
        raise Denied
    shape = shape_of(view.object)
    if request.method == "GET":
        given: dict[str, Any] = {
            "name": view.name,
            "visibility": view.visibility,
            "roles": view.default_roles,
        }
        return _dialog(asked, shape, given, view=view)
    given = _given(request)
    values = {"name": given["name"], "visibility": given["visibility"]}
    if asked.actor.is_admin:
        values["default_roles"] = given["roles"]
    try:
        saving.change(asked.actor, view.pk, values, expected_version=number(request.POST.get("version")))
    except (Invalid, Stale) as refused:
        return _dialog(asked, shape, given, refused, view=view)
    return _go(f"{address(view)}&view_kept=1")


def _given(request: HttpRequest) -> dict[str, Any]:
    return {
        "name": request.POST.get("name", ""),
        "visibility": request.POST.get("visibility", "private"),
        "pin": request.POST.get("pin") == "1",
        "roles": request.POST.getlist("roles"),
    }


def _dialog(
    asked: Request,
    shape: Shape,
    given: dict[str, Any],
    refused: Invalid | Stale | None = None,
    *,
    view: View | None = None,
) -> HttpResponse:
    """The dialog of a new view, or of one that is there."""
    errors = {e.field: str(e.message) for e in refused.errors} if isinstance(refused, Invalid) else {}
    choices = [("private", _("Only me"))]
    if reading.may_share(asked.actor, shape):
        choices += [("team", _("My team"))] if asked.actor.team_id or given["visibility"] == "team" else []
        choices.append(("everyone", _("Everyone")))
    roles = Role.objects.order_by("pk") if asked.actor.is_admin else []
    return show(
        asked,
        "saved/dialog.html",
        status=refused.status if refused else 200,
        shape=shape,
        view=view,
        given=given,
        errors=errors,
        stale=str(refused.message) if isinstance(refused, Stale) else "",
        action=f"/views/{view.pk}/settings" if view else asked.get_full_path(),
        choices=[{"value": k, "label": label} for k, label in choices],
        in_team=bool(asked.actor.team_id),
        roles=[{"value": r.key, "label": str(BUILT_IN_ROLES.get(r.key, r.name))} for r in roles],
    )


@open_to(Door.SIGNED_IN)
@require_POST
def save(request: HttpRequest, view_id: int) -> HttpResponse:
    """POST /views/{id}/save?…: have the view keep what the list of this address shows."""
    asked = of(request)
    view = reading.one(asked.actor, view_id)
    shape = shape_of(view.object)
    require(asked.actor, shape, "read")
    state = read_state(request, asked.actor, shape)
    if state.broken:
        raise BadRequest(state.broken, code="view")
    saving.change(asked.actor, view.pk, {"state": state.contents(), "kind": state.view})
    return _go(f"{address(view)}&view_kept=1")


def _go(where: str) -> HttpResponse:
    response = HttpResponse(status=204)
    response["HX-Redirect"] = where
    return response


def _again() -> HttpResponse:
    response = HttpResponse(status=204)
    response["HX-Refresh"] = "true"
    return response


@open_to(Door.SIGNED_IN)
@require_POST
def pin(request: HttpRequest, view_id: int) -> HttpResponse:
    """POST /views/{id}/pin: keep a view at hand."""
    saving.pin(of(request).actor, view_id)
    return _again()


@open_to(Door.SIGNED_IN)
@require_POST
def unpin(request: HttpRequest, view_id: int) -> HttpResponse:
    """POST /views/{id}/unpin: keep it at hand no longer."""
    saving.unpin(of(request).actor, view_id)
    return _again()


@open_to(Door.SIGNED_IN)
@require_POST
def left(request: HttpRequest, view_id: int) -> HttpResponse:
    """POST /views/{id}/left: one place to the front among the pinned ones."""
    saving.move_pin(of(request).actor, view_id, -1)
    return _again()


@open_to(Door.SIGNED_IN)
@require_POST
def right(request: HttpRequest, view_id: int) -> HttpResponse:
    """POST /views/{id}/right: one place to the back among the pinned ones."""
    saving.move_pin(of(request).actor, view_id, 1)
    return _again()


@open_to(Door.SIGNED_IN)
@require_POST
def delete(request: HttpRequest, view_id: int) -> HttpResponse:
    """POST /views/{id}/delete: delete a view; the list that opens offers Undo."""
    asked = of(request)
    view = reading.one(asked.actor, view_id)
    saving.delete(asked.actor, view.pk)
    return _go(f"/{view.object}?saved=all&view_gone={view.pk}")


@open_to(Door.SIGNED_IN)
@require_POST
def bring_back(request: HttpRequest, view_id: int) -> HttpResponse:
    """POST /views/{id}/bring-back: undo a deletion."""
    return _go(address(saving.bring_back(of(request).actor, view_id)))


@open_to(Door.SIGNED_IN)
@require_POST
def remember(request: HttpRequest, object: str) -> HttpResponse:
    """POST /{object}/remember: the columns, their looks or the order just chosen; the list opens with them the next time."""
    asked, shape = of(request), shape_of(object)
    columns, sort = request.POST.get("columns"), request.POST.get("sort")
    widths, pin = request.POST.get("widths"), request.POST.get("pin")
    keys = None if columns is None else [c for c in columns.split(",") if c][:MAX_COLUMNS]
    habits.remember(
        asked.actor, shape, columns=keys, sort=sort,
        widths=None if widths is None else read_widths(widths, readable(asked.actor, shape)),
        pin=None if pin is None else read_pin(pin),
    )  # fmt: skip
    return HttpResponse(status=204)
