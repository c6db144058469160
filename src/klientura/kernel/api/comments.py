"""Comments for programs: read, write, change, delete."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.api import bodies
from klientura.kernel.api.describing import INTEGER, act, closed_body, path_number, path_object, without_body
from klientura.kernel.api.idempotency import once
from klientura.kernel.api.views import answer
from klientura.kernel.comments import opening, reading, writing
from klientura.kernel.comments.models import MAX_TEXT, Comment
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.web.requests import number


def list_comments(request: HttpRequest, actor: Actor, *, object: str, record_id: int) -> HttpResponse:
    """GET /{object}/{id}/comments?after=…&limit=…: what is said about a record, the newest first."""
    shape, after = shape_of(object), request.GET.get("after")
    before = number(after)
    if after is not None and before is None:
        raise BadRequest(_("Go on after the number that the page before gave as «next»."), code="after")
    found = reading.page(actor, shape, record_id, before=before, limit=bodies.limit_of(request))
    return answer({
        "items": [_comment(actor, c) for c in found.comments],
        "next": None if found.next is None else str(found.next),
    })  # fmt: skip


def write_comment(request: HttpRequest, actor: Actor, *, object: str, record_id: int) -> HttpResponse:
    """POST /{object}/{id}/comments {"text", "mentions": [user]}: say something; answers 201.

    Colleagues are mentioned in the text as «@Name Surname»; `mentions` tells namesakes apart. `unheard` are those
    who are mentioned and do not see the record.
    """
    shape = shape_of(object)
    text, chosen = _given(request)

    def run() -> HttpResponse:
        written = writing.write(actor, shape, record_id, text, chosen=chosen)
        comment = reading.one(actor, shape, record_id, written.comment.pk)
        return answer({**_comment(actor, comment), "unheard": list(written.blind)}, status=201)

    return once(request, actor, run)


def change_comment(
    request: HttpRequest, actor: Actor, *, object: str, record_id: int, comment_id: int
) -> HttpResponse:
    """PATCH /{object}/{id}/comments/{comment} {"text", "mentions"}: rewrite one's own comment."""
    shape = shape_of(object)
    text, chosen = _given(request)

    def run() -> HttpResponse:
        written = writing.change(actor, shape, record_id, comment_id, text, chosen=chosen)
        return answer({**_comment(actor, written.comment), "unheard": list(written.blind)})

    return once(request, actor, run)


def open_record(
    request: HttpRequest, actor: Actor, *, object: str, record_id: int, comment_id: int
) -> HttpResponse:
    """POST /{object}/{id}/comments/{comment}/open: share the record with those it mentions in vain, and tell them of it."""
    shape = shape_of(object)

    def run() -> HttpResponse:
        return answer({"opened": list(opening.open_to_mentioned(actor, shape, record_id, comment_id))})

    return once(request, actor, run)


def delete_comment(
    request: HttpRequest, actor: Actor, *, object: str, record_id: int, comment_id: int
) -> HttpResponse:
    """DELETE /{object}/{id}/comments/{comment}: take it away; that there was one stays to be seen."""
    writing.delete(actor, shape_of(object), record_id, comment_id)
    return HttpResponse(status=204)


def _given(request: HttpRequest) -> tuple[Any, tuple[int, ...]]:
    body = bodies.body_of(request)
    if unknown := set(body) - {"text", "mentions"}:
        raise BadRequest(_("A comment has no «%(key)s».") % {"key": min(unknown)[:60]}, code="comment")
    return body.get("text"), bodies.ids_of(body.get("mentions", []))


def _comment(actor: Actor, comment: Comment) -> dict[str, Any]:
    return {
        "id": comment.pk,
        "text": comment.text,
        "mentions": [{"id": m["id"], "title": m["name"]} for m in comment.mentions],
        "author": {"id": comment.author_id, "title": comment.author.name} if comment.author else None,
        "at": comment.at.isoformat(),
        "edited_at": comment.edited_at and comment.edited_at.isoformat(),
        "deleted_at": comment.deleted_at and comment.deleted_at.isoformat(),
        "may_change": reading.may_change(actor, comment),
    }


WHO = {"type": ["object", "null"], "properties": {"id": {"type": "integer"}, "title": {"type": "string"}}}
MOMENT = {"type": ["string", "null"], "format": "date-time"}
COMMENT = {
    "type": "object",
    "required": ["id", "text", "at"],
    "properties": {
        "id": INTEGER, "text": {"type": "string"}, "mentions": {"type": "array", "items": WHO}, "author": WHO,
        "at": {"type": "string", "format": "date-time"}, "edited_at": MOMENT, "deleted_at": MOMENT,
        "may_change": {"type": "boolean"}, "unheard": {"type": "array", "items": {"type": "string"}},
    },
}  # fmt: skip


def description(objects: list[str], responses: Callable[..., Any], once_header: Any) -> dict[str, Any]:
    """The paths of comments for the OpenAPI document."""
    which = path_object(objects)
    record, one = [which, path_number("record_id")], path_number("comment_id")
    text = {"type": "string", "minLength": 1, "maxLength": MAX_TEXT}
    given = closed_body({"text": text, "mentions": {"type": "array", "items": INTEGER}}, ["text"])
    listed = {
        "type": "object",
        "properties": {"items": {"type": "array", "items": COMMENT}, "next": {"type": ["string", "null"]}},
    }
    paging = [
        {"name": "after", "in": "query", "schema": {"type": "string"}},
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200}},
    ]
    gone = without_body(responses, "deleted")
    opened = {"type": "object", "properties": {"opened": {"type": "array", "items": {"type": "string"}}}}
    return {
        "/{object}/{record_id}/comments": {
            "get": act("comments", "list", responses(listed), [*record, *paging]),
            "post": act("comments", "write", responses(COMMENT, "201"), [*record, once_header], given),
        },
        "/{object}/{record_id}/comments/{comment_id}": {
            "patch": act("comments", "change", responses(COMMENT), [*record, one, once_header], given),
            "delete": act("comments", "delete", gone, [*record, one]),
        },
        "/{object}/{record_id}/comments/{comment_id}/open": {
            "post": act("comments", "open", responses(opened), [*record, one, once_header]),
        },
    }
