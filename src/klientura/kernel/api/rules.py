"""Rules for programs of administrators: read, make, change, delete, hold all, try on the past, and what they have done."""

import datetime as dt
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.api import bodies
from klientura.kernel.api.describing import INTEGER, act, closed_body, path_number, without_body
from klientura.kernel.api.idempotency import once
from klientura.kernel.api.views import answer
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.rules import definition, dry, keeping, reading
from klientura.kernel.rules.models import RUN_STATES, Rule, Run
from klientura.kernel.web.requests import number

TEXT = {"type": "string"}
OBJECT = {"type": "object"}
OPEN = {"type": ["object", "null"]}


def list_rules(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET /rules: all rules, and whether all of them are held."""
    held = keeping.held()
    return answer({"items": [_rule(r) for r in keeping.every(actor)], "held": held is not None})


def read_rule(request: HttpRequest, actor: Actor, *, rule_id: int) -> HttpResponse:
    """GET /rules/{id}: one rule."""
    return _one(keeping.one(actor, rule_id))


def create_rule(request: HttpRequest, actor: Actor) -> HttpResponse:
    """POST /rules {"name", "object", "trigger", "filter", "steps", "owner", "hourly_limit", "active"}: answers 201."""
    body = bodies.body_of(request)

    def run() -> HttpResponse:
        made = keeping.create(actor, body)
        response = _one(made, status=201)
        response["Location"] = f"/api/v1/rules/{made.pk}"
        return response

    return once(request, actor, run)


def change_rule(request: HttpRequest, actor: Actor, *, rule_id: int) -> HttpResponse:
    """PATCH /rules/{id} with If-Match: change what the body names; «active» switches it on and off."""
    body = bodies.body_of(request)
    version = bodies.required_version(request)
    return once(request, actor, lambda: _one(keeping.change(actor, rule_id, body, expected_version=version)))


def delete_rule(request: HttpRequest, actor: Actor, *, rule_id: int) -> HttpResponse:
    """DELETE /rules/{id}: take a rule away; its runs stay."""
    keeping.delete(actor, rule_id)
    return HttpResponse(status=204)


def hold_rules(request: HttpRequest, actor: Actor) -> HttpResponse:
    """POST /rules/hold {"held": true or false}: hold all rules, or let them go on."""
    hold = bodies.body_of(request).get("held")
    if not isinstance(hold, bool):
        raise BadRequest(_("Rules are held or not: true or false."), code="rule")

    def run() -> HttpResponse:
        keeping.hold_all(actor, hold=hold)
        return answer({"held": hold})

    return once(request, actor, run)


def list_versions(request: HttpRequest, actor: Actor, *, rule_id: int) -> HttpResponse:
    """GET /rules/{id}/versions: what the rule was and is, the newest first."""
    found = keeping.versions(actor, rule_id)
    items = [
        {"version": v.version, "at": v.at.isoformat(), "by": v.actor_id, "definition": v.definition}
        for v in found
    ]
    return answer({"items": items})


def try_rule(request: HttpRequest, actor: Actor, *, rule_id: int) -> HttpResponse:
    """POST /rules/{id}/try {"since", "until"}: which records it would have touched, and what it would set; writes nothing."""
    body = bodies.body_of(request)
    tried = dry.try_on(actor, rule_id, _moment(body, "since"), _moment(body, "until"))
    shape = shape_of(keeping.one(actor, rule_id).object)
    records = [{**r, "sets": [_set(shape, s) for s in r["sets"]]} for r in tried.records]
    return answer({"count": tried.number, "capped": tried.capped, "looked": tried.looked, "records": records})


def _set(shape: Any, told: dict[str, Any]) -> dict[str, Any]:
    field = shape.fields.get(told["field"])
    if field is None or "error" in told:
        return told
    return {
        "field": field.key,
        "old": field.type.to_json(told["old"]),
        "new": field.type.to_json(told["new"]),
    }


def _moment(body: dict[str, Any], key: str) -> dt.datetime:
    raw = body.get(key)
    try:
        found = dt.datetime.fromisoformat(raw) if isinstance(raw, str) else None
        if found is not None:
            return (found if found.tzinfo else timezone.make_aware(found)).astimezone(dt.UTC)
    except (ValueError, OverflowError):
        found = None
    raise BadRequest(_("A moment is written as 2026-12-31T18:00:00Z."), code="period")


def list_runs(request: HttpRequest, actor: Actor, *, rule_id: int | None = None) -> HttpResponse:
    """GET /rules/runs or /rules/{id}/runs ?state=…&before=…&limit=…: what was done, the newest first."""
    raw = request.GET.get("before")
    before = number(raw)
    if raw is not None and before is None:
        raise BadRequest(_("A run is named by its number."), code="before")
    page = reading.runs(
        actor,
        rule_id=rule_id,
        state=request.GET.get("state", ""),
        before=before,
        limit=bodies.limit_of(request),
    )
    return answer({"items": [_run(r) for r in page.items], "next": page.next})


def read_run(request: HttpRequest, actor: Actor, *, run_id: int) -> HttpResponse:
    """GET /rules/runs/{id}: one run with the first records and what came of each."""
    found = reading.run(actor, run_id)
    return answer({**_run(found), "outcomes": found.outcomes, "refusals": found.refusals})


def _one(rule: Rule, *, status: int = 200) -> HttpResponse:
    return answer(_rule(rule), status=status, version=rule.version)


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.pk,
        "uid": str(rule.uid),
        "name": rule.name,
        "object": rule.object,
        "trigger": rule.trigger,
        "filter": rule.filter,
        "steps": rule.steps,
        "owner": {"id": rule.owner_id, "title": rule.owner.name},
        "active": rule.active,
        "paused": rule.paused or None,
        "hourly_limit": rule.hourly_limit,
        "warnings": [str(w) for w in definition.warnings(rule)],
        "version": rule.version,
        "changed_at": rule.changed_at.isoformat(),
    }


def _run(run: Run) -> dict[str, Any]:
    return {
        "id": run.pk,
        "rule": {"id": run.rule_id, "title": run.rule.name},
        "rule_version": run.rule_version,
        "cause": run.cause,
        "parent": run.parent_id,
        "depth": run.depth,
        "actor": run.actor_id,
        "state": run.state,
        "matched": run.matched,
        "changed": run.changed,
        "refused": run.refused,
        "error": run.error or None,
        "operation": run.operation_id,
        "due_at": run.due_at.isoformat(),
        "finished_at": run.finished_at.isoformat() if run.finished_at else None,
    }


def _schemas() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What is given for a rule, what is answered, and what a run is."""
    given = {
        "name": {"type": "string", "minLength": 1, "maxLength": keeping.MAX_NAME},
        "object": TEXT, "trigger": OBJECT, "filter": OPEN, "steps": {"type": "array", "items": OBJECT, "maxItems": definition.MAX_STEPS},
        "owner": INTEGER, "active": {"type": "boolean"},
        "hourly_limit": {"type": "integer", "minimum": 1, "maximum": keeping.MAX_HOURLY},
    }  # fmt: skip
    rule = {
        "type": "object",
        "required": ["id", "name", "object", "trigger", "steps", "active", "version"],
        "properties": {
            **given, "id": INTEGER, "uid": TEXT, "paused": {"type": ["string", "null"]}, "warnings": {"type": "array", "items": TEXT},
            "version": INTEGER, "changed_at": TEXT, "owner": {"type": "object", "properties": {"id": INTEGER, "title": TEXT}},
        },
    }  # fmt: skip
    count, maybe = {"type": "integer"}, {"type": ["integer", "null"]}
    run = {
        "type": "object",
        "required": ["id", "rule", "state"],
        "properties": {
            "id": INTEGER, "rule": {"type": "object"}, "rule_version": count, "cause": TEXT, "parent": maybe, "depth": count, "actor": maybe,
            "state": {"type": "string", "enum": [key for key, _label in RUN_STATES]}, "matched": count, "changed": count, "refused": count,
            "error": {"type": ["string", "null"]}, "operation": maybe, "due_at": TEXT, "finished_at": {"type": ["string", "null"]},
            "outcomes": {"type": "array", "items": OBJECT}, "refusals": {"type": "array", "items": OBJECT},
        },
    }  # fmt: skip
    return given, rule, run


def _answers(rule: dict[str, Any], run: dict[str, Any]) -> tuple[dict[str, Any], ...]:
    """What is answered with: rules, runs, whatever else comes as a list, and what was tried."""
    listed = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": rule}, "held": {"type": "boolean"}},
    }
    runs = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": run}, "next": {"type": ["integer", "null"]}},
    }
    items = {"type": "object", "properties": {"items": {"type": "array", "items": OBJECT}}}
    tried = {
        "type": "object",
        "properties": {
            "count": {"type": "integer"},
            "capped": {"type": "boolean"},
            "looked": {"type": "integer", "minimum": 0},
            "records": {"type": "array", "items": OBJECT},
        },
    }
    return listed, runs, items, tried


