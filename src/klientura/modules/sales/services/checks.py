"""What must hold for pipelines, stages and opportunities."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.objects.batch import Batch, Draft
from klientura.modules.sales.models import Pipeline, Stage


def before_write_stage(batch: Batch, _actor: Any) -> None:
    """A probability is a percentage; won is certain and lost impossible."""
    for draft in batch:
        if draft.get("kind") == "won":
            draft.values["probability"] = 100
        elif draft.get("kind") == "lost":
            draft.values["probability"] = 0


def before_write_opportunity(batch: Batch, _actor: Any) -> None:
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
        if draft.get("status") == "lost" and draft.changed("status") and not draft.get("loss_reason"):
            draft.refuse(
                "loss_reason", "required", _("Say why the deal was lost: this is how the next one is won.")
            )


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
            return
        draft.values.update(pipeline=stage.pipeline_id, status=stage.kind)
        if draft.values.get("stage_changed_at") is None:
            draft.values["stage_changed_at"] = timezone.now()
        if not draft.changed("probability"):
            draft.values["probability"] = stage.probability
        if stage.kind == "open":
            draft.values.update(closed_at=None, loss_reason=None, loss_note=None)
        elif draft.values.get("closed_at") is None:
            draft.values["closed_at"] = timezone.now()
    elif draft.changed("pipeline"):
        moved = first.get(draft.get("pipeline"))
        if moved is None:
            draft.refuse("pipeline", "empty", _("This pipeline has no stages yet."))
        else:
            draft.values.update(stage=moved.pk, status=moved.kind, stage_changed_at=timezone.now())


def _percentage(draft: Draft) -> None:
    value = draft.values.get("probability")
    if value is not None and not 0 <= value <= 100:
        draft.refuse("probability", "range", _("A probability lies between 0 and 100 %."))
    amount = draft.values.get("amount")
    if amount is not None and amount < 0:
        draft.refuse("amount", "range", _("An amount cannot be negative."))
