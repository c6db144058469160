"""An approval is for one state of a record: a change of what matters ends it."""

from django.db import transaction

from klientura.kernel.approvals.deciding import lapse
from klientura.kernel.approvals.models import APPROVED, PENDING, Approval
from klientura.kernel.approvals.standing import digests_of, is_stale
from klientura.kernel.events.outbox import Delivered, subscribe_everywhere
from klientura.kernel.objects.registry import all_shapes


def attach() -> None:
    """Hear of changes of records of every kind."""
    subscribe_everywhere("changed", _changed)
    subscribe_everywhere("undone", _changed)


def _changed(event: Delivered) -> None:
    """End the rounds of records that are not any more as they were sent; of most records there is none: one query."""
    shape = all_shapes().get(event.kind.rpartition(".")[0])
    if shape is None:
        return
    with transaction.atomic():
        found = list(
            Approval.objects.select_for_update()
            .filter(object=shape.base, record_id__in=event.record_ids, state__in=(PENDING, APPROVED))
            .order_by("pk")
        )
        if not found:
            return
        digests = digests_of(shape, {a.record_id for a in found})
        for approval in found:  # what is in the trash has none: nothing is sent on from there
            digest = digests.get(approval.record_id)
            if digest is not None and is_stale(approval, digest):
                lapse(approval, event.actor_id)
