"""The endpoints, the same for every object: list, read, create, change, trash, bulk, actions, history."""

from collections.abc import Callable, Mapping
from typing import Any

import orjson
from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _
from django.views.decorators.csrf import csrf_exempt

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable, readable_parts, require
from klientura.kernel.access.sessions import actor_of, user_of_token
from klientura.kernel.api import bodies
from klientura.kernel.api.idempotency import once
from klientura.kernel.bulk import acts
from klientura.kernel.errors import BadRequest, FieldError, Invalid, KernelError, NotFound
from klientura.kernel.history.marks import marks_of
from klientura.kernel.history.read import history_of
from klientura.kernel.history.undoing import undo
from klientura.kernel.jobs.models import Job
from klientura.kernel.merging.trails import merged_into
from klientura.kernel.objects.registry import follow, shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.objects.spec import Action
from klientura.kernel.search.query import understand
from klientura.kernel.settings.installation import current
from klientura.kernel.store import as_json, bulk, read, write
from klientura.kernel.store.drafts import NO_SUCH_FIELD
from klientura.kernel.store.models import Operation
from klientura.kernel.views.contents import Contents, contents
from klientura.kernel.views.reading import of_object
from klientura.kernel.web.bodies import Takes
from klientura.kernel.web.doors import Door, View, open_to
from klientura.kernel.web.requests import number

MAX_BULK = 1000


class Unauthorised(KernelError):
    """No valid token."""

    status = 401
    code = "unauthorised"
    default_message = _("Send a valid API token as «Authorization: Bearer …».")


def endpoint(*, takes: Takes | None = None, **methods: Callable[..., HttpResponse]) -> View:
    """Build a view from one function per method; finds the actor by the token. `takes`: how large a file."""

    @csrf_exempt
    def view(request: HttpRequest, **where: Any) -> HttpResponse:
        function = methods.get((request.method or "").lower())
        if function is None and request.method == "HEAD":
            function = methods.get("get")
        actor = _authenticate(request)
        if function is None:
            allowed = HttpResponse(status=405)
            allowed["Allow"] = ", ".join(m.upper() for m in methods)
            return allowed
        return function(request, actor, **where)

    made = open_to(Door.TOKEN)(view)
    return takes.on(made) if takes is not None else made


def _authenticate(request: HttpRequest) -> Actor:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    found = user_of_token(token.strip()) if scheme.lower() == "bearer" else None
    if found is None:
        raise Unauthorised
    user, installation = found
    follow(installation.schema_version)
    actor = actor_of(user, installation.access_version)
    translation.activate(actor.language)
    timezone.activate(actor.time_zone)
    return actor


def answer(value: Any, *, status: int = 200, version: int | None = None) -> HttpResponse:
    """JSON, with the record's version as ETag."""
    response = HttpResponse(orjson.dumps(value), status=status, content_type="application/json")
    if version is not None:
        response["ETag"] = f'"{version}"'
    return response


def _shape(actor: Actor, key: str) -> Shape:
    shape = shape_of(key)
    require(actor, shape, "read")
    return shape


def _asked(
    request: HttpRequest, actor: Actor, shape: Shape
) -> tuple[dict[str, Any] | None, list[Predicate], str]:
    """Filter, search and order of the address; what it does not name is that of the saved view it names (`view`)."""
    raw, kept = request.GET.get("view"), Contents()
    if raw is not None:
        view_id = number(raw)
        if view_id is None:
            raise BadRequest(_("A saved view is named by its number."), code="view")
        kept = contents(actor, shape, of_object(actor, shape, view_id))
        if kept.broken and "filter" not in request.GET:
            raise BadRequest(kept.broken, code="view")
    tree = bodies.filter_of(request) if "filter" in request.GET else kept.filter
    text = request.GET.get("q", kept.q)
    return tree, _found(actor, shape, text), request.GET.get("sort") or kept.sort


