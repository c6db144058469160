"""Approvals for programs: rounds, decisions, and the routes of administrators."""

from collections.abc import Callable, Mapping
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.api import bodies
from klientura.kernel.api.describing import without_body
from klientura.kernel.api.idempotency import once
from klientura.kernel.api.views import answer
from klientura.kernel.approvals import deciding, reading, routes, sending
from klientura.kernel.approvals.models import STATES, VERDICTS, Route
from klientura.kernel.approvals.reading import RoundView, StepView
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read

ROUTE_KINDS: Final[Mapping[str, tuple[type, ...]]] = {
    "name": (str,), "filter": (dict,), "steps": (list,), **dict.fromkeys(routes.SWITCHES, (bool,)),
}  # fmt: skip
STEP_KEYS: Final = frozenset({"name", "who", "users", "role", "field", "needed", "hours", "beside"})


def list_rounds(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET /approvals?box=waiting|sent|decided: rounds, those that wait for the actor unless another box is named."""
    box = request.GET.get("box", reading.WAITING)
    if box not in {reading.WAITING, reading.SENT, reading.DECIDED}:
        raise BadRequest(_("There is no such list of approvals."), code="box")
    return answer({"items": [_round(v) for v in reading.queue(actor, box)]})


def read_round(request: HttpRequest, actor: Actor, *, approval_id: int) -> HttpResponse:
    """GET /approvals/{id}: one round."""
    return answer(_round(reading.one(actor, approval_id)))


def rounds_of_record(request: HttpRequest, actor: Actor, *, object: str, record_id: int) -> HttpResponse:
    """GET /{object}/{id}/approvals: the rounds of a record, the newest first."""
    shape = shape_of(object)
    read.get(actor, shape, record_id, keys=["id"])
    return answer({"items": [_round(v) for v in reading.rounds_of(actor, shape, record_id)]})


def send_record(request: HttpRequest, actor: Actor, *, object: str, record_id: int) -> HttpResponse:
    """POST /{object}/{id}/approvals {"words"}: send a record for approval; answers 201."""
    shape, words = shape_of(object), _texts(bodies.body_of(request), "words").get("words", "")

    def run() -> HttpResponse:
        made = sending.send(actor, shape, record_id, words)
        return answer(_round(reading.one(actor, made.pk)), status=201)

    return once(request, actor, run)


def decide(request: HttpRequest, actor: Actor, *, approval_id: int) -> HttpResponse:
    """POST /approvals/{id}/decide {"verdict", "words", "seen"}: decide; `seen` is the digest that was looked at."""
    given = _texts(bodies.body_of(request), "verdict", "words", "seen")

    def run() -> HttpResponse:
        deciding.decide(
            actor, approval_id, given.get("verdict", ""), given.get("words", ""), seen=given.get("seen")
        )
        return answer(_round(reading.one(actor, approval_id)))

    return once(request, actor, run)


def decide_many(request: HttpRequest, actor: Actor) -> HttpResponse:
    """POST /approvals/decide {"ids", "verdict", "words"}: each by itself; tells which were not decided, and why."""
    body = bodies.body_of(request)
    ids = bodies.ids_of(body.pop("ids", None))
    if len(ids) > deciding.MOST_AT_ONCE:
        raise BadRequest(_("No more than 200 at once."), code="too_many")
    given = _texts(body, "verdict", "words")

    def run() -> HttpResponse:
        done, left = deciding.decide_many(actor, ids, given.get("verdict", ""), given.get("words", ""))
        return answer(
            {"decided": done, "refused": [{"id": i, "reason": str(why)} for i, why in left.items()]}
        )

    return once(request, actor, run)


def withdraw(request: HttpRequest, actor: Actor, *, approval_id: int) -> HttpResponse:
    """POST /approvals/{id}/withdraw: the author takes a record back."""

    def run() -> HttpResponse:
        sending.withdraw(actor, approval_id)
        return answer(_round(reading.one(actor, approval_id)))

    return once(request, actor, run)


def _texts(body: Mapping[str, Any], *keys: str) -> dict[str, str]:
    if unknown := set(body) - set(keys):
        raise BadRequest(_("There is no field «%(field)s».") % {"field": min(unknown)[:60]}, code="field")
    for key, value in body.items():
        if not isinstance(value, str):
            raise BadRequest(_("The value of «%(field)s» is of another kind.") % {"field": key}, code="type")
    return dict(body)


def _round(view: RoundView) -> dict[str, Any]:
    a = view.approval
    return {
        "id": a.pk, "object": view.shape.key, "record": a.record_id, "title": view.title, "state": a.state,
        "route": a.route_name, "author": {"id": a.author_id, "name": view.author}, "words": a.words, "reason": view.reason,
        "seen": a.digest, "sent_at": a.sent_at, "ended_at": a.ended_at, "due_at": view.due_at, "mine": view.mine,
        "steps": [_step(s) for s in view.steps],
    }  # fmt: skip


def _step(step: StepView) -> dict[str, Any]:
    return {
        "name": step.name, "group": step.group, "state": step.state, "needed": step.needed, "asked": step.asked,
        "due_at": step.due_at,
        "decisions": [
            {"who": s.who, "instead_of": s.instead_of, "verdict": s.verdict, "words": s.words, "at": s.at} for s in step.said
        ],
    }  # fmt: skip


def list_routes(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET /approval-routes: all routes, by object and in their order."""
    return answer({"items": [_route(r) for r in routes.every(actor)]})


def read_route(request: HttpRequest, actor: Actor, *, route_id: int) -> HttpResponse:
    """GET /approval-routes/{id}: one route."""
    return _one(routes.one(actor, route_id))


def create_route(request: HttpRequest, actor: Actor) -> HttpResponse:
    """POST /approval-routes {"object", "name", "filter", "steps", "is_active", "mandatory", "own"}: answers 201."""
    body = bodies.body_of(request)
    key = body.pop("object", None)
    values = {"filter": {}, "is_active": True, "mandatory": False, "own": False, **_values(body)}

    def run() -> HttpResponse:
        made = routes.create(actor, key if isinstance(key, str) else "", values)
        response = _one(made, status=201)
        response["Location"] = f"/api/v1/approval-routes/{made.pk}"
        return response

    return once(request, actor, run)


def change_route(request: HttpRequest, actor: Actor, *, route_id: int) -> HttpResponse:
    """PATCH /approval-routes/{id} with If-Match: change what the body names."""
    values, version = _values(bodies.body_of(request)), bodies.required_version(request)
    stored = routes.one(actor, route_id)
    whole = {k: getattr(stored, k) for k in ROUTE_KINDS} | values
    return once(request, actor, lambda: _one(routes.change(actor, route_id, whole, expected_version=version)))


def delete_route(request: HttpRequest, actor: Actor, *, route_id: int) -> HttpResponse:
    """DELETE /approval-routes/{id}: rounds that are under way go on."""
    routes.remove(actor, route_id)
    return HttpResponse(status=204)


def _values(body: Mapping[str, Any]) -> dict[str, Any]:
    if unknown := set(body) - set(ROUTE_KINDS):
        raise BadRequest(_("There is no field «%(field)s».") % {"field": min(unknown)[:60]}, code="field")
    for key, value in body.items():
        if not isinstance(value, ROUTE_KINDS[key]):
            raise BadRequest(_("The value of «%(field)s» is of another kind.") % {"field": key}, code="type")
    for step in body.get("steps", ()):
        if not isinstance(step, dict) or set(step) - STEP_KEYS:
            raise BadRequest(
                _("The value of «%(field)s» is of another kind.") % {"field": "steps"}, code="type"
            )
        if step.get("users") is not None:
            bodies.ids_of(step["users"])
    return dict(body)


def _one(route: Route, *, status: int = 200) -> HttpResponse:
    return answer(_route(route), status=status, version=route.version)


def _route(route: Route) -> dict[str, Any]:
    return {
        "id": route.pk, "object": route.object, "position": route.position, "version": route.version,
        **{k: getattr(route, k) for k in ROUTE_KINDS},
    }  # fmt: skip


INTEGER: Final = {"type": "integer", "format": "int64", "minimum": 1}
ANYTHING: Final = {"type": "object"}
TEXT: Final = {"type": "string", "maxLength": 1000}
STEP: Final = {
    "type": "object", "additionalProperties": False,
    "properties": {
        "name": {"type": "string", "maxLength": 120}, "who": {"type": "string", "enum": [k for k, _label in routes.WHO]},
        "users": {"type": "array", "items": INTEGER}, "role": {"type": "string"}, "field": {"type": "string"},
        "needed": {"type": ["integer", "null"], "minimum": 1, "maximum": routes.MOST_USERS},
        "hours": {"type": ["integer", "null"], "minimum": 1, "maximum": routes.LONGEST_HOURS}, "beside": {"type": "boolean"},
    },
    "required": ["who"],
}  # fmt: skip
ROUTE_FIELDS: Final = {
    "name": {"type": "string", "maxLength": 120}, "filter": ANYTHING, "steps": {"type": "array", "items": STEP},
    **{k: {"type": "boolean"} for k in routes.SWITCHES},
}  # fmt: skip


def _body(properties: Any, *required: str) -> dict[str, Any]:
    schema = {
        "type": "object",
        "properties": properties,
        "additionalProperties": False,
        "required": list(required),
    }
    return {"required": True, "content": {"application/json": {"schema": schema}}}


def _place(name: str, schema: Any = INTEGER) -> dict[str, Any]:
    return {"name": name, "in": "path", "required": True, "schema": schema}


def description(responses: Callable[..., Any], once_header: Any) -> dict[str, Any]:
    """The paths of rounds."""
    verdict = {"type": "string", "enum": [k for k, _label in VERDICTS]}
    box = {"name": "box", "in": "query", "schema": {"type": "string", "enum": ["waiting", "sent", "decided"]}}
    states = {
        "type": "object",
        "properties": {"state": {"type": "string", "enum": [k for k, _label in STATES]}},
    }
    record = [_place("object", {"type": "string"}), _place("record_id")]
    ids = {"type": "array", "items": INTEGER}
    return {
        "/approvals": {"get": {"operationId": "approvals", "parameters": [box], "responses": responses(ANYTHING)}},
        "/approvals/{approval_id}": {
            "get": {"operationId": "approval_read", "parameters": [_place("approval_id")], "responses": responses(states)},
        },
        "/approvals/{approval_id}/decide": {
            "post": {
                "operationId": "approval_decide", "parameters": [_place("approval_id"), once_header],
                "requestBody": _body({"verdict": verdict, "words": TEXT, "seen": TEXT}, "verdict"), "responses": responses(states),
            },
        },
        "/approvals/decide": {
            "post": {
                "operationId": "approvals_decide", "parameters": [once_header],
                "requestBody": _body({"ids": ids, "verdict": verdict, "words": TEXT}, "ids", "verdict"),
                "responses": responses(ANYTHING),
            },
        },
        "/approvals/{approval_id}/withdraw": {
            "post": {
                "operationId": "approval_withdraw", "parameters": [_place("approval_id"), once_header],
                "responses": responses(states),
            },
        },
        "/{object}/{record_id}/approvals": {
            "get": {"operationId": "approvals_of_record", "parameters": record, "responses": responses(ANYTHING)},
            "post": {
                "operationId": "approval_send", "parameters": [*record, once_header],
                "requestBody": _body({"words": TEXT}), "responses": responses(states, "201"),
            },
        },
    }  # fmt: skip


def description_of_routes(
    responses: Callable[..., Any], once_header: Any, version_header: Any
) -> dict[str, Any]:
    """The paths of routes; for administrators."""
    one = _place("route_id")
    return {
        "/approval-routes": {
            "get": {"operationId": "approval_routes", "responses": responses(ANYTHING)},
            "post": {
                "operationId": "approval_route_create", "parameters": [once_header],
                "requestBody": _body({"object": {"type": "string"}, **ROUTE_FIELDS}, "object", "name", "steps"),
                "responses": responses(ANYTHING, "201"),
            },
        },
        "/approval-routes/{route_id}": {
            "get": {"operationId": "approval_route_read", "parameters": [one], "responses": responses(ANYTHING)},
            "patch": {
                "operationId": "approval_route_change", "parameters": [one, version_header, once_header],
                "requestBody": _body(ROUTE_FIELDS), "responses": responses(ANYTHING),
            },
            "delete": {
                "operationId": "approval_route_delete", "parameters": [one], "responses": without_body(responses, "deleted"),
            },
        },
    }  # fmt: skip
