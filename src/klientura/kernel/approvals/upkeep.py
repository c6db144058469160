"""What is done for approvals by the clock: deadlines, and people who have left."""

from collections.abc import Collection

from django.db import transaction
from django.utils import timezone

from klientura.kernel.access.models import Substitution, User
from klientura.kernel.approvals import telling
from klientura.kernel.approvals.matching import administrators, heads_of
from klientura.kernel.approvals.models import PENDING, Approval, ApprovalStep, Decision
from klientura.kernel.approvals.standing import kind_of
from klientura.kernel.jobs.registry import by_the_clock

AT_ONCE = 200


def attach() -> None:
    """Look every five minutes."""
    by_the_clock("approvals.late", remind_of_late)
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
        decided = _decided(late)
        for step in late:
            shape = kind_of(step.approval.object, step.approval.record_id)
            if shape is not None:
                waiting = [u for u in step.users if (step.pk, u) not in decided]
                telling.remind(step.approval, shape.key, waiting, step.pk)
            step.reminded_at = timezone.now()
        ApprovalStep.objects.bulk_update(late, ["reminded_at"])


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
    newcomers: set[int] = set()
    for user in User.objects.filter(pk__in=left):
        newcomers |= {u for u in _in_place_of(user) if approval.own or u != approval.author_id}
    if not newcomers and not users:
        newcomers = set(administrators(besides=0 if approval.own else approval.author_id or 0))
    step.users = [*users, *sorted(newcomers - set(users))]
    step.needed = max(1, min(step.needed, len(step.users)))
    step.save(update_fields=["users", "needed"])
    if step.opened_at is not None and newcomers:
        telling.ask(approval, shape.key, newcomers)
    for user_id in left:
        telling.tell_helpless(approval, administrators(), user_id)


def _in_place_of(user: User) -> list[int]:
    """Whoever stood in for somebody last; without one, the head of their team."""
    known = (
        Substitution.objects.filter(absent=user, deputy__is_active=True).order_by("-ends_at", "-pk").first()
    )
    return [known.deputy_id] if known else heads_of(user)
