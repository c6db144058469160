"""Notifications for programs: those of the token's own user."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.api import bodies
from klientura.kernel.api.describing import INTEGER, act, closed_body
from klientura.kernel.api.views import answer
from klientura.kernel.errors import BadRequest
from klientura.kernel.notify import reading, wishes
from klientura.kernel.notify.kinds import KINDS, MAIL
from klientura.kernel.notify.wording import Line
from klientura.kernel.web.requests import number


def list_notifications(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET /notifications?kind=&unread=true&after=&limit=: what the user is told, the newest first, as they may know it now."""
    after, unread = request.GET.get("after"), request.GET.get("unread", "false")
    before = number(after)
    if after is not None and before is None:
        raise BadRequest(_("Go on after the number that the page before gave as «next»."), code="after")
    if unread not in {"true", "false"}:
        raise BadRequest(_("«unread» is true or false."), code="unread")
    page = reading.page(
        actor, kind=request.GET.get("kind", ""), unread=unread == "true", before=before, limit=bodies.limit_of(request)
    )  # fmt: skip
    return answer({
        "items": [_line(line) for line in page.lines],
        "next": None if page.next is None else str(page.next),
    })  # fmt: skip


def count_notifications(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET /notifications/count: how many are unread; «capped»: at least so many."""
    unread = reading.unread_number(actor)
    return answer({"count": min(unread, reading.NUMBER_CAP), "capped": unread > reading.NUMBER_CAP})


def read_notifications(request: HttpRequest, actor: Actor) -> HttpResponse:
    """POST /notifications/read {"ids": […]} or {"all": true}: mark as read; answers how many were unread."""
    body = bodies.body_of(request)
    if set(body) == {"all"} and body["all"] is True:
        return answer({"read": reading.mark(actor)})
    if set(body) != {"ids"}:
        raise BadRequest(_("Send «ids», or «all»: true."), code="notifications")
    return answer({"read": reading.mark(actor, bodies.ids_of(body["ids"]))})


def read_wishes(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET /notifications/wishes: how the user wishes to be told of each kind, and their hours."""
    return answer(_wished(wishes.wishes_of(actor)))


def change_wishes(request: HttpRequest, actor: Actor) -> HttpResponse:
    """PATCH /notifications/wishes {"kinds": {kind: {"product", "mail", "push"}}, "quiet_from", "quiet_until", "digest_at", "digest_day"}."""
    body = bodies.body_of(request)
    if unknown := set(body) - {"kinds", "digest_day", *HOURS}:
        raise BadRequest(_("There is no wish «%(key)s».") % {"key": min(unknown)[:60]}, code="wishes")
    return answer(_wished(wishes.change(actor, body)))


def _wished(wished: wishes.Wished) -> dict[str, Any]:
    kinds = {key: ways._asdict() for key, ways in wished.kinds.items()}
    hours = {key: value.strftime("%H:%M") if (value := getattr(wished, key)) else None for key in HOURS}
    return {"kinds": kinds, **hours, "digest_day": wished.digest_day}


def _line(line: Line) -> dict[str, Any]:
    return {
        "id": line.id,
        "kind": line.kind,
        "at": line.at.isoformat(),
        "read": line.read,
        "text": line.text,
        "by": line.who or None,
        "records": [{"object": r.shape.key, "id": r.id, "title": r.title} for r in line.records],
        "detail": line.detail or None,
    }


HOURS = ("quiet_from", "quiet_until", "digest_at")
LINE = {
    "type": "object",
    "required": ["id", "kind", "at", "read", "text"],
    "properties": {
        "id": INTEGER, "kind": {"type": "string", "enum": list(KINDS)}, "at": {"type": "string", "format": "date-time"},
        "read": {"type": "boolean"}, "text": {"type": "string"}, "by": {"type": ["string", "null"]},
        "records": {
            "type": "array",
            "items": {"type": "object", "properties": {"object": {"type": "string"}, "id": INTEGER, "title": {"type": "string"}}},
        },
        "detail": {"type": ["string", "null"]},
    },
}  # fmt: skip


def description(responses: Callable[..., Any]) -> dict[str, Any]:
    """The paths of notifications for the OpenAPI document."""
    listed = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": LINE}, "next": {"type": ["string", "null"]}},
    }
    asked = [
        {"name": "kind", "in": "query", "schema": {"type": "string", "enum": list(KINDS)}},
        {"name": "unread", "in": "query", "schema": {"type": "string", "enum": ["true", "false"]}},
        {"name": "after", "in": "query", "schema": {"type": "string"}},
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200}},
    ]
    counted = {
        "type": "object",
        "properties": {"count": {"type": "integer"}, "capped": {"type": "boolean"}},
    }
    number_read = {"type": "object", "properties": {"read": {"type": "integer"}}}
    which = {
        "oneOf": [
            closed_body({"ids": {"type": "array", "items": INTEGER}}, ["ids"]),
            closed_body({"all": {"const": True}}, ["all"]),
        ]
    }
    switch = {"type": "boolean"}
    wish = closed_body({"product": switch, "mail": {"type": "string", "enum": list(MAIL)}, "push": switch})
    hour = {"type": ["string", "null"], "pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
    day = {"type": ["integer", "null"], "minimum": 0, "maximum": 6}
    wished = closed_body(
        {"kinds": closed_body(dict.fromkeys(KINDS, wish)), **dict.fromkeys(HOURS, hour), "digest_day": day}
    )
    return {
        "/notifications/wishes": {
            "get": act("notifications", "wishes", responses(wished), []),
            "patch": act("notifications", "change_wishes", responses(wished), [], wished),
        },
        "/notifications": {"get": act("notifications", "list", responses(listed), asked)},
        "/notifications/count": {"get": act("notifications", "count", responses(counted), [])},
        "/notifications/read": {"post": act("notifications", "read", responses(number_read), [], which)},
    }
