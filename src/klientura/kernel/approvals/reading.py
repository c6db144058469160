"""Reading rounds: what waits for somebody, what somebody sent, all rounds of a record; only of records open to the reader."""

import datetime as dt
import itertools
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import User
from klientura.kernel.approvals.deciding import speaks_for
from klientura.kernel.approvals.matching import tells_nothing_hidden
from klientura.kernel.approvals.models import PENDING, Approval, ApprovalStep, Decision
from klientura.kernel.approvals.standing import very_kinds
from klientura.kernel.errors import NotFound
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read

MOST: Final = 200
AT_ONCE: Final = 100
ROUNDS: Final = 20
WAITING, SENT, DECIDED = "waiting", "sent", "decided"


@dataclass(frozen=True, slots=True)
class Said:
    """A decision in words."""

    who: str
    instead_of: str
    verdict: str
    label: str
    words: str
    at: dt.datetime


@dataclass(frozen=True, slots=True)
class StepView:
    """A step for reading: `state` is waiting, open, agreed or refused."""

    name: str
    group: int
    state: str
    needed: int
    asked: tuple[str, ...]
    silent: tuple[str, ...]
    due_at: dt.datetime | None
    said: tuple[Said, ...]


@dataclass(frozen=True, slots=True)
class RoundView:
    """A round for reading. `mine`: the reader's decision is asked for now; `reason`: empty where it tells of hidden fields."""

    approval: Approval
    shape: Shape
    title: str
    author: str
    mine: bool
    reason: str
    due_at: dt.datetime | None
    steps: tuple[StepView, ...] = field(default=())

    @property
    def url(self) -> str:
        """The card of the record."""
        return f"/{self.shape.key}/{self.approval.record_id}"


def waiting_for(actor: Actor) -> QuerySet[Approval]:
    """The rounds in which something is asked of an actor, or of somebody they stand in for; kinds are looked at later."""
    me = actor.user_id or 0
    asked = _asks(me, None)
    for away in actor.stands_in:
        asked |= _asks(away.user_id, away.kinds)
    said = Decision.objects.filter(step=OuterRef("pk"), by_id=me)
    steps = ApprovalStep.objects.filter(
        asked, ~Exists(said), approval__state=PENDING, opened_at__isnull=False, ended_at=None
    )
    return Approval.objects.filter(state=PENDING, pk__in=steps.values("approval_id")).exclude(
        barred__contains=[me]
    )


def _asks(user_id: int, kinds: Collection[str] | None) -> Q:
    """The steps that ask somebody who has not been heard yet."""
    heard = Decision.objects.filter(step=OuterRef("pk"), whose_id=user_id)
    asks = Q(~Exists(heard), users__contains=[user_id])
    if kinds is None:
        return asks
    known = all_shapes()
    return Q(asks, approval__object__in={known[k].base for k in kinds if k in known})


def queue(actor: Actor, box: str, *, limit: int = MOST) -> list[RoundView]:
    """The rounds of a box, the oldest first where a decision waits, else the newest. Raises NotFound for another box."""
    if box == WAITING:
        found = waiting_for(actor).order_by("sent_at", "pk")
    elif box == SENT:
        found = Approval.objects.filter(author_id=actor.user_id or 0).order_by("-pk")
    elif box == DECIDED:
        mine = Decision.objects.filter(Q(by_id=actor.user_id or 0) | Q(whose_id=actor.user_id or 0))
        found = Approval.objects.filter(pk__in=mine.values("step__approval_id")).order_by("-pk")
    else:
        raise NotFound
    return _first(actor, found.select_related("author"), limit, mine=box == WAITING)


def _first(actor: Actor, found: QuerySet[Approval], limit: int, *, mine: bool) -> list[RoundView]:
    """The first rounds that the actor sees; read by the hundred, as those of records closed to them do not count."""
    views: list[RoundView] = []
    for start in itertools.count(0, AT_ONCE):
        some = list(found[start : start + AT_ONCE])
        views += [v for v in views_of(actor, some) if v.mine or not mine]
        if len(some) < AT_ONCE or len(views) >= limit:
            break
    return views[:limit]


def rounds_of(actor: Actor, shape: Shape, record_id: int) -> list[RoundView]:
    """The rounds of a record that the caller has read with this actor, the newest first."""
    found = (
        Approval.objects.filter(object=shape.base, record_id=record_id)
        .select_related("author")
        .order_by("-pk")
    )
    return views_of(actor, found[:ROUNDS])


