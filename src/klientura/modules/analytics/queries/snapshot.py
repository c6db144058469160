"""Open deals by stage: as they stand now, or as they stood on a day that has passed."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.store.summaries import read_for_long
from klientura.modules.analytics.queries.asked import Asked, deals
from klientura.modules.analytics.queries.cohort import Step
from klientura.modules.analytics.queries.money import OF_DEAL, Money

# Where a deal was at a moment, and what it was worth then. Open visits that have ended since, or have not, are few.
AT: Final = sql.SQL(
    "select v.opportunity_id, v.pipeline_id, v.stage_id, w.amount, w.currency, w.close_date from ("
    " select * from opportunity_visit where status = 'open' and at <= {moment} and left_at > {moment}"
    " union all select * from opportunity_visit where status = 'open' and at <= {moment} and left_at is null) v"
    " left join opportunity_worth w on w.opportunity_id = v.opportunity_id and w.since <= {moment}"
    "  and (w.until is null or w.until > {moment})"
)


@dataclass(slots=True)
class Standing:
    """The open deals at a stage: how many, their sum, and the sum by the probability of each."""

    step: Step
    number: int = 0
    money: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)


@dataclass(slots=True)
class Snapshot:
    """The open deals of a pipeline by stage."""

    stages: list[Standing] = field(default_factory=list)
    without_rate: int = 0


def standing(
    actor: Actor, asked: Asked, steps: Sequence[Step], money: Money, moment: dt.datetime | None = None
) -> Snapshot:
    """The open deals now, or at a moment: then the probability is that of the stage, for nobody keeps another."""
    if moment is None:
        here = Predicate(sql.SQL("c.status = 'open' and c.pipeline_id = %s"), (asked.pipeline,))
        source = deals(actor, asked, here)
        text = sql.SQL(
            "select c.stage_id, count(*), sum({m}), sum(round({m} * coalesce(c.probability, 0) / 100, 2)), count(*) filter (where {u})"
            " from {tables} where {where} group by 1"
        ).format(
            m=money.of(*OF_DEAL),
            u=money.unknown(*OF_DEAL),
            tables=source.tables,
            where=source.where.sql,
        )
        rows = read_for_long(text, source.where.params)
    else:
        rows = _past(actor, asked, steps, money, moment)
    return _by_stage(steps, rows)


def _past(
    actor: Actor, asked: Asked, steps: Sequence[Step], money: Money, moment: dt.datetime
) -> list[tuple[Any, ...]]:
    source = deals(actor, asked)
    then = (sql.SQL("a.amount"), sql.SQL("a.currency"))
    text = sql.SQL(
        "select a.stage_id, count(*), sum({m}), sum(round({m} * p.probability / 100, 2)), count(*) filter (where {u})"
        " from {tables} join ({at}) a on a.opportunity_id = c.opportunity_id"
        " join unnest({ids}::bigint[], {chances}::int[]) p(id, probability) on p.id = a.stage_id"
        " where a.pipeline_id = {pipeline} and {where} group by 1"
    ).format(
        m=money.of(*then), u=money.unknown(*then), at=at_moment(moment), ids=sql.Literal([s.id for s in steps]),
        chances=sql.Literal([s.probability for s in steps]), tables=source.tables, pipeline=sql.Literal(asked.pipeline),
        where=source.where.sql,
    )  # fmt: skip
    return read_for_long(text, source.where.params)


def at_moment(moment: dt.datetime) -> sql.Composable:
    """The deals that were open at a moment, with what they were worth."""
    return AT.format(moment=sql.Literal(moment))


def _by_stage(steps: Sequence[Step], rows: list[tuple[Any, ...]]) -> Snapshot:
    made = Snapshot([Standing(s) for s in steps if s.kind == "open"])
    places = {each.step.id: each for each in made.stages}
    for stage, number, money, weighted, unknown in rows:
        if (each := places.get(stage)) is None:
            continue
        each.number, each.money, each.weighted = number, money or Decimal(0), weighted or Decimal(0)
        made.without_rate += unknown
    return made
