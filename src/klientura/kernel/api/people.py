"""Standing in for somebody, and handing their work over, for programs."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access import substitutions
from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import Substitution
from klientura.kernel.api import bodies
from klientura.kernel.api.describing import without_body
from klientura.kernel.api.idempotency import once
from klientura.kernel.api.views import answer
from klientura.kernel.errors import BadRequest, FieldError, Invalid
from klientura.kernel.handover import carrying_out, planning
from klientura.kernel.web.requests import number

SET = frozenset({"absent", "deputy", "first", "last", "kinds"})
PLAN = frozenset({"from", "to", "kinds", "current_only", "along", "filters"})


def list_substitutions(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET /substitutions?user=…: the running and planned ones of somebody (of oneself), as the absent and as the deputy."""
    raw = request.GET.get("user")
    user_id = actor.user_id if raw is None else number(raw)
    if user_id is None:
        raise BadRequest(_("A user is named by a number."), code="user")
    user = substitutions.person(actor, user_id)
    found = {"away": substitutions.standing_in_for(user.pk), "stands_in": substitutions.standing_in(user.pk)}
    return answer({side: [_substitution(s) for s in each] for side, each in found.items()})


def create_substitution(request: HttpRequest, actor: Actor) -> HttpResponse:
    """POST /substitutions {"absent" (oneself), "deputy", "first", "last", "kinds" (all)}: answers 201."""
    body = bodies.body_of(request)
    _known(body, SET)
    kinds = body.get("kinds")
    if kinds is not None and not _texts(kinds):
        raise BadRequest(_("Kinds of record are named by a list of their keys."), code="kinds")
    absent = _user(body.get("absent", actor.user_id), "absent")
    deputy = _user(body.get("deputy"), "deputy")
    first, last = _day(body.get("first"), "first"), _day(body.get("last"), "last")

    def run() -> HttpResponse:
        made = substitutions.set_substitution(actor, absent, deputy, first, last, kinds)
        return answer(
            _substitution(Substitution.objects.select_related("absent", "deputy").get(pk=made.pk)), status=201
        )

    return once(request, actor, run)


def end_substitution(request: HttpRequest, actor: Actor, *, substitution_id: int) -> HttpResponse:
    """DELETE /substitutions/{id}: end it now, or call it off."""
    substitutions.end_substitution(actor, substitution_id)
    return HttpResponse(status=204)


def preview_handover(request: HttpRequest, actor: Actor) -> HttpResponse:
    """POST /hand-over/preview: how many records of each kind would go, as far as they are the actor's to change."""
    plan = _plan(bodies.body_of(request))
    items = [
        {
            "object": p.shape.key,
            "goes": {"count": p.goes.number, "capped": p.goes.capped},
            "owned": {"count": p.owned.number, "capped": p.owned.capped},
        }
        for p in planning.preview(actor, plan)
    ]
    return answer({"items": items})


def hand_over(request: HttpRequest, actor: Actor) -> HttpResponse:
    """POST /hand-over {"from", "to": [ids], "kinds", "current_only", "along", "filters": {kind: filter}}: answers 202."""
    plan = _plan(bodies.body_of(request))

    def run() -> HttpResponse:
        job = carrying_out.start(actor, plan)
        return answer(
            {"job": job.pk, "state": job.state, "operation": job.arguments["operation"]}, status=202
        )

    return once(request, actor, run)


def _plan(body: Mapping[str, Any]) -> planning.Plan:
    _known(body, PLAN)
    takers, kinds, filters = body.get("to", []), body.get("kinds", []), body.get("filters", {})
    flags = {k: body.get(k, True) for k in ("current_only", "along")}
    if (
        not _texts(kinds)
        or not isinstance(filters, dict)
        or not all(isinstance(t, dict) for t in filters.values())
    ):
        raise BadRequest(_("Kinds of record are named by a list of their keys."), code="kinds")
    if not all(isinstance(f, bool) for f in flags.values()):
        raise BadRequest(_("This is said by true or false."), code="flag")
    return planning.Plan(
        _user(body.get("from"), "from"), bodies.ids_of(takers), tuple(dict.fromkeys(kinds)),
        flags["current_only"], flags["along"], filters,
    )  # fmt: skip


