"""How long deals take: at each stage, and from the first day to a won one."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.store.summaries import read_for_long
from klientura.modules.analytics.queries.asked import Asked, deals, in_period
from klientura.modules.analytics.queries.cohort import Step

DAYS: Final = sql.SQL("extract(epoch from {}) / 86400.0")
QUANTILES: Final = sql.SQL("percentile_cont(array[0.5, 0.9]) within group (order by {})")


@dataclass(frozen=True, slots=True)
class Spread:
    """So many of something, half of them within `median` days, nine of ten within `most`."""

    number: int = 0
    median: Decimal | None = None
    most: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Stay:
    """How long deals were at a stage: stays that have ended, and those that last."""

    step: Step
    ended: Spread
    lasting: Spread


@dataclass(frozen=True, slots=True)
class Times:
    """Stays by stage, and the way from creation to won or lost of the deals that were closed in the period."""

    stays: list[Stay]
    won: Spread
    lost: Spread


def times(actor: Actor, asked: Asked, steps: Sequence[Step]) -> Times:
    """Two statements: the stays of the cohort's deals, and the cycles of what was closed in the period."""
    found = _stays(actor, asked, steps)
    cycles = _cycles(actor, asked, steps)
    nothing = Spread()
    stays = [
        Stay(s, found.get((s.id, True), nothing), found.get((s.id, False), nothing))
        for s in steps
        if s.kind == "open"
    ]
    return Times(stays, cycles.get("won", nothing), cycles.get("lost", nothing))


def _stays(actor: Actor, asked: Asked, steps: Sequence[Step]) -> dict[tuple[int, bool], Spread]:
    source = deals(actor, asked, in_period(asked, [s.id for s in steps]))
    days = DAYS.format(sql.SQL("(coalesce(v.left_at, now()) - v.at)"))
    text = sql.SQL(
        "select v.stage_id, v.left_at is not null, count(*), {quantiles} from {tables} join opportunity_visit v"
        " on v.opportunity_id = c.opportunity_id where v.status = 'open' and {where} group by 1, 2"
    ).format(quantiles=QUANTILES.format(days), tables=source.tables, where=source.where.sql)
    rows = read_for_long(text, source.where.params)
    return {(stage, ended): _spread(number, found) for stage, ended, number, found in rows}


def _cycles(actor: Actor, asked: Asked, steps: Sequence[Step]) -> dict[str, Spread]:
    """From the creation of a deal to its end, of those that ended in the period."""
    closed = Predicate(
        sql.SQL("c.closed_at >= %s and c.closed_at < %s and c.stage_id = any(%s)"),
        (asked.begins, asked.ends, [s.id for s in steps if s.kind != "open"]),
    )
    source = deals(actor, asked, closed)
    text = sql.SQL("select c.status, count(*), {quantiles} from {tables} where {where} group by 1").format(
        quantiles=QUANTILES.format(DAYS.format(sql.SQL("(c.closed_at - c.created_at)"))),
        tables=source.tables,
        where=source.where.sql,
    )
    return {
        status: _spread(number, found) for status, number, found in read_for_long(text, source.where.params)
    }


def _spread(number: int, found: Sequence[Any] | None) -> Spread:
    median, most = found or (None, None)
    return Spread(number, _rounded(median), _rounded(most))


def _rounded(days: Any) -> Decimal | None:
    return None if days is None else max(Decimal(0), Decimal(str(days)).quantize(Decimal("0.1")))
