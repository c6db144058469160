"""What the board of deals stands on."""

from typing import Any

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.store.read import Ref
from klientura.modules.sales.queries.access import open_pipelines


def stage_columns(actor: Actor, pipeline_id: int | None) -> list[dict[str, Any]]:
    """The stages of a pipeline (the first one by default) in their order: id, name, hue, kind, days, pipeline, at_most, warn_days."""
    tree = {"field": "pipeline", "op": "eq", "value": pipeline_id} if pipeline_id else None
    keys = ["name", "hue", "kind", "days", "pipeline", "place", "probability", "at_most", "warn_days"]
    rows = read.page(actor, shape_of("stage"), tree=tree, sort="place", limit=200, keys=keys).rows
    mine = open_pipelines(actor, {r["pipeline"].id for r in rows})
    if pipeline_id is None:
        pipelines = read.page(actor, shape_of("pipeline"), sort="place", limit=50, keys=["name"]).rows
        first = next((p["id"] for p in pipelines if p["id"] in mine), None)
        return [r for r in rows if r["pipeline"].id == first]
    return [r for r in rows if r["pipeline"].id in mine]


def first_pipeline(actor: Actor) -> dict[str, Any]:
    """The pipeline that a new deal goes through unless another is chosen."""
    rows = read.page(actor, shape_of("pipeline"), sort="place", limit=50, keys=["title"]).rows
    mine = open_pipelines(actor, {r["id"] for r in rows})
    first = next((r for r in rows if r["id"] in mine), None)
    return {"pipeline": Ref(first["id"], first["title"])} if first else {}
