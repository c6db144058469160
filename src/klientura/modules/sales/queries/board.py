"""What the board of deals stands on."""

from typing import Any

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.store.read import Ref


def stage_columns(actor: Actor, pipeline_id: int | None) -> list[dict[str, Any]]:
    """The stages of a pipeline (the first one by default) in their order: id, name, hue, kind, days, pipeline."""
    tree = {"field": "pipeline", "op": "eq", "value": pipeline_id} if pipeline_id else None
    keys = ["name", "hue", "kind", "days", "pipeline", "place", "probability"]
    rows = read.page(actor, shape_of("stage"), tree=tree, sort="place", limit=200, keys=keys).rows
    if pipeline_id is None:
        pipelines = read.page(actor, shape_of("pipeline"), sort="place", limit=1, keys=["name"]).rows
        rows = [r for r in rows if pipelines and r["pipeline"].id == pipelines[0]["id"]]
    return rows


def first_pipeline(actor: Actor) -> dict[str, Any]:
    """The pipeline that a new deal goes through unless another is chosen."""
    rows = read.page(actor, shape_of("pipeline"), sort="place", limit=1, keys=["title"]).rows
    return {"pipeline": Ref(rows[0]["id"], rows[0]["title"])} if rows else {}
