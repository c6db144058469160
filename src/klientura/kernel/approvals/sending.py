"""Sending a record for approval, and taking it back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import User
from klientura.kernel.approvals import telling
from klientura.kernel.approvals.matching import Asked, owners_of, people_of, route_to_take, wanted_of
from klientura.kernel.approvals.models import PENDING, WITHDRAWN, Approval, ApprovalStep, Route
from klientura.kernel.approvals.opening import end, open_group
from klientura.kernel.approvals.routes import approvable_shapes, is_concerned
from klientura.kernel.approvals.standing import digest_of, stands
from klientura.kernel.errors import Denied, FieldError, Invalid, NotFound, Text
from klientura.kernel.objects.shape import Shape
from klientura.kernel.settings.installation import current, rights_changed
from klientura.kernel.store import write

MOST_WORDS: Final = 1000
NOBODY: Final = _(
    "There is nobody who could approve this: whoever the route names is away for good, does not see the record, or is you. "
    "Ask your administrator to look at the route."
)


def clean(words: str) -> str:
    """What somebody wrote beside a decision. Raises Invalid when it is too long to be kept whole."""
    said = words.replace("\x00", "").strip()
    if len(said) > MOST_WORDS:
        raise Invalid([FieldError("words", "length", _("No more than 1000 characters."))])
    return said


@dataclass(frozen=True, slots=True)
class Plan:
    """The way a record would go: its route, the people of its steps, whose own it is, and what asks for an approval."""

    route: Route | None
    asked: Sequence[Asked]
    barred: Sequence[int]
    wanted: Mapping[str, Text]


def planned(actor: Actor, shape: Shape, record_id: int, author: User) -> Plan:
    """The way a record would go if its author sent it now."""
    route = route_to_take(shape, record_id)
    barred = owners_of(shape, record_id, route, author)
    asked = people_of(shape, record_id, route, author, barred)
    return Plan(route, asked, barred, wanted_of(actor, shape, record_id))


@transaction.atomic
def send(actor: Actor, shape: Shape, record_id: int, words: str = "") -> Approval:
    """Send a record that the actor may edit along the first route that fits; without one, to the head of their team.

    Raises NotFound, Denied, Invalid when a round is under way, when it stands approved as it is, and when nobody could decide.
    """
    if shape.key not in {s.key for s in approvable_shapes()} or actor.user_id is None:
        raise NotFound
    said = clean(words)
    write.lock(actor, shape, record_id, "edit")
    if Approval.objects.filter(object=shape.base, record_id=record_id, state=PENDING).exists():
        raise Invalid([FieldError("state", "pending", _("It has been sent for approval already."))])
    author = User.objects.get(pk=actor.user_id)
    plan = planned(actor, shape, record_id, author)
    stood = stands(shape, record_id)
    if stood is not None and set(plan.wanted) <= set(stood.answers):
        raise Invalid([FieldError("state", "approved", _("It stands approved as it is."))])
    _refuse_too_few(plan.asked)
    route, reasons = plan.route, " ".join(str(r) for r in plan.wanted.values())
    made = Approval.objects.create(
        object=shape.base, record_id=record_id, route=route, route_name=route.name if route else "",
        own=bool(route and route.own), author=author, words=said, reason=reasons[:500], demands=list(plan.wanted),
        barred=list(plan.barred), digest=digest_of(shape, record_id), sent_at=timezone.now(),
    )  # fmt: skip
    ApprovalStep.objects.bulk_create(_steps(made, plan.asked))
    open_group(made, shape, 1)
    if not is_concerned(
        shape, current().access_version
    ):  # the first of its kind: from now on cards look for rounds
        rights_changed()
    return made


def _refuse_too_few(asked: Sequence[Asked]) -> None:
    if not all(a.users for a in asked):
        raise Invalid([FieldError("route", "nobody", NOBODY)])
    for each in asked:
        if each.needed > len(each.users):
            told = _("“{name}” takes the consent of {needed}, and only {n} can be asked.")
            text = str(told).format(name=each.name, needed=each.needed, n=len(each.users))
            raise Invalid([FieldError("route", "too_few", text)])


def _steps(approval: Approval, asked: Sequence[Asked]) -> list[ApprovalStep]:
    made: list[ApprovalStep] = []
    group = 0
    for place, each in enumerate(asked):
        group += 0 if each.step.beside and place else 1
        made.append(
            ApprovalStep(
                approval=approval,
                position=place,
                group=group,
                name=each.name,
                users=list(each.users),
                needed=each.needed,
                hours=each.step.hours,
            )
        )
    return made


@transaction.atomic
def withdraw(actor: Actor, number: int) -> Approval:
    """Take a record back that the actor has sent. Raises NotFound, Denied, Invalid when the round is over."""
    found: Any = Approval.objects.select_for_update().filter(pk=min(number, 2**63 - 1)).first()
    if found is None:
        raise NotFound
    if found.author_id != actor.user_id and not actor.is_admin:
        raise Denied
    if found.state != PENDING:
        raise Invalid([FieldError("state", "ended", telling.OVER)])
    return end(found, WITHDRAWN)
