"""The course of a round: steps that begin, and its end."""

import datetime as dt

from django.utils import timezone

from klientura.kernel.approvals import telling
from klientura.kernel.approvals.models import Approval, ApprovalStep
from klientura.kernel.events.outbox import emit
from klientura.kernel.objects.shape import Shape


def open_group(approval: Approval, shape: Shape, group: int) -> bool:
    """Begin the steps of a group and tell those who are asked; False when there is no such group."""
    now = timezone.now()
    steps = list(ApprovalStep.objects.filter(approval=approval, group=group).order_by("position"))
    for step in steps:
        step.opened_at = now
        step.due_at = now + dt.timedelta(hours=step.hours) if step.hours else None
    if not steps:
        return False
    ApprovalStep.objects.bulk_update(steps, ["opened_at", "due_at"])
    approval.group = group
    approval.save(update_fields=["group"])
    telling.ask(approval, shape, {u for step in steps for u in step.users})
    return True


def end(approval: Approval, state: str, *, by: int | None = None) -> Approval:
    """End a round and tell its author. Event `<object>.<state>` of approval, as `approval.ended`."""
    approval.state = state
    approval.ended_at = timezone.now()
    approval.save(update_fields=["state", "ended_at"])
    emit(
        "approval.ended", approval.object, [approval.record_id], actor_id=by,
        payload={"approval": approval.pk, "state": state},
    )  # fmt: skip
    telling.tell_end(approval, by)
    return approval
