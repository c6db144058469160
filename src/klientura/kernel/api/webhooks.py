"""Webhooks for programs of administrators: read, make, change, delete, a new secret, a test, the log, sending again."""

from collections.abc import Callable
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.api import bodies
from klientura.kernel.api.describing import INTEGER, act, closed_body, path_number, without_body
from klientura.kernel.api.idempotency import once
from klientura.kernel.api.views import answer
from klientura.kernel.errors import BadRequest
from klientura.kernel.web.requests import number
from klientura.kernel.webhooks import keeping, log
from klientura.kernel.webhooks.models import Delivery, Webhook
from klientura.kernel.webhooks.signing import message_id

TEXT = {"type": "string"}
STATES = ["waiting", "sending", "delivered", "failed"]


def list_webhooks(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET /webhooks: all webhooks, and the events they can be told of."""
    return answer({"items": [_webhook(w) for w in keeping.every(actor)], "events": keeping.offered()})


def read_webhook(request: HttpRequest, actor: Actor, *, webhook_id: int) -> HttpResponse:
    """GET /webhooks/{id}: one webhook."""
    return _one(keeping.one(actor, webhook_id))


def create_webhook(request: HttpRequest, actor: Actor) -> HttpResponse:
    """POST /webhooks {"name", "address", "events", "filter", "owner"}: answers 201 with the secret, this once."""
    body = bodies.body_of(request)
    told: list[tuple[Webhook, str]] = []

    def run() -> HttpResponse:
        told.append(keeping.create(actor, body))
        made = told[0][0]
        response = answer(_webhook(made), status=201, version=made.version)
        response["Location"] = f"/api/v1/webhooks/{made.pk}"
        return response

    return _with_secret(once(request, actor, run), told)


def change_webhook(request: HttpRequest, actor: Actor, *, webhook_id: int) -> HttpResponse:
    """PATCH /webhooks/{id} with If-Match: change what the body names; «active» switches it on and off."""
    body = bodies.body_of(request)
    version = bodies.required_version(request)
    return once(
        request, actor, lambda: _one(keeping.change(actor, webhook_id, body, expected_version=version))
    )


def delete_webhook(request: HttpRequest, actor: Actor, *, webhook_id: int) -> HttpResponse:
    """DELETE /webhooks/{id}: delete a webhook with its log."""
    keeping.delete(actor, webhook_id)
    return HttpResponse(status=204)


def renew_secret(request: HttpRequest, actor: Actor, *, webhook_id: int) -> HttpResponse:
    """POST /webhooks/{id}/secret: make another secret; the old one signs beside it for a day."""
    told: list[tuple[Webhook, str]] = []

    def run() -> HttpResponse:
        told.append(keeping.new_secret(actor, webhook_id))
        return _one(told[0][0])

    return _with_secret(once(request, actor, run), told)


def _with_secret(response: HttpResponse, told: list[tuple[Webhook, str]]) -> HttpResponse:
    """Add the secret after the answer was remembered: it is kept nowhere, and a repetition does not tell it again."""
    for webhook, secret in told:
        response.content = orjson.dumps({**_webhook(webhook), "secret": secret})
    return response


def send_test(request: HttpRequest, actor: Actor, *, webhook_id: int) -> HttpResponse:
    """POST /webhooks/{id}/test: send a test message; answers 202 with its number in the log."""
    return once(request, actor, lambda: answer(_message(keeping.test(actor, webhook_id)), status=202))


def list_messages(request: HttpRequest, actor: Actor, *, webhook_id: int) -> HttpResponse:
    """GET /webhooks/{id}/messages?state=…&before=…&limit=…: the log, the newest first."""
    raw = request.GET.get("before")
    before = number(raw)
    if raw is not None and before is None:
        raise BadRequest(_("A message is named by its number."), code="before")
    page = log.messages(
        actor, webhook_id, state=request.GET.get("state", ""), before=before, limit=bodies.limit_of(request)
    )
    return answer({"items": [_message(d) for d in page.items], "next": page.next})


def read_message(request: HttpRequest, actor: Actor, *, webhook_id: int, message_id: int) -> HttpResponse:
    """GET /webhooks/{id}/messages/{number}: one message with its body and the beginning of the answer."""
    found = log.message(actor, webhook_id, message_id)
    return answer({**_message(found), "body": found.body})


def replay_message(request: HttpRequest, actor: Actor, *, webhook_id: int, message_id: int) -> HttpResponse:
    """POST /webhooks/{id}/messages/{number}/replay: send a message again under its old number."""
    return once(
        request, actor, lambda: answer({"sent": keeping.replay(actor, webhook_id, message_id)}, status=202)
    )


def replay_failed(request: HttpRequest, actor: Actor, *, webhook_id: int) -> HttpResponse:
    """POST /webhooks/{id}/replay: send everything again that was given up."""
    return once(request, actor, lambda: answer({"sent": keeping.replay(actor, webhook_id)}, status=202))


def _one(webhook: Webhook) -> HttpResponse:
    return answer(_webhook(webhook), version=webhook.version)


def _webhook(webhook: Webhook) -> dict[str, Any]:
    return {
        "id": webhook.pk,
        "uid": str(webhook.uid),
        "name": webhook.name,
        "address": webhook.address,
        "events": webhook.events,
        "filter": webhook.filter,
        "owner": {"id": webhook.owner_id, "title": webhook.owner.name},
        "active": webhook.active,
        "paused": webhook.paused or None,
        "failing_since": webhook.failing_since.isoformat() if webhook.failing_since else None,
        "version": webhook.version,
        "changed_at": webhook.changed_at.isoformat(),
    }


def _message(delivery: Delivery) -> dict[str, Any]:
    return {
        "id": delivery.pk,
        "message_id": message_id(delivery.uid),
        "kind": delivery.kind,
        "at": delivery.at.isoformat(),
        "state": delivery.state,
        "attempts": delivery.attempts,
        "next_at": delivery.next_at.isoformat() if delivery.next_at else None,
        "status": delivery.status,
        "error": delivery.error or None,
        "answer": delivery.answer,
        "milliseconds": delivery.milliseconds,
    }


def _schemas() -> tuple[dict[str, Any], dict[str, Any], dict[str, Any]]:
    """What is given for a webhook, what is answered, and what a message of the log is."""
    given = {
        "name": {"type": "string", "minLength": 1, "maxLength": keeping.MAX_NAME},
        "address": {"type": "string", "maxLength": 2000},
        "events": {"type": "array", "items": TEXT},
        "filter": {"type": ["object", "null"]},
        "owner": INTEGER,
        "active": {"type": "boolean"},
    }
    webhook = {
        "type": "object",
        "required": ["id", "name", "address", "events", "active", "version"],
        "properties": {
            **given, "id": INTEGER, "uid": TEXT, "paused": {"type": ["string", "null"]}, "secret": TEXT,
            "failing_since": {"type": ["string", "null"]}, "version": INTEGER, "changed_at": TEXT,
            "owner": {"type": "object", "properties": {"id": INTEGER, "title": TEXT}},
        },
    }  # fmt: skip
    message = {
        "type": "object",
        "required": ["id", "message_id", "kind", "state"],
        "properties": {
            "id": INTEGER, "message_id": TEXT, "kind": TEXT, "at": TEXT, "state": {"type": "string", "enum": STATES},
            "attempts": {"type": "integer"}, "next_at": {"type": ["string", "null"]}, "status": {"type": ["integer", "null"]},
            "error": {"type": ["string", "null"]}, "answer": TEXT, "milliseconds": {"type": ["integer", "null"]},
            "body": {"type": ["string", "null"]},
        },
    }  # fmt: skip
    return given, webhook, message


def description(responses: Callable[..., Any], once_header: Any, version_header: Any) -> dict[str, Any]:
    """The paths of webhooks for the OpenAPI document; `responses` makes those of an act."""
    given, webhook, message = _schemas()
    numbers = [path_number("webhook_id")]
    both = [*numbers, path_number("message_id")]
    gone = without_body(responses, "deleted")
    listed = {
        "type": "object",
        "properties": {
            "items": {"type": "array", "items": webhook},
            "events": {"type": "array", "items": TEXT},
        },
    }
    log_page = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": message}, "next": {"type": ["integer", "null"]}},
    }
    sent = {"type": "object", "properties": {"sent": {"type": "integer"}}}
    asked = [
        {"name": "state", "in": "query", "schema": {"type": "string", "enum": STATES}},
        {"name": "before", "in": "query", "schema": INTEGER},
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200}},
    ]
    made, changed = closed_body(given, ["name", "address", "events"]), closed_body(given)
    return {
        "/webhooks": {
            "get": act("webhooks", "list", responses(listed), []),
            "post": act("webhooks", "create", responses(webhook, "201"), [once_header], made),
        },
        "/webhooks/{webhook_id}": {
            "get": act("webhooks", "read", responses(webhook), numbers),
            "patch": act(
                "webhooks", "change", responses(webhook), [*numbers, version_header, once_header], changed
            ),
            "delete": act("webhooks", "delete", gone, numbers),
        },
        "/webhooks/{webhook_id}/secret": {
            "post": act("webhooks", "secret", responses(webhook), [*numbers, once_header])
        },
        "/webhooks/{webhook_id}/test": {
            "post": act("webhooks", "test", responses(message, "202"), [*numbers, once_header])
        },
        "/webhooks/{webhook_id}/replay": {
            "post": act("webhooks", "replay", responses(sent, "202"), [*numbers, once_header])
        },
        "/webhooks/{webhook_id}/messages": {
            "get": act("webhooks", "messages", responses(log_page), [*numbers, *asked])
        },
        "/webhooks/{webhook_id}/messages/{message_id}": {
            "get": act("webhooks", "message", responses(message), both)
        },
        "/webhooks/{webhook_id}/messages/{message_id}/replay": {
            "post": act("webhooks", "message_replay", responses(sent, "202"), [*both, once_header])
        },
    }