def one(actor: Actor, number: int) -> RoundView:
    """A round. Raises NotFound, also for one of a record that is closed to the actor."""
    views = views_of(actor, Approval.objects.filter(pk=min(number, 2**63 - 1)).select_related("author"))
    if not views:
        raise NotFound
    return views[0]


def views_of(actor: Actor, approvals: Iterable[Approval]) -> list[RoundView]:
    """Rounds for reading; those of records that are closed to the actor are left out. So many queries as kinds of record."""
    found = list(approvals)
    titles = _titles(actor, found)
    known = [a for a in found if (a.object, a.record_id) in titles]
    steps = (
        ApprovalStep.objects.filter(approval__in=[a.pk for a in known]).order_by("approval_id", "position")
        if known
        else []
    )
    by_round: dict[int, list[ApprovalStep]] = defaultdict(list)
    for step in steps:
        by_round[step.approval_id].append(step)
    said: dict[int, list[Decision]] = defaultdict(list)
    for decision in (
        Decision.objects.filter(step__in=[s.pk for s in steps]).order_by("at", "pk") if steps else ()
    ):
        said[decision.step_id].append(decision)
    names = _names(known, steps, said)
    return [_view(actor, a, *titles[a.object, a.record_id], by_round[a.pk], said, names) for a in known]


def _titles(actor: Actor, approvals: Sequence[Approval]) -> dict[tuple[str, int], tuple[Shape, str]]:
    wanted: dict[str, set[int]] = defaultdict(set)
    for each in approvals:
        wanted[each.object].add(each.record_id)
    made: dict[tuple[str, int], tuple[Shape, str]] = {}
    for base, ids in wanted.items():
        for shape in very_kinds(base):
            if actor.may(shape.key, "read"):
                titles = read.titles(actor, shape, sorted(ids))
                made |= {(base, i): (shape, title or f"{shape.label} № {i}") for i, title in titles.items()}
    return made


def _names(
    approvals: Sequence[Approval], steps: Iterable[ApprovalStep], said: dict[int, list[Decision]]
) -> dict[int, str]:
    people = {u for s in steps for u in s.users} | {a.author_id for a in approvals if a.author_id}
    people |= {u for found in said.values() for d in found for u in (d.by_id, d.whose_id) if u}
    return dict(User.objects.filter(pk__in=people).values_list("pk", "name")) if people else {}


def _view(
    actor: Actor,
    approval: Approval,
    shape: Shape,
    title: str,
    steps: Sequence[ApprovalStep],
    said: dict[int, list[Decision]],
    names: dict[int, str],
) -> RoundView:
    running = [s for s in steps if approval.state == PENDING and s.opened_at and s.ended_at is None]
    mine = actor.user_id not in approval.barred and any(
        set(speaks_for(actor, shape.key, s.users)) - {d.whose_id for d in said[s.pk]}
        for s in running
        if actor.user_id not in {d.by_id for d in said[s.pk]}
    )
    return RoundView(
        approval=approval, shape=shape, title=title, author=names.get(approval.author_id or 0, _("somebody")), mine=mine,
        reason=approval.reason if tells_nothing_hidden(actor, shape, approval.demands) else "",
        due_at=min((s.due_at for s in running if s.due_at), default=None),
        steps=tuple(_step(approval, s, said[s.pk], names) for s in steps),
    )  # fmt: skip


def _step(
    approval: Approval, step: ApprovalStep, said: Collection[Decision], names: dict[int, str]
) -> StepView:
    spoken = {d.whose_id for d in said}
    refused = any(d.verdict in {"refused", "rework"} for d in said)
    state = (
        "refused"
        if refused
        else "agreed"
        if step.ended_at
        else "open"
        if step.opened_at and approval.state == PENDING
        else "waiting"
    )
    return StepView(
        name=step.name, group=step.group, state=state, needed=step.needed,
        asked=tuple(names[u] for u in step.users if u in names),
        silent=tuple(names[u] for u in step.users if u in names and u not in spoken) if state == "open" else (),
        due_at=step.due_at,
        said=tuple(_said(d, names) for d in said),
    )  # fmt: skip


def _said(decision: Decision, names: dict[int, Any]) -> Said:
    instead = decision.whose_id != decision.by_id
    return Said(
        who=names.get(decision.by_id or 0, _("somebody")),
        instead_of=names.get(decision.whose_id or 0, "") if instead else "",
        verdict=decision.verdict, label=str(decision.get_verdict_display()), words=decision.words, at=decision.at,
    )  # fmt: skip
