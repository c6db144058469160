"""Quality of the base for programs: how far the records of an object are filled in, and the rules with their counts."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import require
from klientura.kernel.api import bodies
from klientura.kernel.api.describing import path_object
from klientura.kernel.api.views import answer
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.quality import completeness
from klientura.kernel.quality.completeness import By, Share
from klientura.kernel.quality.faults import Fault, faults_of
from klientura.kernel.store import read

GROUPINGS: dict[str, By] = {"owner": "owner", "team": "team"}


def read_shares(request: HttpRequest, actor: Actor, *, object: str) -> HttpResponse:
    """GET /quality/{object}?filter=&by=owner|team: the share of records that have a value, by field."""
    shape = shape_of(object)
    require(actor, shape, "read")
    by = request.GET.get("by")
    if by is not None and by not in GROUPINGS:
        raise BadRequest(_("One cannot group by «%(field)s».") % {"field": by[:60]}, code="group")
    counted = completeness.counted_fields(actor, shape)
    found = completeness.measure(
        actor, shape, counted, tree=bodies.filter_of(request), by=GROUPINGS[by] if by else None
    )
    return answer(
        {
            "sampled": found.sampled,
            "capped": found.capped,
            "groups": [_share(s, grouped=by is not None) for s in found.shares],
        }
    )


def _share(share: Share, *, grouped: bool) -> dict[str, Any]:
    fields = [{"field": k, "filled": n, "share": round(share.part(k), 4)} for k, n in share.filled.items()]
    told = {"records": share.records, "share": round(share.overall, 4), "fields": fields}
    return {"group": {"id": share.group, "title": share.name} if grouped else None, **told}


def list_rules(request: HttpRequest, actor: Actor, *, object: str) -> HttpResponse:
    """GET /quality/{object}/rules: the rules that are on, with how many records have the fault."""
    shape = shape_of(object)
    require(actor, shape, "read")

    def told(fault: Fault) -> dict[str, Any]:
        found = read.count(actor, shape, tree=fault.tree)
        return {
            "key": fault.key, "name": str(fault.name), "severity": fault.severity, "filter": fault.tree,
            "count": found.number, "capped": found.capped,
        }  # fmt: skip

    return answer({"items": [told(f) for f in faults_of(actor, shape)]})


COUNT = {"type": "integer", "minimum": 0}
TEXT = {"type": "string"}
SHARE = {"type": "number", "minimum": 0, "maximum": 1}


def description(objects: list[str], responses: Callable[..., Any]) -> dict[str, Any]:
    """The paths of quality for the OpenAPI document; `responses` makes those of an act."""
    which = path_object(objects)
    field = {"type": "object", "properties": {"field": TEXT, "filled": COUNT, "share": SHARE}}
    group = {
        "type": "object",
        "properties": {
            "group": {"type": ["object", "null"]},
            "records": COUNT,
            "share": SHARE,
            "fields": {"type": "array", "items": field},
        },
    }
    shares = {
        "type": "object",
        "properties": {
            "sampled": {"type": "boolean"},
            "capped": {"type": "boolean"},
            "groups": {"type": "array", "items": group},
        },
    }
    rule = {
        "type": "object",
        "properties": {
            "key": TEXT, "name": TEXT, "severity": {"type": "string", "enum": ["serious", "warning", "note"]},
            "filter": {"type": "object"}, "count": COUNT, "capped": {"type": "boolean"},
        },
    }  # fmt: skip
    rules = {"type": "object", "properties": {"items": {"type": "array", "items": rule}}}
    asked = [
        which,
        {"name": "filter", "in": "query", "schema": TEXT, "description": "filter tree as JSON"},
        {"name": "by", "in": "query", "schema": {"type": "string", "enum": ["owner", "team"]}},
    ]

    def act(name: str, answers: Any, parameters: list[Any]) -> dict[str, Any]:
        return {"operationId": name, "tags": ["quality"], "responses": answers, "parameters": parameters}

    return {
        "/quality/{object}": {"get": act("quality_shares", responses(shares), asked)},
        "/quality/{object}/rules": {"get": act("quality_rules", responses(rules), [which])},
    }
