"""The cohort of a period and how far it came: one statement over the narrow rows of deals.

Deals are grouped by the set of stages they have reached and by how they stand; there are few such groups whatever the number
of deals, and what a stage means is decided afterwards, by the order that the pipeline has now.
"""

import datetime as dt
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.store.summaries import read_for_long
from klientura.modules.analytics.queries.asked import Asked, deals, in_period
from klientura.modules.analytics.queries.money import OF_DEAL, Money

MOST_STAGES: Final = 200


@dataclass(frozen=True, slots=True)
class Step:
    """A stage of the pipeline as it stands now."""

    id: int
    name: str
    kind: str
    hue: str
    probability: int
    days: int | None = None


@dataclass(slots=True)
class Sum:
    """So many deals, and what they are worth."""

    number: int = 0
    money: Decimal = Decimal(0)

    def add(self, number: int, money: Decimal | None) -> None:
        """Count further deals in."""
        self.number += number
        self.money += money or Decimal(0)


@dataclass(slots=True)
class Reached:
    """What became of a cohort at one stage: who came as far, who is still there, who was lost from there."""

    step: Step
    came: Sum = field(default_factory=Sum)
    here: Sum = field(default_factory=Sum)
    lost: Sum = field(default_factory=Sum)


@dataclass(slots=True)
class Funnel:
    """A cohort: all of it, how far it came, how it ended. `reasons` are losses by (reason, stage they were lost from)."""

    whole: Sum = field(default_factory=Sum)
    stages: list[Reached] = field(default_factory=list)
    won: Sum = field(default_factory=Sum)
    lost: Sum = field(default_factory=Sum)
    open: Sum = field(default_factory=Sum)
    elsewhere: Sum = field(default_factory=Sum)
    reasons: dict[tuple[str | None, int | None], Sum] = field(default_factory=dict)
    without_rate: int = 0


def steps_of(actor: Actor, pipeline: int) -> list[Step]:
    """The stages of a pipeline in their order."""
    tree = {"field": "pipeline", "op": "eq", "value": pipeline}
    keys = ["name", "kind", "hue", "probability", "days"]
    rows = read.page(actor, shape_of("stage"), tree=tree, sort="place", limit=MOST_STAGES, keys=keys).rows
    return [
        Step(r["id"], r["name"], r["kind"], r["hue"] or "gray", r["probability"] or 0, r["days"])
        for r in rows
    ]


def ahead_of(steps: Sequence[Step], stage: int) -> list[int]:
    """The stages which to have reached is to have come as far as this one: itself, the open ones behind it, and won."""
    opened = [s.id for s in steps if s.kind == "open"]
    won = [s.id for s in steps if s.kind == "won"]
    return [*opened[opened.index(stage) :], *won] if stage in opened else won


def cohort(actor: Actor, asked: Asked, steps: Sequence[Step], money: Money) -> Funnel:
    """The deals of a period, and how far they came."""
    text, params = statement(actor, asked, steps, money)
    return _folded(steps, read_for_long(text, params), asked.entered)


def statement(
    actor: Actor, asked: Asked, steps: Sequence[Step], money: Money
) -> tuple[sql.Composed, tuple[Any, ...]]:
    """Deals of the cohort by what they have reached and how they stand."""
    source = deals(actor, asked, in_period(asked, [s.id for s in steps]))
    text = sql.SQL(
        "select c.reached, c.stage_id, c.came_from_id, c.loss_reason, count(*), sum({money}), count(*) filter (where {unknown})"
        " from {tables} where {where} group by 1, 2, 3, 4"
    ).format(
        money=money.of(*OF_DEAL),
        unknown=money.unknown(*OF_DEAL),
        tables=source.tables,
        where=source.where.sql,
    )
    return text, source.where.params


def by_month(actor: Actor, asked: Asked, steps: Sequence[Step], money: Money) -> list[tuple[dt.date, Funnel]]:
    """The cohorts of the months in which deals were made, the earliest first."""
    source = deals(actor, asked, in_period(asked, [s.id for s in steps]))
    text = sql.SQL(
        "select date_trunc('month', c.created_at at time zone {zone})::date, c.reached, c.stage_id, c.came_from_id, null, count(*), sum({money}), 0"
        " from {tables} where {where} group by 1, 2, 3, 4"
    ).format(
        zone=sql.Literal(timezone.get_current_timezone_name()),
        money=money.of(*OF_DEAL),
        tables=source.tables,
        where=source.where.sql,
    )
    months: dict[dt.date, list[tuple[Any, ...]]] = {}
    for month, *row in read_for_long(text, source.where.params):
        months.setdefault(month, []).append(tuple(row))
    return [(month, _folded(steps, months[month], asked.entered)) for month in sorted(months)]


def _folded(steps: Sequence[Step], rows: Iterable[tuple[Any, ...]], entered: int | None) -> Funnel:
    made = Funnel(stages=[Reached(s) for s in _from(steps, entered)])
    far = {each.step.id: frozenset(ahead_of(steps, each.step.id)) for each in made.stages}
    kinds = {s.id: s.kind for s in steps}
    begun = made.stages[0].step.id if made.stages else None
    for reached, stage, came_from, reason, number, money, unknown in rows:
        seen = frozenset(reached)
        made.whole.add(number, money)
        made.without_rate += unknown
        for each in made.stages:
            if each.step.id == begun or seen & far[each.step.id]:
                each.came.add(number, money)
            if stage == each.step.id:
                each.here.add(number, money)
            elif came_from == each.step.id and kinds.get(stage) == "lost":
                each.lost.add(number, money)
        kind = kinds.get(stage, "")
        {"won": made.won, "lost": made.lost, "open": made.open}.get(kind, made.elsewhere).add(number, money)
        if kind == "lost":
            made.reasons.setdefault((reason, came_from), Sum()).add(number, money)
    return made


def _from(steps: Sequence[Step], entered: int | None) -> list[Step]:
    """The open stages, from the one that a cohort begins with."""
    opened = [s for s in steps if s.kind == "open"]
    place = next((n for n, s in enumerate(opened) if s.id == entered), 0)
    return opened[place:]