def _known(body: Mapping[str, Any], keys: frozenset[str]) -> None:
    if unknown := set(body) - keys:
        raise BadRequest(_("There is no field «%(field)s».") % {"field": min(unknown)[:60]}, code="field")


def _texts(value: Any) -> bool:
    return isinstance(value, list) and len(value) <= 200 and all(isinstance(v, str) for v in value)


def _user(value: Any, field: str) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value <= bodies.MAX_ID:
        raise Invalid([FieldError(field, "reference", _("A user is named by a number."))])
    return value


def _day(value: Any, field: str) -> dt.date:
    try:
        return dt.date.fromisoformat(value if isinstance(value, str) else "")
    except ValueError:
        raise Invalid([FieldError(field, "date", _("A day is written like 2026-12-31."))]) from None


def _substitution(each: Substitution) -> dict[str, Any]:
    return {
        "id": each.pk,
        "absent": {"id": each.absent_id, "title": each.absent.name},
        "deputy": {"id": each.deputy_id, "title": each.deputy.name},
        "first": each.first.isoformat(),
        "last": each.last.isoformat(),
        "kinds": each.kinds,
    }


INTEGER = {"type": "integer", "format": "int64", "minimum": 1}
DAY = {"type": "string", "format": "date"}
KEYS = {"type": "array", "maxItems": 200, "items": {"type": "string"}}
WHO = {"type": "object", "properties": {"id": INTEGER, "title": {"type": "string"}}}
SUBSTITUTION = {
    "type": "object",
    "properties": {
        "id": INTEGER, "absent": WHO, "deputy": WHO, "first": DAY, "last": DAY, "kinds": {**KEYS, "type": ["array", "null"]},
    },
}  # fmt: skip
HAND_OVER = {
    "type": "object",
    "required": ["from", "to", "kinds"],
    "properties": {
        "from": INTEGER, "to": {"type": "array", "items": INTEGER}, "kinds": KEYS, "current_only": {"type": "boolean"},
        "along": {"type": "boolean"}, "filters": {"type": "object", "additionalProperties": {"type": "object"}},
    },
    "additionalProperties": False,
}  # fmt: skip


def description(responses: Callable[..., Any], once_header: Any) -> dict[str, Any]:
    """The paths of standing in and of handing over."""
    listed = {"type": "array", "items": SUBSTITUTION}
    sides = {"type": "object", "properties": {"away": listed, "stands_in": listed}}
    given = {
        "type": "object",
        "required": ["deputy", "first", "last"],
        "properties": {"absent": INTEGER, "deputy": INTEGER, "first": DAY, "last": DAY, "kinds": {**KEYS, "type": ["array", "null"]}},
        "additionalProperties": False,
    }  # fmt: skip
    gone = without_body(responses, "ended")
    user = {"name": "user", "in": "query", "schema": INTEGER, "description": "oneself when left out"}
    one = {"name": "substitution_id", "in": "path", "required": True, "schema": INTEGER}

    def body(schema: Any) -> dict[str, Any]:
        return {"required": True, "content": {"application/json": {"schema": schema}}}

    anything = {"type": "object"}
    return {
        "/substitutions": {
            "get": {"operationId": "substitutions", "parameters": [user], "responses": responses(sides)},
            "post": {
                "operationId": "substitution_set", "parameters": [once_header], "requestBody": body(given),
                "responses": responses(SUBSTITUTION, "201"),
            },
        },
        "/substitutions/{substitution_id}": {
            "delete": {"operationId": "substitution_end", "parameters": [one], "responses": gone}
        },
        "/hand-over/preview": {
            "post": {
                "operationId": "handover_preview", "requestBody": body(HAND_OVER), "responses": responses(anything),
            }
        },
        "/hand-over": {
            "post": {
                "operationId": "handover", "parameters": [once_header], "requestBody": body(HAND_OVER),
                "responses": responses(anything, "202"),
            }
        },
    }  # fmt: skip
