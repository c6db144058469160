"""Arranging a pipeline: the order of its stages, and taking one out from under its deals."""

from collections.abc import Sequence

from django.db import transaction
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.gate import require
from klientura.kernel.errors import BadRequest, FieldError, Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import operations, write
from klientura.kernel.store.bulk import CHUNK, Outcome, edit_records
from klientura.modules.sales.models import Opportunity, Stage


@transaction.atomic
def order_stages(actor: Actor, pipeline_id: int, ids: Sequence[int]) -> None:
    """Put the stages of a pipeline into this order. Raises Denied, BadRequest when they are not those it has."""
    shape = shape_of("stage")
    require(actor, shape, "edit")
    places = dict(Stage.objects.filter(pipeline_id=pipeline_id, deleted_at=None).values_list("pk", "place"))
    if sorted(ids) != sorted(places):
        raise BadRequest(_("Somebody has changed the stages meanwhile. Reload the page."), code="stages")
    for place, stage_id in enumerate(ids, start=1):
        if places[stage_id] != place:
            write.update(actor, shape, stage_id, {"place": place})


def deals_at(stage_id: int) -> int:
    """How many deals stand at a stage, closed ones too."""
    return Opportunity.objects.filter(stage_id=stage_id, deleted_at=None).count()


@transaction.atomic
def remove_stage(actor: Actor, stage_id: int, target_id: int | None) -> int:
    """Move the deals of a stage to another of its pipeline, and the stage to the trash; return how many deals that were.

    The deals go whatever the stages ask for: nobody has moved them. Raises Denied, NotFound, Invalid.
    """
    shape, deal = shape_of("stage"), shape_of("opportunity")
    stage = write.lock(actor, shape, stage_id, "delete")
    ids = list(Opportunity.objects.filter(stage_id=stage_id, deleted_at=None).values_list("pk", flat=True))
    if ids:
        same = Stage.objects.filter(pipeline_id=stage["pipeline"], kind=stage["kind"], deleted_at=None)
        target = same.exclude(pk=stage_id).filter(pk=target_id).first() if target_id else None
        if target is None:
            raise Invalid([FieldError("target", "required", _("Choose the stage to which its deals go."))])
        mover = SystemActor("the stage is taken out from under its deals", actor.user_id)
        operation = operations.start(actor, "edit", deal.key, fields=["stage"])
        outcome = Outcome(operation.pk)
        for begin in range(0, len(ids), CHUNK):
            edit_records(mover, deal, ids[begin : begin + CHUNK], {"stage": target.pk}, outcome)
        operations.finish(operation, records=outcome.changed)
    write.trash(actor, shape, [stage_id])
    return len(ids)
