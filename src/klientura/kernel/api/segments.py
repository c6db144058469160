"""Segments for programs: read, make, change, delete; their records, and filling lists."""

from collections.abc import Callable, Mapping
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.api import bodies
from klientura.kernel.api.describing import act, without_body
from klientura.kernel.api.idempotency import once
from klientura.kernel.api.views import answer
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.segments import counting, keeping, members, reading, rules
from klientura.kernel.segments.models import Segment
from klientura.kernel.store import bulk

MADE_OF = frozenset({"object", "name", "description", "kind", "rule", "visibility"})


def list_segments(request: HttpRequest, actor: Actor) -> HttpResponse:
    """GET /segments?object=…: the segments open to the actor."""
    found = reading.open_segments(actor).select_related("owner")
    if key := request.GET.get("object"):
        found = found.filter(object=shape_of(key).key)
    rows = list(found[: reading.MOST])
    known = reading.with_parts(rows)
    with reading.remembered(known.values()):
        return answer({"items": [_segment(actor, s, known) for s in rows]})


def create_segment(request: HttpRequest, actor: Actor) -> HttpResponse:
    """POST /segments {"object", "name", "kind", "rule", "description", "visibility"}: make a segment; answers 201."""
    body = bodies.body_of(request)
    _known(body, MADE_OF)
    key = body.pop("object", None)
    shape = shape_of(key if isinstance(key, str) else "")
    body.setdefault("name", None)

    def run() -> HttpResponse:
        made = keeping.create(actor, shape, **body)
        response = _one(actor, made.pk, status=201)
        response["Location"] = f"/api/v1/segments/{made.pk}"
        return response

    return once(request, actor, run)


def read_segment(request: HttpRequest, actor: Actor, *, segment_id: int) -> HttpResponse:
    """GET /segments/{id}: one segment."""
    return _one(actor, segment_id)


def change_segment(request: HttpRequest, actor: Actor, *, segment_id: int) -> HttpResponse:
    """PATCH /segments/{id} with If-Match: change what the body names."""
    body = bodies.body_of(request)
    _known(body, keeping.CHANGEABLE)
    version = bodies.required_version(request)

    def run() -> HttpResponse:
        keeping.change(actor, segment_id, body, expected_version=version)
        return _one(actor, segment_id)

    return once(request, actor, run)


def delete_segment(request: HttpRequest, actor: Actor, *, segment_id: int) -> HttpResponse:
    """DELETE /segments/{id}: delete a segment."""
    keeping.delete(actor, segment_id)
    return HttpResponse(status=204)


def count_segment(request: HttpRequest, actor: Actor, *, segment_id: int) -> HttpResponse:
    """GET /segments/{id}/count: how many of its records are open to the actor, exactly."""
    return answer({"count": counting.live_count(actor, reading.one(actor, segment_id))})


def list_members(request: HttpRequest, actor: Actor, *, segment_id: int) -> HttpResponse:
    """GET /segments/{id}/members?after=&limit=: its records by number, and since when each is in."""
    page = counting.members(
        actor, reading.one(actor, segment_id), after=request.GET.get("after"), limit=bodies.limit_of(request)
    )
    return answer({"items": page.items, "next": page.next})


def fill_segment(request: HttpRequest, actor: Actor, *, segment_id: int) -> HttpResponse:
    """POST /segments/{id}/members {"add" | "remove": [ids] or {"filter": …}}: fill a list; answers its operation."""
    body = bodies.body_of(request)
    _known(body, frozenset({"add", "remove"}))
    if len(body) != 1:
        raise BadRequest(_("Say either what to add or what to remove."), code="segment")
    verb, what = next(iter(body.items()))
    selection = _selection(what)

    def run() -> HttpResponse:
        done = (members.add if verb == "add" else members.remove)(actor, segment_id, selection)
        return answer({"operation": done.operation_id, "chosen": done.chosen, "changed": done.changed})

    return once(request, actor, run)


def _selection(what: Any) -> bulk.Selection:
    if isinstance(what, Mapping):
        tree = what.get("filter")
        if set(what) != {"filter"} or not isinstance(tree, dict) or not tree:
            raise BadRequest(_("A list of record numbers is expected."), code="ids")
        return bulk.Selection(tree=tree)
    return bulk.Selection(ids=bodies.ids_of(what))


def _known(body: Mapping[str, Any], known: frozenset[str]) -> None:
    if unknown := set(body) - known:
        raise BadRequest(_("A segment has no «%(key)s».") % {"key": min(unknown)[:60]}, code="segment")