def _found(actor: Actor, shape: Shape, text: str) -> list[Predicate]:
    """What a search finds, as a condition."""
    understood = understand(actor, shape, text) if text else None
    return [understood.predicate] if understood else []


def list_records(request: HttpRequest, actor: Actor, *, object: str) -> HttpResponse:
    """GET /{object}: filter, q, sort, after, limit, fields, expand; view names a saved one."""
    shape = _shape(actor, object)
    trashed = request.GET.get("trashed") == "true"
    if trashed:
        require(actor, shape, "delete")
    tree, more, sort = _asked(request, actor, shape)
    page = read.page(
        actor,
        shape,
        tree=tree,
        sort=sort or None,
        after=request.GET.get("after") or None,
        limit=bodies.limit_of(request),
        keys=bodies.keys_of(request, "fields"),
        more=more,
        trashed=trashed,
    )
    items = as_json.records(page.fields, page.rows)
    if expand := bodies.keys_of(request, "expand"):
        _expand(actor, shape, expand, items)
    return answer({"items": items, "next": page.next})


def _expand(actor: Actor, shape: Shape, keys: list[str], items: list[dict[str, Any]]) -> None:
    known = readable_parts(actor, shape)
    if unknown := [k for k in keys if k not in known]:
        raise BadRequest(_("There is no field «%(field)s».") % {"field": unknown[0][:60]}, code="expand")
    parts = read.named_parts_of(actor, shape, [item["id"] for item in items])
    for item in items:
        item.update(as_json.lines(shape, {k: parts[item["id"]][k] for k in keys}))


def count_records(request: HttpRequest, actor: Actor, *, object: str) -> HttpResponse:
    """GET /{object}/count: how many match, up to 10,000."""
    shape = _shape(actor, object)
    tree, more, _sort = _asked(request, actor, shape)
    found = read.count(actor, shape, tree=tree, more=more)
    return answer({"count": found.number, "capped": found.capped})


def group_records(request: HttpRequest, actor: Actor, *, object: str) -> HttpResponse:
    """GET /{object}/groups?by=…&sum=…&currency=…: counts and sums by the values of a field.

    An amount of money is summed in one currency, the company's unless another is named; `summed` counts its records.
    """
    shape = _shape(actor, object)
    by, total = request.GET.get("by", ""), request.GET.get("sum") or None
    currency = bodies.currency_of(request) or current().currency
    found = read.groups(actor, shape, by=by, total=total, currency=currency, tree=bodies.filter_of(request))
    field = shape.fields[by]
    groups = [
        {
            "value": field.type.to_json(g.value), "count": g.number, "summed": g.summed if total else None,
            "sum": None if g.total is None else str(g.total),
        }
        for g in found
    ]  # fmt: skip
    money = total and shape.fields[total].params.currency_field
    return answer({"groups": groups, "currency": currency if money else None})


def whole(actor: Actor, shape: Shape, record_id: int) -> dict[str, Any]:
    """A record with its lines, as JSON has it."""
    row = read.get(actor, shape, record_id)
    fields = list(readable(actor, shape).values())
    parts = read.named_parts_of(actor, shape, [record_id])[record_id]
    return {**as_json.record(fields, row), **as_json.lines(shape, parts)}


def answer_one(actor: Actor, shape: Shape, record_id: int, *, status: int = 200) -> HttpResponse:
    """One record with its version; of a new one, where it is."""
    body = whole(actor, shape, record_id)
    response = answer(body, status=status, version=body["version"])
    if status == 201:
        response["Location"] = f"/api/v1/{shape.key}/{record_id}"
    return response


def read_record(request: HttpRequest, actor: Actor, *, object: str, record_id: int) -> HttpResponse:
    """GET /{object}/{id}: the record with its lines. Of one that was merged into another, where it is now."""
    shape = _shape(actor, object)
    try:
        return answer_one(actor, shape, record_id)
    except NotFound:
        kept_id = merged_into(actor, shape, record_id)
        if kept_id is None:
            raise
        text = _("This record was merged into another one. Use that one.")
        raise NotFound(text, code="merged", merged_into=kept_id) from None


