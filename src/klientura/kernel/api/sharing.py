"""With whom a record is shared, for programs: read, replace, withdraw."""

import datetime as dt
from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import members_of
from klientura.kernel.api import bodies
from klientura.kernel.api.describing import without_body
from klientura.kernel.api.idempotency import once
from klientura.kernel.api.views import answer
from klientura.kernel.errors import BadRequest, FieldError, Invalid, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.sharing import giving, reading
from klientura.kernel.sharing.rows import Given
from klientura.kernel.web.requests import number

KEYS = frozenset({"user", "team", "level", "until"})


def read_shares(request: HttpRequest, actor: Actor, *, object: str, record_id: int) -> HttpResponse:
    """GET /{object}/{id}/shares: with whom a record is shared, how, and until when."""
    return _answer(actor, _shape(object), record_id)


def replace_shares(request: HttpRequest, actor: Actor, *, object: str, record_id: int) -> HttpResponse:
    """PUT /{object}/{id}/shares {"shares": [{"user" or "team": id, "level", "until"}]}: share it exactly like this.

    Answers 204 when the record is open to the actor no longer.
    """
    shape, body = _shape(object), bodies.body_of(request)
    listed = body.get("shares")
    if set(body) != {"shares"} or not isinstance(listed, list) or len(listed) > giving.MOST:
        raise BadRequest(_("Send «shares», a list of at most 100."), code="share")
    given = [_given(each, place) for place, each in enumerate(listed)]

    def run() -> HttpResponse:
        giving.replace(actor, shape, record_id, given)
        try:
            return _answer(actor, shape, record_id)
        except NotFound:  # the actor has withdrawn what let themselves in
            return HttpResponse(status=204)

    return once(request, actor, run)


def withdraw_shares(request: HttpRequest, actor: Actor, *, object: str, record_id: int) -> HttpResponse:
    """DELETE /{object}/{id}/shares?user=… or ?team=…: share it with them no longer; without either: with nobody."""
    shape = _shape(object)
    named = {k: number(request.GET.get(k)) for k in ("user", "team") if k in request.GET}
    if len(named) > 1 or None in named.values():
        raise BadRequest(_("Name a user or a team by its number."), code="share")
    giving.withdraw(actor, shape, record_id, [(named.get("user"), named.get("team"))] if named else None)
    return HttpResponse(status=204)


def _shape(key: str) -> Shape:
    """An object whose records are shared; a table of several kinds is shared as one of them."""
    shape = shape_of(key)
    if members_of(shape):
        raise NotFound
    return shape


def _given(raw: Any, place: int) -> Given:
    where = f"shares.{place}"
    if not isinstance(raw, Mapping) or set(raw) - KEYS or ("user" in raw) == ("team" in raw):
        raise Invalid(
            [FieldError(where, "share", _("A share names «user» or «team», and «level» and «until»."))]
        )
    who = raw.get("user", raw.get("team"))
    if isinstance(who, bool) or not isinstance(who, int) or not 0 < who <= bodies.MAX_ID:
        raise Invalid([FieldError(where, "reference", _("Name a user or a team by its number."))])
    level, until = raw.get("level", "read"), None
    if level not in ("read", "edit"):
        raise Invalid([FieldError(f"{where}.level", "option", _("The level is «read» or «edit»."))])
    if raw.get("until") is not None:
        try:
            until = dt.date.fromisoformat(raw["until"]) if isinstance(raw["until"], str) else None
        except ValueError:
            until = None
        if until is None:
            raise Invalid([FieldError(f"{where}.until", "date", _("A day is written like 2026-12-31."))])
    return Given(who if "user" in raw else None, who if "team" in raw else None, level, until)


def _answer(actor: Actor, shape: Shape, record_id: int) -> HttpResponse:
    return answer({"items": [_share(s) for s in reading.shares_of(actor, shape, record_id)]})


def _share(share: reading.Shared) -> dict[str, Any]:
    user = {"id": share.user_id, "title": share.name} if share.user_id is not None else None
    team = {"id": share.team_id, "title": share.name} if share.team_id is not None else None
    return {
        "user": user,
        "team": team,
        "level": share.level,
        "until": share.until and share.until.isoformat(),
        "at": share.at.isoformat(),
        "by": {"id": share.by_id, "title": share.by} if share.by_id is not None else None,
    }


WHO = {"type": ["object", "null"], "properties": {"id": {"type": "integer"}, "title": {"type": "string"}}}
LEVEL = {"type": "string", "enum": ["read", "edit"]}
ITEMS = {
    "type": "object",
    "properties": {
        "items": {
            "type": "array",
            "items": {
                "type": "object",
                "properties": {
                    "user": WHO,
                    "team": WHO,
                    "level": LEVEL,
                    "until": {"type": ["string", "null"], "format": "date"},
                    "at": {"type": "string", "format": "date-time"},
                    "by": WHO,
                },
            },
        }
    },
}
NAMED = {"type": "integer", "format": "int64", "minimum": 1}
TERMS = {"level": LEVEL, "until": {"type": ["string", "null"], "format": "date"}}
SHARES = {
    "type": "object",
    "required": ["shares"],
    "properties": {
        "shares": {
            "type": "array",
            "maxItems": giving.MOST,
            "items": {
                "oneOf": [
                    {
                        "type": "object",
                        "required": [who],
                        "properties": {who: NAMED, **TERMS},
                        "additionalProperties": False,
                    }
                    for who in ("user", "team")
                ]
            },
        }
    },
    "additionalProperties": False,
}


def description(
    act: Callable[..., dict[str, Any]],
    responses: Callable[..., Any],
    record: Any,
    once_header: Any,
    *,
    editable: bool,
) -> dict[str, Any]:
    """The methods of the shares of one object's records; changing them only for those who may change some."""
    methods = {"get": act("shares", "with whom it is shared", responses(ITEMS), parameters=[record])}
    if editable:
        named = [
            {"name": who, "in": "query", "schema": NAMED, "description": "only theirs"}
            for who in ("user", "team")
        ]
        gone = without_body(responses, "done")
        methods["put"] = act(
            "share", "share it exactly like this", responses(ITEMS), parameters=[record, once_header],
            body={"required": True, "content": {"application/json": {"schema": SHARES}}},
        )  # fmt: skip
        methods["delete"] = act("unshare", "withdraw access", gone, parameters=[record, *named])
    return methods
