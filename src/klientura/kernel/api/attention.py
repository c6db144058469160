"""Following, favourites and what was opened last, for programs: what the token's own user follows and keeps at hand."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.api import bodies
from klientura.kernel.api.describing import INTEGER, act, closed_body, path_number, path_object
from klientura.kernel.api.idempotency import once
from klientura.kernel.api.views import answer
from klientura.kernel.errors import BadRequest
from klientura.kernel.notify import favourites, following
from klientura.kernel.notify.naming import Named
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read


def read_attention(request: HttpRequest, actor: Actor, *, object: str, record_id: int) -> HttpResponse:
    """GET /{object}/{id}/attention: whether the user follows a record and keeps it at hand."""
    return _attention(actor, shape_of(object), record_id)


def change_attention(request: HttpRequest, actor: Actor, *, object: str, record_id: int) -> HttpResponse:
    """PATCH /{object}/{id}/attention {"favourite": bool, "follows": bool}: change what is named."""
    shape, body = shape_of(object), bodies.body_of(request)
    if set(body) - {"favourite", "follows"} or not all(isinstance(v, bool) for v in body.values()):
        raise BadRequest(_("Send «favourite» or «follows»: true or false."), code="attention")

    def run() -> HttpResponse:
        if "favourite" in body:
            favourites.keep(actor, shape, record_id, wanted=body["favourite"])
        if "follows" in body:
            following.follow(actor, shape, record_id, wanted=body["follows"])
        return _attention(actor, shape, record_id)

    return once(request, actor, run)


def _attention(actor: Actor, shape: Shape, record_id: int) -> HttpResponse:
    read.get(actor, shape, record_id, keys=["id"])
    found = following.attention(actor, shape, record_id)
    return answer({"favourite": found.favourite, "follows": found.follows})


def list_favourites(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET /favourites: what the user keeps at hand, in their order, as far as it is open to them."""
    found = favourites.favourites_of(actor)
    return answer({"items": [{"id": row.pk, **_record(name)} for row, name in found]})


def arrange_favourites(request: HttpRequest, actor: Actor) -> HttpResponse:
    """PUT /favourites {"order": [id of favourites]}: another order; those that are not named come behind."""
    body = bodies.body_of(request)
    if set(body) != {"order"}:
        raise BadRequest(_("Send «order», a list of the numbers of favourites."), code="favourites")
    favourites.arrange(actor, bodies.ids_of(body["order"]))
    return list_favourites(request, actor)


def list_opened(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET /favourites/opened: what the user opened last, the latest first."""
    found = favourites.recent_of(actor, limit=favourites.KEPT_VISITS)
    return answer({"items": [{**_record(name), "at": visit.at.isoformat()} for visit, name in found]})


def _record(name: Named) -> dict[str, Any]:
    return {"object": name.shape.key, "record": {"id": name.id, "title": name.title}}


RECORD = {
    "object": {"type": "string"},
    "record": {"type": "object", "properties": {"id": INTEGER, "title": {"type": "string"}}},
}
ATTENTION = {"favourite": {"type": "boolean"}, "follows": {"type": "boolean"}}


def _items(properties: dict[str, Any]) -> dict[str, Any]:
    line = {"type": "object", "properties": properties}
    return {"type": "object", "properties": {"items": {"type": "array", "items": line}}}


def description(objects: list[str], responses: Callable[..., Any], once_header: Any) -> dict[str, Any]:
    """The paths of following and favourites for the OpenAPI document."""
    which = path_object(objects)
    record = [which, path_number("record_id")]
    state = {"type": "object", "properties": ATTENTION, "required": list(ATTENTION)}
    kept = _items({"id": INTEGER, **RECORD})
    order = closed_body({"order": {"type": "array", "items": INTEGER}}, ["order"])
    opened = _items({**RECORD, "at": {"type": "string", "format": "date-time"}})
    return {
        "/{object}/{record_id}/attention": {
            "get": act("attention", "read", responses(state), record),
            "patch": act(
                "attention", "change", responses(state), [*record, once_header], closed_body(ATTENTION)
            ),
        },
        "/favourites": {
            "get": act("favourites", "list", responses(kept), []),
            "put": act("favourites", "arrange", responses(kept), [], order),
        },
        "/favourites/opened": {"get": act("favourites", "opened", responses(opened), [])},
    }
