"""Whether those who agreed may let out what they agreed to: a limit holds for them as well, and then it goes one up."""

from collections.abc import Collection

from klientura.kernel.access.models import User
from klientura.kernel.approvals.demands import Demand, demands_on
from klientura.kernel.approvals.matching import administrators, heads_above, named, route_key
from klientura.kernel.approvals.models import Approval, ApprovalStep
from klientura.kernel.approvals.opening import open_group
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.sight import actors_of, seen_by


def answers_of(approval: Approval, shape: Shape, heard: Collection[int]) -> list[str]:
    """What a round lets out: its route, and each demand that one of those who agreed would meet themselves."""
    met = [d.key for d in demands_on(shape) if _able(heard, [d], approval.record_id)]
    return [*met, *([route_key(approval.route_id)] if approval.route_id else [])]


def ask_above(approval: Approval, shape: Shape, heard: Collection[int]) -> bool:
    """Add a step for whoever may let out what those who agreed may not: the next head who may, or administrators."""
    missing = set(approval.demands) - set(approval.answers)
    left = [d for d in demands_on(shape) if d.key in missing]
    besides = {*approval.barred, *heard}
    if not left:
        return False
    for users in [*_levels(heard, besides), administrators(besides=besides)]:
        seeing = seen_by(shape, {u: [approval.record_id] for u in users})
        able = _able([u for u in users if u in seeing], left, approval.record_id)
        if able:
            ApprovalStep.objects.create(
                approval=approval, position=_behind(approval), group=approval.group + 1, name=named("", able),
                users=able, needed=1,
            )  # fmt: skip
            return open_group(approval, shape, approval.group + 1)
    return False


def _levels(heard: Collection[int], besides: Collection[int]) -> list[list[int]]:
    people = User.objects.filter(pk__in=heard).order_by("pk")
    return [level for user in people for level in heads_above(user, besides=besides)]


def _able(users: Collection[int], demands: Collection[Demand], record_id: int) -> list[int]:
    """Those of some users who would let a record out by themselves, as far as some demands go."""
    return [
        pk for pk, actor in actors_of(users).items() if all(d.why(actor, record_id) is None for d in demands)
    ]


def _behind(approval: Approval) -> int:
    last = ApprovalStep.objects.filter(approval=approval).order_by("-position").first()
    return last.position + 1 if last else 0