def create_record(request: HttpRequest, actor: Actor, *, object: str) -> HttpResponse:
    """POST /{object}: create; answers 201 with the record."""
    shape = _shape(actor, object)
    values = bodies.values_of(shape, bodies.body_of(request))

    def run() -> HttpResponse:
        return answer_one(actor, shape, write.create(actor, shape, values), status=201)

    return once(request, actor, run)


def change_record(request: HttpRequest, actor: Actor, *, object: str, record_id: int) -> HttpResponse:
    """PATCH /{object}/{id} with If-Match: change what the body names."""
    shape = _shape(actor, object)
    values = bodies.values_of(shape, bodies.body_of(request))
    version = bodies.required_version(request)

    def run() -> HttpResponse:
        write.update(actor, shape, record_id, values, expected_version=version)
        return answer_one(actor, shape, record_id)

    return once(request, actor, run)


def trash_record(request: HttpRequest, actor: Actor, *, object: str, record_id: int) -> HttpResponse:
    """DELETE /{object}/{id}: move to the trash."""
    write.trash(actor, _shape(actor, object), [record_id])
    return HttpResponse(status=204)


def restore_record(request: HttpRequest, actor: Actor, *, object: str, record_id: int) -> HttpResponse:
    """POST /{object}/{id}/restore: take out of the trash."""
    shape = _shape(actor, object)
    write.restore(actor, shape, [record_id])
    return answer_one(actor, shape, record_id)


def read_history(request: HttpRequest, actor: Actor, *, object: str, record_id: int) -> HttpResponse:
    """GET /{object}/{id}/history: who changed what, the newest first."""
    raw = request.GET.get("after", "")
    if raw and not (raw.isascii() and raw.isdigit() and len(raw) < 19):
        raise BadRequest(_("The address of this page is damaged. Open the list anew."), code="cursor")
    found = history_of(actor, _shape(actor, object), record_id, before=int(raw) if raw else None)
    marks = marks_of(e.operation_id for e in found.entries)
    items = [
        {
            "id": e.id, "action": e.action, "at": e.at.isoformat(), "part": e.part, "version": e.version,
            "actor": {"id": e.actor_id, "title": e.actor} if e.actor_id else None, "operation": e.operation_id,
            "changes": {c.field.key: {"old": c.old, "new": c.new} for c in e.fields},
            **({"text": e.text} if e.text else {}),
            **({"rule": {"run": m.run_id, "title": m.name}} if (m := marks.get(e.operation_id or 0)) else {}),
        }
        for e in found.entries
    ]  # fmt: skip
    return answer({"items": items, "next": None if found.next is None else str(found.next)})


def run_action(request: HttpRequest, actor: Actor, *, object: str, record_id: int, verb: str) -> HttpResponse:
    """POST /{object}/{id}/actions/{verb}: a verb of the business, with the fields that its form has."""
    shape = _shape(actor, object)
    action = next((a for a in shape.spec.actions if a.key == verb), None)
    if action is None:
        raise NotFound(_("This object has no such action."))
    values = bodies.body_of(request) if request.body else {}
    open_keys = {
        *action.fields,
        *(_asked_for(actor, shape) if action.asks_missing else ()),
        *_told_instead(action, values),
    }
    if unknown := [FieldError(k, "unknown", NO_SUCH_FIELD) for k in values if k not in open_keys]:
        raise Invalid(unknown)
    version = bodies.version_of(request)

    def run() -> HttpResponse:
        action.run(actor, record_id, values, expected_version=version)
        return answer_one(actor, shape, record_id)

    return once(request, actor, run)


