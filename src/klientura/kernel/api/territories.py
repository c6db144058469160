"""Territories for programs of administrators: the rules, and distributing what is there already."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.substitutions import owned_shapes
from klientura.kernel.api import bodies
from klientura.kernel.api.describing import without_body
from klientura.kernel.api.idempotency import once
from klientura.kernel.api.views import answer
from klientura.kernel.errors import BadRequest, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.territories import carrying_out, keeping
from klientura.kernel.territories.models import WAYS, Territory

SWITCHES = ("is_active", "on_create", "also_own")
FIELDS = frozenset({"name", "filter", "users", "team", "way", *SWITCHES})


def list_territories(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET /territories: all rules, by object and in their order."""
    return answer({"items": [_rule(t) for t in keeping.every(actor)]})


def read_territory(request: HttpRequest, actor: Actor, *, territory_id: int) -> HttpResponse:
    """GET /territories/{id}: one rule."""
    return _one(keeping.one(actor, territory_id))


def create_territory(request: HttpRequest, actor: Actor) -> HttpResponse:
    """POST /territories {"object", "name", "filter", "users" or "team", "way", "on_create", "also_own"}: answers 201."""
    body = bodies.body_of(request)
    key = body.pop("object", None)
    values = {
        "filter": {},
        "users": [],
        "team": None,
        "way": "turn",
        **dict.fromkeys(SWITCHES, True),
        **_values(body),
    }

    def run() -> HttpResponse:
        made = keeping.create(actor, key if isinstance(key, str) else "", values)
        response = _one(made, status=201)
        response["Location"] = f"/api/v1/territories/{made.pk}"
        return response

    return once(request, actor, run)


def change_territory(request: HttpRequest, actor: Actor, *, territory_id: int) -> HttpResponse:
    """PATCH /territories/{id} with If-Match: change what the body names."""
    values, version = _values(bodies.body_of(request)), bodies.required_version(request)
    stored = keeping.one(actor, territory_id)
    whole = {k: getattr(stored, k) for k in FIELDS - {"team"}} | {"team": stored.team_id} | values
    return once(
        request, actor, lambda: _one(keeping.change(actor, territory_id, whole, expected_version=version))
    )


def delete_territory(request: HttpRequest, actor: Actor, *, territory_id: int) -> HttpResponse:
    """DELETE /territories/{id}: what it has given away stays where it is."""
    keeping.remove(actor, territory_id)
    return HttpResponse(status=204)


def distribute(request: HttpRequest, actor: Actor, *, object: str) -> HttpResponse:
    """POST /territories/{object}/distribute {"unowned_only": true}: distribute the base; answers 202 with job and operation."""
    shape = shape_of(object)
    if shape.key not in {s.key for s in owned_shapes()}:
        raise NotFound
    body = bodies.body_of(request) if request.body else {}
    unowned_only = body.get("unowned_only", True)
    if set(body) - {"unowned_only"} or not isinstance(unowned_only, bool):
        raise BadRequest(
            _("A distribution takes «unowned_only», true or false, and nothing else."), code="distribute"
        )

    def run() -> HttpResponse:
        job = carrying_out.start(actor, shape, unowned_only=unowned_only)
        return answer(
            {"job": job.pk, "state": job.state, "operation": job.arguments["operation"]}, status=202
        )

    return once(request, actor, run)


def _values(body: Mapping[str, Any]) -> dict[str, Any]:
    """What a body names, of the kinds that are expected; their meaning the service checks."""
    if unknown := set(body) - FIELDS:
        raise BadRequest(_("There is no field «%(field)s».") % {"field": min(unknown)[:60]}, code="field")
    kinds: dict[str, tuple[type, ...]] = {
        "name": (str,), "way": (str,), "filter": (dict,), "team": (int, type(None)), **dict.fromkeys(SWITCHES, (bool,)),
    }  # fmt: skip
    for key, value in body.items():
        fits = isinstance(value, kinds[key]) if key in kinds else True
        if not fits or (key == "team" and isinstance(value, bool)):
            raise BadRequest(_("The value of «%(field)s» is of another kind.") % {"field": key}, code="type")
    made = dict(body)
    if "users" in made:
        made["users"] = list(bodies.ids_of(made["users"]))
    if made.get("team") is not None:
        made["team"] = bodies.ids_of([made["team"]])[0]
    return made


def _one(rule: Territory, *, status: int = 200) -> HttpResponse:
    return answer(_rule(rule), status=status, version=rule.version)


def _rule(rule: Territory) -> dict[str, Any]:
    return {
        "id": rule.pk, "object": rule.object, "position": rule.position, "version": rule.version, "name": rule.name,
        "filter": rule.filter, "users": rule.users, "team": rule.team_id, "way": rule.way,
        **{k: getattr(rule, k) for k in SWITCHES},
    }  # fmt: skip


INTEGER = {"type": "integer", "format": "int64", "minimum": 1}
ANYTHING = {"type": "object"}
RULE = {
    "type": "object",
    "properties": {
        "name": {"type": "string", "maxLength": 120}, "filter": ANYTHING, "users": {"type": "array", "items": INTEGER},
        "team": {**INTEGER, "type": ["integer", "null"]}, "way": {"type": "string", "enum": [k for k, _label in WAYS]},
        **{k: {"type": "boolean"} for k in SWITCHES},
    },
    "additionalProperties": False,
}  # fmt: skip


def description(responses: Callable[..., Any], once_header: Any, version_header: Any) -> dict[str, Any]:
    """The paths of the rules; for administrators."""
    one = {"name": "territory_id", "in": "path", "required": True, "schema": INTEGER}
    kind = {"name": "object", "in": "path", "required": True, "schema": {"type": "string"}}
    new = {
        **RULE,
        "required": ["object", "name"],
        "properties": {"object": {"type": "string"}, **dict(RULE["properties"])},  # type: ignore[call-overload]
    }
    gone = without_body(responses, "deleted")

    def body(schema: Any, *, required: bool = True) -> dict[str, Any]:
        return {"required": required, "content": {"application/json": {"schema": schema}}}

    which = {
        "type": "object",
        "properties": {"unowned_only": {"type": "boolean"}},
        "additionalProperties": False,
    }
    return {
        "/territories": {
            "get": {"operationId": "territories", "responses": responses(ANYTHING)},
            "post": {
                "operationId": "territory_create", "parameters": [once_header], "requestBody": body(new),
                "responses": responses(ANYTHING, "201"),
            },
        },
        "/territories/{territory_id}": {
            "get": {"operationId": "territory_read", "parameters": [one], "responses": responses(ANYTHING)},
            "patch": {
                "operationId": "territory_change", "parameters": [one, version_header, once_header],
                "requestBody": body(RULE), "responses": responses(ANYTHING),
            },
            "delete": {"operationId": "territory_delete", "parameters": [one], "responses": gone},
        },
        "/territories/{object}/distribute": {
            "post": {
                "operationId": "territories_distribute", "parameters": [kind, once_header],
                "requestBody": body(which, required=False), "responses": responses(ANYTHING, "202"),
            }
        },
    }  # fmt: skip
