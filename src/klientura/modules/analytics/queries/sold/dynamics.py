"""How sales go: by month, quarter or week, beside a year before; and what each client, product, person … brings."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.store.summaries import read_for_long
from klientura.modules.analytics.queries.sold.asked import Asked, first_day
from klientura.modules.analytics.queries.sold.dimensions import FACT, KEY, Dimension, joined_to
from klientura.modules.analytics.queries.sold.facts import facts
from klientura.modules.analytics.queries.sold.rates import Rates, money

type Step = Literal["month", "quarter", "week"]

MOST: Final = 50
AVERAGED: Final = 3
"""The moving average is that of so many periods: of this one and of those before it."""
_OF_SALE: Final = (sql.SQL("s.amount"), sql.SQL("s.currency"), sql.SQL("s.month"))


@dataclass(frozen=True, slots=True)
class Sold:
    """What was sold: the sum, without tax, how many orders; how many sums have no exchange rate."""

    amount: Decimal = Decimal(0)
    net: Decimal = Decimal(0)
    number: int = 0
    unknown: int = 0

    @property
    def average(self) -> Decimal | None:
        """The mean order."""
        return (self.amount / self.number).quantize(Decimal("0.01")) if self.number else None


@dataclass(frozen=True, slots=True)
class Period:
    """A month, quarter or week: what was sold, a year before, and the moving average of the sums up to it."""

    first: dt.date
    last: dt.date
    now: Sold
    before: Sold
    average: Decimal | None


@dataclass(frozen=True, slots=True)
class Part:
    """What one value of a dimension has brought, now and a year before."""

    key: Any
    now: Sold
    before: Sold


def begins(day: dt.date, step: Step) -> dt.date:
    """When the period of a day begins."""
    if step == "week":
        return day - dt.timedelta(days=day.weekday())
    return day.replace(month=(day.month - 1) // 3 * 3 + 1, day=1) if step == "quarter" else day.replace(day=1)


def after(first: dt.date, step: Step) -> dt.date:
    """When the next period begins."""
    if step == "week":
        return first + dt.timedelta(days=7)
    months = first.year * 12 + first.month - 1 + (3 if step == "quarter" else 1)
    return first_day(months)


def year_before(first: dt.date, step: Step) -> dt.date:
    """The same period a year before: of a week, the one 52 weeks before."""
    return first - dt.timedelta(days=364) if step == "week" else first.replace(year=first.year - 1)


def periods(actor: Actor, asked: Asked, step: Step, rates: Rates) -> list[Period]:
    """Every period that is asked for, also those without sales. `rates` begin a year before."""
    source = facts(actor, asked, "clients", asked.first - 13)
    text = sql.SQL(
        "select date_trunc({step}, s.day)::date, sum({amount}), sum({net}), sum(s.number), count(*) filter (where {amount} is null)"
        " from ({source}) s group by 1"
    ).format(
        step=sql.Literal(step),
        amount=rates.of(*_OF_SALE),
        net=rates.of(sql.SQL("s.net"), *_OF_SALE[1:]),
        source=source.sql,
    )
    found = {first: _sold(*row) for first, *row in read_for_long(text, source.params)}
    made: list[Period] = []
    first = begins(asked.begins, step)
    while first <= asked.ends:
        there = [p.now.amount for p in made[-(AVERAGED - 1) :]]
        now, following = found.get(first, Sold()), after(first, step)
        average = sum(there, now.amount) / AVERAGED if len(there) == AVERAGED - 1 else None
        made.append(
            Period(
                first,
                following - dt.timedelta(days=1),
                now,
                found.get(year_before(first, step), Sold()),
                average,
            )
        )
        first = following
    return made


def parts(actor: Actor, asked: Asked, dimension: Dimension, rates: Rates) -> list[Part]:
    """The values that have brought the most, now and in the same months a year before. `rates` begin a year before."""
    source, beside = facts(actor, asked, FACT[dimension], asked.first - 12), joined_to(actor, dimension)
    now, before = (
        sql.SQL("s.month between {} and {}").format(sql.Literal(asked.first - back), sql.Literal(asked.last - back)) for back in (0, 12)
    )  # fmt: skip
    text = sql.SQL(
        "select {key}, sum({amount}) filter (where {now}) as a, sum({net}) filter (where {now}), sum(s.number) filter (where {now}),"
        " count(*) filter (where {now} and {amount} is null), sum({amount}) filter (where {before}), sum({net}) filter (where {before}),"
        " sum(s.number) filter (where {before}), 0 from ({source}) s {beside} group by 1"
        " having sum(s.number) filter (where {now}) <> 0 or sum(s.number) filter (where {before}) <> 0"
        " order by a desc nulls last, sum(s.number) filter (where {now}) desc nulls last, 1 limit {most}"
    ).format(
        key=KEY[dimension], amount=rates.of(*_OF_SALE), net=rates.of(sql.SQL("s.net"), *_OF_SALE[1:]), now=now, before=before,
        source=source.sql, beside=beside.sql, most=sql.Literal(MOST),
    )  # fmt: skip
    found = read_for_long(text, (*source.params, *beside.params))
    return [Part(key, _sold(*row[:4]), _sold(*row[4:])) for key, *row in found]


def whole(actor: Actor, asked: Asked, rates: Rates) -> Sold:
    """All that was sold in the months that are asked for."""
    source = facts(actor, asked, "clients", asked.first)
    text = sql.SQL(
        "select sum({amount}), sum({net}), sum(s.number), count(*) filter (where {amount} is null) from ({source}) s"
    ).format(amount=rates.of(*_OF_SALE), net=rates.of(sql.SQL("s.net"), *_OF_SALE[1:]), source=source.sql)
    return _sold(*read_for_long(text, source.params)[0])


def clients(actor: Actor, asked: Asked) -> int:
    """How many clients bought."""
    source = facts(actor, asked, "clients", asked.first)
    text = sql.SQL(
        "select count(*) from (select 1 from ({}) s group by s.party_id having sum(s.number) > 0) c"
    )
    return int(read_for_long(text.format(source.sql), source.params)[0][0])


def _sold(amount: Any, net: Any, number: Any, unknown: Any) -> Sold:
    return Sold(money(amount), money(net), int(number or 0), int(unknown or 0))
