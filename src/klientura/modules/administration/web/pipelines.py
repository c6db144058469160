"""Pipelines and their stages. They are objects like others; here they only stand together and in order."""

from typing import Any

from django.db import transaction
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_GET, require_POST

from klientura.kernel.errors import NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.cells import cell
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read, write
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of
from klientura.modules.administration.web.frame import settings_page


@open_to(Door.ADMIN)
@require_GET
def pipelines(request: HttpRequest) -> HttpResponse:
    """GET /settings/pipelines: each pipeline with its stages."""
    asked = of(request)
    found = read.page(asked.actor, shape_of("pipeline"), sort="place", limit=100, keys=["name", "place"]).rows
    made = [
        {"id": p["id"], "name": p["name"], "stages": [_stage(asked, s) for s in _stages(asked, p["id"])]}
        for p in found
    ]
    return settings_page(request, "pipelines", "pipelines", pipelines=made)


def _stages(asked: Request, pipeline_id: int) -> list[dict[str, Any]]:
    tree = {"field": "pipeline", "op": "eq", "value": pipeline_id}
    keys = ["name", "place", "kind", "probability", "days", "hue", "pipeline"]
    return read.page(asked.actor, shape_of("stage"), tree=tree, sort="place", limit=200, keys=keys).rows


def _stage(asked: Request, row: dict[str, Any]) -> dict[str, Any]:
    fields = shape_of("stage").fields
    return {
        "id": row["id"],
        "name": row["name"],
        "hue": row["hue"],
        "kind": cell(fields["kind"], row["kind"], row, lang(), company_currency=asked.installation.currency),
        "probability": row["probability"],
        "days": row["days"],
    }


@open_to(Door.ADMIN)
@require_POST
@transaction.atomic
def move_stage(request: HttpRequest, stage_id: int, way: str) -> HttpResponse:
    """POST /settings/pipelines/stages/{id}/up or …/down: change places with the neighbour."""
    asked, shape = of(request), shape_of("stage")
    pipeline = read.get(asked.actor, shape, stage_id, keys=["pipeline"])["pipeline"]
    if way not in {"up", "down"} or pipeline is None:
        raise NotFound
    ids = [s["id"] for s in _stages(asked, pipeline.id)]
    here = ids.index(stage_id)
    there = here + (-1 if way == "up" else 1)
    if 0 <= there < len(ids):
        ids[here], ids[there] = ids[there], ids[here]
        # Written anew for all, since places may be equal or have gaps.
        for place, record_id in enumerate(ids, start=1):
            write.update(asked.actor, shape, record_id, {"place": place})
    return HttpResponseRedirect("/settings/pipelines")
