"""What must hold for pipelines and stages: their rules have to be such as can be followed."""

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext_lazy as _

from klientura.kernel.objects.batch import Batch, Draft
from klientura.modules.sales.enums import OnExpiry
from klientura.modules.sales.models import Opportunity, Stage

MOST_DAYS: Final = 3_650
IN_USE: Final = _("There are deals at this stage. Move them to another one first.")
NOBODY: Final = _("Choose a role, a team, or both.")


def before_write_pipeline(batch: Batch, _actor: Any) -> None:
    """Whoever works in a pipeline is named."""
    for draft in batch:
        _refuse_nobody(draft, "access")


def before_write_stage(batch: Batch, _actor: Any) -> None:
    """A probability is a percentage; won is certain and lost impossible. What deals stand on keeps its kind."""
    moved = [d for d in batch if d.record_id and d.changed("kind", "pipeline")]
    used = stages_in_use([d.record_id or 0 for d in moved])
    for draft in moved:
        if draft.record_id in used:
            draft.refuse("kind" if draft.changed("kind") else "pipeline", "in_use", IN_USE)
    _refuse_odd_expiry(batch)
    for draft in batch:
        if draft.get("kind") == "won":
            draft.values["probability"] = 100
        elif draft.get("kind") == "lost":
            draft.values["probability"] = 0
        _refuse_nobody(draft, "movers")
        _refuse_odd_lines(draft)


def stages_in_use(ids: Sequence[int]) -> set[int]:
    """Those of some stages on which deals stand."""
    if not ids:
        return set()
    found = Opportunity.objects.filter(stage_id__in=ids, deleted_at=None).order_by()
    return set(found.values_list("stage_id", flat=True).distinct())


def _refuse_nobody(draft: Draft, part: str) -> None:
    for number, line in enumerate(draft.parts.get(part, ())):
        if not line.get("role") and not line.get("team"):
            draft.refuse(f"{part}.{number}.role", "required", NOBODY)


def _refuse_odd_lines(draft: Draft) -> None:
    for number, line in enumerate(draft.parts.get("tasks", ())):
        if line.get("who") == "named" and not line.get("user"):
            draft.refuse(f"tasks.{number}.user", "required", _("Choose the person who gets the task."))
    seen: set[str] = set()
    for number, line in enumerate(draft.parts.get("needs", ())):
        field = line.get("field")  # one that is missing is refused as such
        if field in seen:
            draft.refuse(f"needs.{number}.field", "twice", _("This stands here twice."))
        seen |= {field} if field else set()


def _refuse_odd_expiry(batch: Batch) -> None:
    """A deal that has expired goes to another stage of the same pipeline, and is not won by waiting."""
    asked = [
        d
        for d in batch
        if d.get("expire_days")
        and d.get("on_expiry") == OnExpiry.MOVE
        and (not d.record_id or d.changed("on_expiry", "expiry_stage", "expire_days", "pipeline", "kind"))
    ]
    wanted = {d.get("expiry_stage") for d in asked} - {None}
    targets = {s.pk: s for s in Stage.objects.filter(pk__in=wanted)} if wanted else {}
    for draft in asked:
        target = targets.get(draft.get("expiry_stage"))
        if draft.get("expiry_stage") is None:
            draft.refuse("expiry_stage", "required", _("Choose the stage to which expired deals go."))
        elif target is not None and (
            target.pk == draft.record_id
            or target.kind == "won"
            or target.pipeline_id != draft.get("pipeline")
        ):
            draft.refuse(
                "expiry_stage", "reference", _("Choose another stage of the same pipeline, not the won one.")
            )
