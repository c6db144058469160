"""Who works in which pipeline, and whom a line about movers means."""

from collections import defaultdict
from collections.abc import Iterable

from klientura.kernel.access.actor import Actor
from klientura.modules.sales.models import PipelineAccess, StageMover


def open_pipelines(actor: Actor, ids: Iterable[int]) -> set[int]:
    """Those of some pipelines in which an actor works."""
    wanted = set(ids)
    if actor.is_system or actor.is_admin:
        return wanted
    lines: dict[int, list[PipelineAccess]] = defaultdict(list)
    for line in PipelineAccess.objects.filter(pipeline_id__in=wanted):
        lines[line.pipeline_id].append(line)
    return {pk for pk in wanted if pk not in lines or any(is_meant(actor, line) for line in lines[pk])}


def is_meant(actor: Actor, line: StageMover | PipelineAccess) -> bool:
    """Whether an actor has the role that a line names, and belongs to its team or to one below it."""
    return line.role in (None, "", actor.role) and (
        line.team_id is None or line.team_id in {actor.team_id, *actor.above_ids}
    )
