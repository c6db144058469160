"""Deciding: agree, agree with a remark, refuse, send back. Of two who decide at once one waits for the other."""

from collections.abc import Collection, Iterable
from typing import Any, Final

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.approvals import telling
from klientura.kernel.approvals.authority import answers_of, ask_above
from klientura.kernel.approvals.models import (
    AGREEING,
    APPROVED,
    LAPSED,
    PENDING,
    REFUSED,
    REWORK,
    VERDICTS,
    Approval,
    ApprovalStep,
    Decision,
)
from klientura.kernel.approvals.opening import end, open_group
from klientura.kernel.approvals.sending import clean
from klientura.kernel.approvals.standing import digest_of, kind_of
from klientura.kernel.errors import Denied, FieldError, Invalid, KernelError, NotFound, Stale
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read

MOST_AT_ONCE: Final = 200
CHANGED: Final = _("The record was changed since it was sent. Its author has to send it anew.")
SAY_WHY: Final = _("Say in a few words what is the matter.")


def speaks_for(actor: Actor, object_key: str, users: Collection[int]) -> list[int]:
    """For which of some people an actor decides now: themselves, and those they stand in for."""
    away = [s.user_id for s in actor.stands_in if s.kinds is None or object_key in s.kinds]
    return [u for u in dict.fromkeys((actor.user_id or 0, *away)) if u in users]


@transaction.atomic
def decide(actor: Actor, number: int, verdict: str, words: str = "", *, seen: str | None = None) -> Approval:
    """Say what one thinks of a record; return its round as it stands then.

    `seen`: the digest of the state that was looked at. Raises NotFound for a record that is closed to the actor, Denied for
    whoever is not asked, Invalid, Stale when the record is not as it was sent.
    """
    approval = Approval.objects.select_for_update().filter(pk=min(number, 2**63 - 1)).first()
    shape = kind_of(approval.object, approval.record_id) if approval else None
    if approval is None or shape is None:
        raise NotFound
    read.get(actor, shape, approval.record_id, keys=["id"])
    said = clean(words)
    _refuse_unsaid(verdict, said)
    if approval.state != PENDING:
        raise Invalid([FieldError("state", "ended", telling.OVER)])
    if approval.digest != digest_of(shape, approval.record_id) or (
        seen is not None and seen != approval.digest
    ):
        raise Stale(CHANGED)
    steps = list(ApprovalStep.objects.filter(approval=approval, group=approval.group).order_by("position"))
    if not _note(actor, approval, shape.key, steps, verdict, said):
        raise Denied(_("Your decision is not asked for here, or you have decided already."))
    if verdict not in AGREEING:
        return end(approval, REFUSED if verdict == "refused" else REWORK, by=actor.user_id)
    return advance(approval, shape, steps, by=actor.user_id)


def advance(
    approval: Approval, shape: Shape, steps: Collection[ApprovalStep], *, by: int | None = None
) -> Approval:
    """Go on behind the open steps of a round when all have their consents: to the next ones, further up, or to the end."""
    if not all(step.ended_at for step in steps) or open_group(approval, shape, approval.group + 1):
        return approval
    given = Decision.objects.filter(step__approval=approval, verdict__in=AGREEING)
    heard = {u for u in given.values_list("whose_id", flat=True) if u}
    approval.answers = answers_of(approval, shape, heard)
    if set(approval.demands) - set(approval.answers) and ask_above(approval, shape, heard):
        return approval
    approval.save(update_fields=["answers"])
    return end(approval, APPROVED, by=by)


def _refuse_unsaid(verdict: str, words: str) -> None:
    if verdict not in dict(VERDICTS):
        raise Invalid([FieldError("verdict", "option", _("Choose one from the list."))])
    if verdict != "agreed" and not words:
        raise Invalid([FieldError("words", "required", SAY_WHY)])


def _note(
    actor: Actor, approval: Approval, object_key: str, steps: list[ApprovalStep], verdict: str, words: str
) -> bool:
    """Write down what the actor says in all steps that ask them; False when none does."""
    if actor.user_id in approval.barred:
        return False
    open_steps = [s for s in steps if s.ended_at is None]
    heard: dict[int, list[Decision]] = {}
    for given in Decision.objects.filter(step__in=open_steps):
        heard.setdefault(given.step_id, []).append(given)
    now, made = timezone.now(), []
    for step in open_steps:
        before = heard.get(step.pk, [])
        if actor.user_id in {
            d.by_id for d in before
        }:  # one person is one consent, for whomever they stand in
            continue
        spoken = {d.whose_id for d in before}
        mine = [u for u in speaks_for(actor, object_key, step.users) if u not in spoken]
        if not mine:
            continue
        said = Decision(
            step=step, whose_id=mine[0], by_id=actor.user_id, verdict=verdict, words=words, at=now
        )
        made.append(said)
        if verdict not in AGREEING or consents([*before, said]) >= step.needed:
            step.ended_at = now
    Decision.objects.bulk_create(made)
    ApprovalStep.objects.bulk_update(open_steps, ["ended_at"])
    return bool(made)


def consents(given: Iterable[Decision]) -> int:
    """How many people have agreed, each counted once."""
    return len({d.by_id for d in given if d.verdict in AGREEING})


def decide_many(
    actor: Actor, numbers: Collection[int], verdict: str, words: str = ""
) -> tuple[list[int], dict[int, Any]]:
    """Decide on several rounds alike, each by itself; return those decided, and by number why others were not."""
    done: list[int] = []
    refused: dict[int, Any] = {}
    for number in sorted(set(numbers))[:MOST_AT_ONCE]:
        try:
            done.append(decide(actor, number, verdict, words).pk)
        except Invalid as wrong:
            refused[number] = wrong.errors[0].message
        except KernelError as wrong:
            refused[number] = wrong.message
    return done, refused


def lapse(approval: Approval, by: int | None) -> Approval:
    """End what does not hold any more because the record was changed."""
    return end(approval, LAPSED, by=by)