def description(responses: Callable[..., Any], once_header: Any, version_header: Any) -> dict[str, Any]:
    """The paths of rules for the OpenAPI document; `responses` makes those of an act."""
    given, rule, run = _schemas()
    which = [path_number("rule_id")]
    gone = without_body(responses, "deleted")
    listed, runs, items, tried = _answers(rule, run)
    asked = [
        {
            "name": "state",
            "in": "query",
            "schema": {"type": "string", "enum": [key for key, _label in RUN_STATES]},
        },
        {"name": "before", "in": "query", "schema": INTEGER},
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200}},
    ]
    made, changed = (
        closed_body(given, ["name", "object", "trigger"]),
        closed_body({k: v for k, v in given.items() if k != "object"}),
    )
    held = {"held": {"type": "boolean"}}
    period = {
        "since": {"type": "string", "format": "date-time"},
        "until": {"type": "string", "format": "date-time"},
    }
    return {
        "/rules": {
            "get": act("rules", "list", responses(listed), []),
            "post": act("rules", "create", responses(rule, "201"), [once_header], made),
        },
        "/rules/hold": {
            "post": act(
                "rules",
                "hold",
                responses({"type": "object", "properties": held}),
                [once_header],
                closed_body(held, ["held"]),
            )
        },
        "/rules/runs": {"get": act("rules", "runs", responses(runs), asked)},
        "/rules/runs/{run_id}": {"get": act("rules", "run", responses(run), [path_number("run_id")])},
        "/rules/{rule_id}": {
            "get": act("rules", "read", responses(rule), which),
            "patch": act("rules", "change", responses(rule), [*which, version_header, once_header], changed),
            "delete": act("rules", "delete", gone, which),
        },
        "/rules/{rule_id}/runs": {"get": act("rules", "runs_of", responses(runs), [*which, *asked])},
        "/rules/{rule_id}/versions": {"get": act("rules", "versions", responses(items), which)},
        "/rules/{rule_id}/try": {
            "post": act("rules", "try", responses(tried), which, closed_body(period, ["since", "until"]))
        },
    }
