"""Pipelines as their settings show them: stages in order, and what each asks for in a few words."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from django.db.models import Count

from klientura.modules.sales.models import Opportunity, Stage, StageCheck, StageMover, StageNeed, StageTask


@dataclass(slots=True)
class Asks:
    """What a stage asks for, counted: fields by key, lines of the checklist, tasks, lines of movers, deals that stand there."""

    needs: list[str] = field(default_factory=list)
    checks: int = 0
    tasks: int = 0
    movers: int = 0
    deals: int = 0


def asks_of(stages: Sequence[Stage]) -> dict[int, Asks]:
    """What some stages ask for. Five statements, however many stages."""
    ids = [s.pk for s in stages]
    found: dict[int, Asks] = defaultdict(Asks)
    for stage_id, key in (
        StageNeed.objects.filter(stage_id__in=ids).order_by("position").values_list("stage_id", "field")
    ):
        found[stage_id].needs.append(key)
    for model, name in ((StageCheck, "checks"), (StageTask, "tasks"), (StageMover, "movers")):
        counted = (
            model._default_manager.filter(stage_id__in=ids).values_list("stage_id").annotate(n=Count("id"))
        )
        for stage_id, number in counted.order_by():
            setattr(found[stage_id], name, number)
    standing = Opportunity.objects.filter(stage_id__in=ids, deleted_at=None).values_list("stage_id")
    for stage_id, number in standing.annotate(n=Count("id")).order_by():
        found[stage_id].deals = number
    return found
