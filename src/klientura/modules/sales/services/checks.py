"""What must hold for opportunities, and before pipelines and stages go to the trash."""

import datetime as dt
from collections.abc import Sequence
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.batch import Batch, Draft
from klientura.modules.catalog.services.lines import LINES, whole_sum
from klientura.modules.sales.models import Opportunity, Pipeline, Stage
from klientura.modules.sales.services import regulation
from klientura.modules.sales.services.around import check_surroundings
from klientura.modules.sales.services.stage_checks import IN_USE, stages_in_use


def before_trash_stage(ids: Sequence[int], _actor: Any) -> None:
    """A stage that deals stand on would take them off the board."""
    if stages_in_use(ids):
        raise BadRequest(IN_USE, code="in_use")


def before_trash_pipeline(ids: Sequence[int], _actor: Any) -> None:
    """A pipeline with deals would take them off the board."""
    if Opportunity.objects.filter(pipeline_id__in=ids, deleted_at=None).exists():
        raise BadRequest(
            _("There are deals in this pipeline. Move them to another one first."), code="in_use"
        )


def before_write_opportunity(batch: Batch, actor: Any) -> None:
    """Put new deals on their first stage and keep pipeline, stage, outcome, probability and dates in step."""
    stages = {s.pk: s for s in Stage.objects.filter(deleted_at=None).order_by("place", "id")}
    first: dict[int, Stage] = {}
    for stage in stages.values():
        first.setdefault(stage.pipeline_id, stage)
    pipelines = list(
        Pipeline.objects.filter(deleted_at=None).order_by("place", "id").values_list("pk", flat=True)
    )
    for draft in batch:
        _place(draft, stages, first, pipelines)
        _percentage(draft)
        _sum_up(draft)
        check_surroundings(draft)
        if draft.get("status") == "lost" and draft.changed("status") and not draft.get("loss_reason"):
            draft.refuse(
                "loss_reason", "required", _("Say why the deal was lost: this is how the next one is won.")
            )
    regulation.enforce(batch, actor, stages)


def _place(draft: Draft, stages: dict[int, Stage], first: dict[int, Stage], pipelines: list[int]) -> None:
    if draft.get("stage") is None:
        pipeline = draft.get("pipeline") or next((p for p in pipelines if p in first), None)
        if pipeline is None or pipeline not in first:
            draft.refuse(
                "pipeline", "required", _("There is no pipeline with stages yet. Make one in the settings.")
            )
            return
        draft.values["stage"] = first[pipeline].pk
    if draft.changed("stage"):
        stage = stages.get(draft.get("stage"))
        if stage is None:
            draft.refuse("stage", "reference", _("There is no such stage."))
        else:
            _enter(draft, stage)
    elif draft.changed("pipeline"):
        stage = first.get(draft.get("pipeline"))
        if stage is None:
            draft.refuse("pipeline", "empty", _("This pipeline has no stages yet."))
        else:
            _enter(draft, stage)


def _enter(draft: Draft, stage: Stage) -> None:
    """Put a deal on a stage: pipeline, outcome, probability and dates follow."""
    now = timezone.now()
    draft.values.update(stage=stage.pk, pipeline=stage.pipeline_id, status=stage.kind)
    if draft.values.get("stage_changed_at") is None:
        draft.values["stage_changed_at"] = now
    if not draft.changed("probability"):
        draft.values["probability"] = stage.probability
    if stage.kind != "open" or not draft.changed("expires_on"):
        days = stage.expire_days if stage.kind == "open" else None
        draft.values["expires_on"] = timezone.localdate() + dt.timedelta(days=days) if days else None
    draft.values["closed_at"] = None if stage.kind == "open" else draft.values.get("closed_at") or now
    if stage.kind != "lost":
        draft.values.update(loss_reason=None, loss_note=None, winback_on=None)


def _percentage(draft: Draft) -> None:
    value = draft.values.get("probability")
    if value is not None and not 0 <= value <= 100:
        draft.refuse("probability", "range", _("A probability lies between 0 and 100 %."))
    amount = draft.values.get("amount")
    if amount is not None and amount < 0:
        draft.refuse("amount", "range", _("An amount cannot be negative."))


def _sum_up(draft: Draft) -> None:
    """The amount of a deal with goods is what they come to; without them it is what somebody says."""
    lines = draft.parts.get(LINES)
    if not lines:
        return
    total = whole_sum(lines)
    if draft.changed("amount") and draft.values["amount"] not in {None, total} and not draft.errors:
        draft.refuse(
            "amount",
            "by_lines",
            _("The amount follows from the goods below. Change their prices or quantities."),
        )
    draft.values["amount"] = total
