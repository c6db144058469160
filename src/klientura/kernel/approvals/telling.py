"""What people are told of approvals: that one waits for them, that theirs has ended, that its time has passed."""

from collections.abc import Collection
from typing import Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from klientura.kernel.access.models import User
from klientura.kernel.access.substitutions import lasting
from klientura.kernel.approvals.models import APPROVED, LAPSED, REFUSED, REWORK, Approval, ApprovalStep
from klientura.kernel.notify.kinds import Kind, register_kind
from klientura.kernel.notify.telling import Told, tell, tell_new
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.sight import seen_by

WAITS: Final = "approval"
LATE: Final = "approval_late"
HELPLESS: Final = "approval_helpless"
ENDED: Final = {
    APPROVED: "approval_approved",
    REFUSED: "approval_refused",
    REWORK: "approval_rework",
    LAPSED: "approval_lapsed",
}
OVER: Final = gettext_lazy("This approval has ended meanwhile. Look at what was decided.")


def _waits(n: int) -> str:
    many = ngettext("{n} record waits for your approval", "{n} records wait for your approval", n)
    return _("Waits for your approval") if n == 1 else many.format(n=n)


KINDS: Final[dict[str, Kind]] = {
    WAITS: Kind(gettext_lazy("Something waits for my approval"), "stamp", mail="now", push=True, said=_waits),
    LATE: Kind(
        gettext_lazy("The time for an approval is over"), "hourglass", mail="now", push=True,
        said=lambda _n: _("The time to approve this is over"),
    ),
    HELPLESS: Kind(
        gettext_lazy("Somebody who left was to approve something"), "user-x", mail="now",
        said=lambda _n: _("Whoever was to approve this has left; the step has gone to others"),
    ),
    ENDED[APPROVED]: Kind(
        gettext_lazy("What I sent is approved"), "badge-check", mail="now", push=True,
        said=lambda _n: pgettext("record", "Approved"),
    ),
    ENDED[REFUSED]: Kind(
        gettext_lazy("What I sent is refused"), "circle-x", mail="now", push=True, said=lambda _n: _("Approval refused"),
    ),
    ENDED[REWORK]: Kind(
        gettext_lazy("What I sent comes back for rework"), "rotate-ccw", mail="now", push=True,
        said=lambda _n: _("Sent back for rework"),
    ),
    ENDED[LAPSED]: Kind(
        gettext_lazy("What was approved is changed"), "circle-alert", mail="digest",
        said=lambda _n: _("Changed since: the approval does not hold any more"),
    ),
}  # fmt: skip


def register() -> None:
    """Make the kinds of notification known."""
    for key, kind in KINDS.items():
        register_kind(key, kind)


def ask(approval: Approval, shape: Shape, users: Collection[int]) -> None:
    """Tell some people, and whoever stands in for them now and sees the record, that a decision is theirs."""
    deputies = {d for found in deputies_of(users, shape.key).values() for d in found}
    seeing = seen_by(shape, {d: [approval.record_id] for d in deputies})
    _tell(
        {*users, *seeing} - set(approval.barred) - {approval.author_id},
        WAITS,
        approval,
        f"{approval.pk}:{approval.group}",
    )


def ask_deputies(asked: Collection[tuple[Approval, Shape, Collection[int]]]) -> None:
    """Tell whoever has begun to stand in for some people of what waits for these; once, and not what they know already."""
    told: list[Told] = []
    for shape in {shape.key: shape for _a, shape, _u in asked}.values():
        mine = [(a, users) for a, s, users in asked if s.key == shape.key]
        deputies = deputies_of({u for _a, users in mine for u in users}, shape.key)
        wanted = [
            (d, a)
            for a, users in mine
            for u in users
            for d in deputies.get(u, ())
            if d not in {*a.barred, a.author_id}
        ]
        ids: dict[int, set[int]] = {}
        for deputy, approval in wanted:
            ids.setdefault(deputy, set()).add(approval.record_id)
        seeing = seen_by(shape, ids)
        told += [
            Told(d, WAITS, f"{a.pk}:{a.group}", timezone.now(), a.object, [a.record_id], a.author_id)
            for d, a in wanted
            if a.record_id in seeing.get(d, ())
        ]
    tell_new(told)


def remind(late: Collection[tuple[ApprovalStep, str, Collection[int]]]) -> None:
    """Tell those who have not decided in steps, and the authors, that the time is over; (step, kind of record, who has not)."""
    deputies = {
        key: deputies_of({u for _s, k, users in late if k == key for u in users}, key)
        for key in {key for _s, key, _u in late}
    }
    told: list[tuple[int, Approval, str]] = []
    for step, key, users in late:
        people = {*users, *(d for u in users for d in deputies[key].get(u, ())), step.approval.author_id or 0}
        told += [(u, step.approval, f"late:{step.pk}") for u in sorted(people)]
    active = set(
        User.objects.filter(pk__in={u for u, _a, _c in told}, is_active=True).values_list("pk", flat=True)
    )
    now = timezone.now()
    tell([
        Told(user, LATE, cause, now, approval.object, [approval.record_id])
        for user, approval, cause in told
        if user in active
    ])  # fmt: skip


def tell_helpless(approval: Approval, administrators: Collection[int], user_id: int) -> None:
    """Tell administrators that somebody who was to decide has left."""
    _tell(set(administrators), HELPLESS, approval, f"left:{approval.pk}:{user_id}")


def tell_end(approval: Approval, by: int | None) -> None:
    """Tell the author what came of a round, unless they ended it themselves."""
    kind = ENDED.get(approval.state)
    if kind is not None and approval.author_id != by:
        _tell({approval.author_id or 0}, kind, approval, f"ended:{approval.pk}", by)


def deputies_of(users: Collection[int], object_key: str) -> dict[int, set[int]]:
    """By who is away of some people: who stands in for them at this moment, for records of a kind."""
    running = lasting().filter(absent_id__in=users, starts_at__lte=timezone.now(), deputy__is_active=True)
    found: dict[int, set[int]] = {}
    for each in running:
        if each.kinds is None or object_key in each.kinds:
            found.setdefault(each.absent_id, set()).add(each.deputy_id)
    return found


def _tell(
    users: set[int | None] | set[int], kind: str, approval: Approval, cause: str, by: int | None = None
) -> None:
    known = User.objects.filter(pk__in={u for u in users if u}, is_active=True).order_by("pk")
    tell([
        Told(user, kind, cause, timezone.now(), approval.object, [approval.record_id], by or (approval.author_id if kind == WAITS else None))
        for user in known.values_list("pk", flat=True)
    ])  # fmt: skip