def _one(actor: Actor, segment_id: int, *, status: int = 200) -> HttpResponse:
    segment = reading.one(actor, segment_id)
    known = reading.with_parts([segment])
    with reading.remembered(known.values()):
        return answer(_segment(actor, segment, known), status=status, version=segment.version)


def _segment(actor: Actor, segment: Segment, known: Mapping[int, Segment]) -> dict[str, Any]:
    """A segment as this reader may know it: of a rule that is not theirs to judge by only why is told."""
    broken = str(rules.broken(actor, segment)) or None
    whole = broken is None and rules.sees_whole(actor, segment, known)
    told = broken is None or reading.may_change(actor, segment)
    return {
        "id": segment.pk,
        "uid": str(segment.uid),
        "object": segment.object,
        "name": segment.name,
        "description": segment.description,
        "kind": segment.kind,
        "rule": segment.rule if told else None,
        "broken": broken,
        "owner": {"id": segment.owner_id, "title": segment.owner.name},
        "visibility": segment.visibility,
        "counted": segment.counted if whole else None,
        "counted_at": segment.counted_at.isoformat() if whole and segment.counted_at else None,
        "may_change": reading.may_change(actor, segment),
        "may_fill": reading.may_fill(actor, segment),
        "version": segment.version,
    }


INTEGER = {"type": "integer", "format": "int64", "minimum": 1}
TEXT = {"type": "string"}
MAYBE = {"type": ["string", "null"]}
COUNT = {"type": "integer", "minimum": 0}


def description(
    objects: list[str], responses: Callable[..., Any], once_header: Any, version_header: Any
) -> dict[str, Any]:
    """The paths of segments for the OpenAPI document; `responses` makes those of an act."""
    given: dict[str, Any] = {
        "name": {"type": "string", "minLength": 1, "maxLength": keeping.MAX_NAME},
        "description": {"type": "string", "maxLength": keeping.MAX_DESCRIPTION},
        "rule": {"type": "object", "description": "filter tree; of a segment by a rule"},
        "visibility": {"type": "string", "enum": ["private", "team", "everyone"]},
    }
    kind = {"type": "string", "enum": ["live", "static"]}
    named = {"type": "string", "enum": objects}
    segment = _object(
        ["id", "object", "name", "kind", "version"],
        **{**given, "rule": {"type": ["object", "null"]}}, id=INTEGER, uid=TEXT, object=TEXT, kind=kind, broken=MAYBE,
        owner=_object([], id=INTEGER, title=TEXT), counted={"type": ["integer", "null"]}, counted_at=MAYBE,
        may_change={"type": "boolean"}, may_fill={"type": "boolean"}, version=INTEGER,
    )  # fmt: skip
    new = {**_object(["object", "name"], **given, object=named, kind=kind), "additionalProperties": False}
    changed = {**_object([], **given), "additionalProperties": False}
    chosen = {"oneOf": [{"type": "array", "items": INTEGER}, _object(["filter"], filter={"type": "object"})]}
    filled = {**_object([], add=chosen, remove=chosen), "minProperties": 1, "maxProperties": 1}
    member = _object(["id", "title"], id=INTEGER, title=MAYBE, since=MAYBE)
    members_page = _object(["items", "next"], items={"type": "array", "items": member}, next=MAYBE)
    outcome = _object(["operation"], operation=INTEGER, chosen=COUNT, changed=COUNT)
    number = {"name": "segment_id", "in": "path", "required": True, "schema": INTEGER}
    which = {"name": "object", "in": "query", "schema": named}
    paging = [
        {"name": "after", "in": "query", "schema": TEXT},
        {"name": "limit", "in": "query", "schema": {"type": "integer", "minimum": 1, "maximum": 200}},
    ]
    gone = without_body(responses, "deleted")
    listed = _object([], items={"type": "array", "items": segment})
    return {
        "/segments": {
            "get": act("segments", "list", responses(listed), [which]),
            "post": act("segments", "create", responses(segment, "201"), [once_header], new),
        },
        "/segments/{segment_id}": {
            "get": act("segments", "read", responses(segment), [number]),
            "patch": act(
                "segments", "change", responses(segment), [number, version_header, once_header], changed
            ),
            "delete": act("segments", "delete", gone, [number]),
        },
        "/segments/{segment_id}/count": {
            "get": act("segments", "count", responses(_object([], count=COUNT)), [number])
        },
        "/segments/{segment_id}/members": {
            "get": act("segments", "members", responses(members_page), [number, *paging]),
            "post": act("segments", "fill", responses(outcome), [number, once_header], filled),
        },
    }


def _object(required: list[str], **properties: Any) -> dict[str, Any]:
    found: dict[str, Any] = {"type": "object", "properties": properties}
    return {**found, "required": required} if required else found
