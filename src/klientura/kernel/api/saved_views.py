"""Saved views for programs: read, keep, change, pin, delete, and ask for the records of one."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.api import bodies
from klientura.kernel.api.describing import without_body
from klientura.kernel.api.idempotency import once
from klientura.kernel.api.views import answer
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.views import reading, saving
from klientura.kernel.views.contents import contents
from klientura.kernel.views.models import View

CHANGEABLE = frozenset({"name", "kind", "state", "visibility", "default_roles", "pinned"})


def list_views(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET /views?object=…: the views open to the actor, pinned ones first."""
    found = reading.open_views(actor).select_related("owner")
    if key := request.GET.get("object"):
        found = found.filter(object=shape_of(key).key)
    return answer({"items": [_view(actor, v) for v in found[: reading.MOST]]})


def read_view(request: HttpRequest, actor: Actor, *, view_id: int) -> HttpResponse:
    """GET /views/{id}: one view."""
    return _one(actor, view_id)


def create_view(request: HttpRequest, actor: Actor) -> HttpResponse:
    """POST /views {"object", "name", "state", "kind", "visibility", "pinned", "default_roles"}: keep a view; answers 201."""
    body = bodies.body_of(request)
    key = body.pop("object", None)
    _known(body)
    shape = shape_of(key if isinstance(key, str) else "")
    state = body.get("state", {})
    if not isinstance(state, dict):
        raise BadRequest(_("The state of a view is an object."), code="view")

    def run() -> HttpResponse:
        made = saving.create(
            actor, shape, name=body.get("name"), state=state, kind=body.get("kind", "list"),
            visibility=body.get("visibility", "private"), default_roles=body.get("default_roles", []),
        )  # fmt: skip
        if body.get("pinned"):
            saving.pin(actor, made.pk)
        response = _one(actor, made.pk, status=201)
        response["Location"] = f"/api/v1/views/{made.pk}"
        return response

    return once(request, actor, run)


def change_view(request: HttpRequest, actor: Actor, *, view_id: int) -> HttpResponse:
    """PATCH /views/{id} with If-Match: change what the body names. Whoever sees a view may pin it, without a version."""
    body = bodies.body_of(request)
    _known(body)
    values = {k: v for k, v in body.items() if k != "pinned"}
    version = bodies.required_version(request) if values else None

    def run() -> HttpResponse:
        if values:
            saving.change(actor, view_id, values, expected_version=version)
        if "pinned" in body:
            (saving.pin if body["pinned"] else saving.unpin)(actor, view_id)
        return _one(actor, view_id)

    return once(request, actor, run)


def delete_view(request: HttpRequest, actor: Actor, *, view_id: int) -> HttpResponse:
    """DELETE /views/{id}: delete a view."""
    saving.delete(actor, view_id)
    return HttpResponse(status=204)


def _known(body: Mapping[str, Any]) -> None:
    if unknown := set(body) - CHANGEABLE:
        raise BadRequest(_("A view has no «%(key)s».") % {"key": min(unknown)[:60]}, code="view")
    if not isinstance(body.get("pinned", False), bool):
        raise BadRequest(_("A view is pinned or not: true or false."), code="view")


def _one(actor: Actor, view_id: int, *, status: int = 200) -> HttpResponse:
    view = reading.one(actor, view_id)
    return answer(_view(actor, view), status=status, version=view.version)


def _view(actor: Actor, view: View) -> dict[str, Any]:
    """A view as this reader may know it: of a filter that cannot be carried out only why is told."""
    kept = contents(actor, shape_of(view.object), view)
    state = kept.stored()
    if kept.broken:
        state.pop("filter", None)
    return {
        "id": view.pk,
        "uid": str(view.uid),
        "object": view.object,
        "name": view.name,
        "kind": view.kind,
        "state": state,
        "broken": str(kept.broken) or None,
        "owner": {"id": view.owner_id, "title": view.owner.name},
        "visibility": view.visibility,
        "pinned": view.pinned is not None,  # type: ignore[attr-defined]
        "default_roles": view.default_roles,
        "may_change": reading.may_change(actor, view),
        "version": view.version,
        "changed_at": view.changed_at.isoformat(),
    }


INTEGER = {"type": "integer", "format": "int64", "minimum": 1}
TEXT = {"type": "string"}
ROLES = {"type": "array", "items": {"type": "string"}}


def description(
    objects: list[str], responses: Callable[..., Any], once_header: Any, version_header: Any
) -> dict[str, Any]:
    """The paths of views for the OpenAPI document; `responses` makes those of an act."""
    given = {
        "name": {"type": "string", "minLength": 1, "maxLength": 120},
        "kind": {"type": "string", "enum": ["list", "board", "calendar", "gallery", "map"]},
        "state": {"type": "object"},
        "visibility": {"type": "string", "enum": ["private", "team", "everyone"]},
        "pinned": {"type": "boolean"},
        "default_roles": ROLES,
    }
    view = {
        "type": "object",
        "required": ["id", "object", "name", "state", "version"],
        "properties": {
            **given, "id": INTEGER, "uid": TEXT, "object": TEXT, "broken": {"type": ["string", "null"]},
            "owner": {"type": "object", "properties": {"id": INTEGER, "title": TEXT}},
            "may_change": {"type": "boolean"}, "version": INTEGER, "changed_at": TEXT,
        },
    }  # fmt: skip
    new = {
        "type": "object",
        "required": ["object", "name"],
        "properties": {**given, "object": {"type": "string", "enum": objects}},
        "additionalProperties": False,
    }
    changed = {"type": "object", "properties": given, "additionalProperties": False}
    number = {"name": "view_id", "in": "path", "required": True, "schema": INTEGER}
    which = {"name": "object", "in": "query", "schema": {"type": "string", "enum": objects}}
    gone = without_body(responses, "deleted")
    listed = {"type": "object", "properties": {"items": {"type": "array", "items": view}}}

    def act(name: str, answers: Any, parameters: list[Any], body: Any = None) -> dict[str, Any]:
        found = {"operationId": name, "tags": ["views"], "responses": answers, "parameters": parameters}
        if body is None:
            return found
        return {**found, "requestBody": {"required": True, "content": {"application/json": {"schema": body}}}}

    return {
        "/views": {
            "get": act("views_list", responses(listed), [which]),
            "post": act("views_create", responses(view, "201"), [once_header], new),
        },
        "/views/{view_id}": {
            "get": act("views_read", responses(view), [number]),
            "patch": act("views_change", responses(view), [number, version_header, once_header], changed),
            "delete": act("views_delete", gone, [number]),
        },
    }