def _asked_for(actor: Actor, shape: Shape) -> set[str]:
    """What a verb that asks for what is missing may be given beside its own: fields of the record, lines that are ticked."""
    fields = {k for k, f in readable(actor, shape).items() if f.changeable and not f.system}
    return fields | {k for k, part in shape.parts.items() if part.by_verb}


def _told_instead(action: Action, values: Mapping[str, Any]) -> set[str]:
    return {k for k in values if "-" in k and k.partition("-")[0] in action.instead}


def bulk_records(request: HttpRequest, actor: Actor, *, object: str) -> HttpResponse:
    """POST /{object}/bulk: {"create": […]} | {"ids" or "filter", "set": {…}} | {"ids" or "filter", "trash": true}."""
    shape = _shape(actor, object)
    body = bodies.body_of(request)

    def run() -> HttpResponse:
        if set(body) == {"create"}:
            return answer({"ids": _create_many(actor, shape, body["create"])}, status=201)
        selection = _selection(body)
        rest = set(body) - {"ids", "filter"}
        if rest == {"set"} and isinstance(body["set"], dict):
            outcome = acts.edit(actor, shape, selection, bodies.values_of(shape, body["set"]))
        elif rest == {"trash"} and body["trash"] is True:
            outcome = acts.trash(actor, shape, selection)
        else:
            raise BadRequest(
                _("A bulk request has «create», or «ids» or «filter» with «set» or «trash»."), code="bulk"
            )
        if isinstance(outcome, Job):
            return _begun(outcome.arguments["operation"])
        refused = [
            {
                "id": i,
                "errors": [{"field": e.field, "code": e.code, "message": str(e.message)} for e in errors],
            }
            for i, errors in outcome.refused.items()
        ]
        return answer({"operation": outcome.operation_id, "changed": outcome.changed, "refused": refused})

    return once(request, actor, run)


def _selection(body: dict[str, Any]) -> bulk.Selection:
    if ("ids" in body) == ("filter" in body):
        raise BadRequest(
            _("A bulk request has «create», or «ids» or «filter» with «set» or «trash»."), code="bulk"
        )
    if "ids" in body:
        return bulk.Selection(ids=bodies.ids_of(body["ids"]))
    if not isinstance(body["filter"], dict):
        raise BadRequest(_("The filter could not be read: each condition must be an object."), code="filter")
    return bulk.Selection(tree=body["filter"])


def _create_many(actor: Actor, shape: Shape, records: Any) -> list[int]:
    if (
        not isinstance(records, list)
        or not all(isinstance(r, dict) for r in records)
        or len(records) > MAX_BULK
    ):
        raise BadRequest(_("A list of at most 1000 records is expected."), code="bulk")
    return write.create_many(actor, shape, [bodies.values_of(shape, r) for r in records]) if records else []


def _begun(operation_id: int) -> HttpResponse:
    """The answer to what is done in the background: the operation to ask about."""
    response = answer({"operation": operation_id, "state": "running"}, status=202)
    response["Location"] = f"/api/v1/operations/{operation_id}"
    return response


def read_operation(request: HttpRequest, actor: Actor, *, operation_id: int) -> HttpResponse:
    """GET /operations/{id}: state of a bulk act of one's own."""
    found = Operation.objects.filter(pk=operation_id).first()
    if found is None or (found.actor_id != actor.user_id and not actor.is_admin):
        raise NotFound
    return answer(
        {
            "id": found.pk,
            "kind": found.kind,
            "object": found.object,
            "state": found.state,
            "records": found.records,
        }
    )


def undo_operation(request: HttpRequest, actor: Actor, *, operation_id: int) -> HttpResponse:
    """POST /operations/{id}/undo: take a bulk act back."""

    def run() -> HttpResponse:
        done = undo(actor, operation_id)
        if isinstance(done, Job):
            return _begun(done.arguments["mine"])
        return answer(
            {
                "operation": done.operation_id,
                "restored": done.restored,
                "kept": done.kept[:200],
                "text": done.text,
            }
        )

    return once(request, actor, run)
