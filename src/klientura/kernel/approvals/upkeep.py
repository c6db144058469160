"""What is done for approvals by the clock: deadlines, people who are away, and people who have left."""

import datetime as dt
from collections.abc import Collection
from itertools import batched
from typing import Final

from django.db import transaction
from django.utils import timezone

from klientura.kernel.access.models import User
from klientura.kernel.access.substitutions import lasting
from klientura.kernel.approvals import telling
from klientura.kernel.approvals.deciding import advance, consents
from klientura.kernel.approvals.matching import administrators, heads_of
from klientura.kernel.approvals.models import PENDING, Approval, ApprovalStep, Decision
from klientura.kernel.approvals.standing import kind_of, kinds_of
from klientura.kernel.jobs.registry import by_the_clock
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.sight import seen_by

AT_ONCE = 200
LOOKED_BACK: Final = dt.timedelta(days=1)
"""An absence that began no longer ago is looked at: the product may not have been running when it began."""


def attach() -> None:
    """Look every five minutes."""
    by_the_clock("approvals.late", remind_of_late)
    by_the_clock("approvals.away", tell_deputies)
    by_the_clock("approvals.left", replace_those_who_left)


def remind_of_late() -> None:
    """Tell those who have not decided in time, once for each step."""
    with transaction.atomic():
        late = list(
            ApprovalStep.objects.select_for_update(skip_locked=True, of=("self",))
            .select_related("approval")
            .filter(
                approval__state=PENDING, opened_at__isnull=False, ended_at=None, reminded_at=None,
                due_at__lte=timezone.now(),
            )
            .order_by("due_at")[:AT_ONCE]
        )  # fmt: skip
        decided, kinds = _decided(late), kinds_of([s.approval for s in late])
        telling.remind([
            (step, kinds[step.approval_id].key, [u for u in step.users if (step.pk, u) not in decided])
            for step in late
            if step.approval_id in kinds
        ])  # fmt: skip
        for step in late:
            step.reminded_at = timezone.now()
        ApprovalStep.objects.bulk_update(late, ["reminded_at"])


def tell_deputies() -> None:
    """Tell those who have just begun to stand in for somebody what has been waiting for them."""
    now = timezone.now()
    begun = lasting().filter(starts_at__lte=now, starts_at__gt=now - LOOKED_BACK, deputy__is_active=True)
    absent = set(begun.values_list("absent_id", flat=True))
    if not absent:
        return
    waiting = ApprovalStep.objects.filter(
        approval__state=PENDING, opened_at__isnull=False, ended_at=None, users__overlap=list(absent)
    )
    ids = list(waiting.order_by("pk").values_list("pk", flat=True))
    for some in batched(ids, AT_ONCE):
        _ask_deputies(list(ApprovalStep.objects.select_related("approval").filter(pk__in=some)), absent)


def _ask_deputies(steps: list[ApprovalStep], absent: Collection[int]) -> None:
    decided, kinds = _decided(steps), kinds_of([s.approval for s in steps])
    telling.ask_deputies([
        (step.approval, kinds[step.approval_id], [u for u in step.users if u in absent and (step.pk, u) not in decided])
        for step in steps
        if step.approval_id in kinds
    ])  # fmt: skip


def _decided(steps: Collection[ApprovalStep]) -> set[tuple[int, int]]:
    found = Decision.objects.filter(step__in=[s.pk for s in steps]).values_list("step_id", "whose_id")
    return {(step, whose) for step, whose in found if whose}


def replace_those_who_left() -> None:
    """Have the steps of people who may not sign in any more taken over, and tell administrators."""
    gone = User.objects.filter(is_active=False).values_list("pk", flat=True)
    if not gone:
        return
    found = ApprovalStep.objects.filter(approval__state=PENDING, ended_at=None, users__overlap=list(gone))
    for step_id in found.order_by("pk").values_list("pk", flat=True)[:AT_ONCE]:
        _replace(step_id, set(gone))


@transaction.atomic
def _replace(step_id: int, gone: set[int]) -> None:
    step = ApprovalStep.objects.get(pk=step_id)
    approval = Approval.objects.select_for_update().get(pk=step.approval_id)
    step.refresh_from_db()
    decided = {whose for _step, whose in _decided([step])}
    left = [u for u in step.users if u in gone and u not in decided]
    shape = kind_of(approval.object, approval.record_id)
    if approval.state != PENDING or step.ended_at is not None or not left or shape is None:
        return
    users = [u for u in step.users if u not in left]
    newcomers = _newcomers(approval, shape, left, users)
    if not newcomers and not set(users) - decided:
        newcomers = set(administrators(besides=approval.barred)) - set(users)
    step.users = [*users, *sorted(newcomers)]
    step.needed = max(1, min(step.needed, len(step.users)))
    if step.opened_at is not None and consents(Decision.objects.filter(step=step)) >= step.needed:
        step.ended_at = timezone.now()
    step.save(update_fields=["users", "needed", "ended_at"])
    for user_id in left:
        telling.tell_helpless(approval, administrators(), user_id)
    if step.ended_at is not None:
        advance(approval, shape, ApprovalStep.objects.filter(approval=approval, group=approval.group))
    elif step.opened_at is not None and newcomers:
        telling.ask(approval, shape, newcomers)


def _newcomers(approval: Approval, shape: Shape, left: Collection[int], users: Collection[int]) -> set[int]:
    """Who is asked in place of some who left: of those who see the record, and whose own it is not."""
    found = {
        u for user in User.objects.filter(pk__in=left) for u in _in_place_of(user, shape.key, approval.barred)
    }
    seeing = seen_by(shape, {u: [approval.record_id] for u in found - set(approval.barred)})
    return set(seeing) - set(users)


def _in_place_of(user: User, object_key: str, barred: Collection[int]) -> list[int]:
    """Whoever stands in for somebody now, for records of the kind; without one, the head of their team."""
    running = lasting().filter(absent=user, starts_at__lte=timezone.now(), deputy__is_active=True)
    deputies = [s.deputy_id for s in running if s.kinds is None or object_key in s.kinds]
    return deputies or heads_of(user, besides=barred)
