"""Repeat sales: who comes back, after how long, and who should have by now.

A client is new in the month of the very first purchase, has returned when more than half a year has passed since the purchase before,
and is a repeated one otherwise. The interval of a client is the mean of those between the days of purchases; who has bought on three
days or more and has let pass one and a half of the interval, should have come by now.
"""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.store.summaries import read_for_long
from klientura.modules.analytics.queries.sold.asked import Asked
from klientura.modules.analytics.queries.sold.facts import facts
from klientura.modules.analytics.queries.sold.rates import Rates, money

AWAY: Final = 6
"""After so many months without a purchase a client has returned, not merely bought again."""
LATE: Final = Decimal("1.5")
LEAST_DAYS: Final = 3
_OF_SALE: Final = (sql.SQL("s.amount"), sql.SQL("s.currency"), sql.SQL("s.month"))


@dataclass(frozen=True, slots=True)
class Month:
    """What new clients, repeated and returned ones brought in a month, and how many there were of each."""

    month: int
    new: Decimal
    again: Decimal
    returned: Decimal
    numbers: tuple[int, int, int]


@dataclass(frozen=True, slots=True)
class Cohort:
    """The clients whose first purchase was in a month, and how many of them bought so many months after."""

    month: int
    number: int
    after: dict[int, int]


@dataclass(frozen=True, slots=True)
class Whole:
    """The clients of the period: how many, how many on two days or more of it, and the mean interval in days."""

    number: int
    repeated: int
    interval: Decimal | None


@dataclass(frozen=True, slots=True)
class Late:
    """A client who should have bought by now: the interval, the last purchase, for how many days, and what they brought in the months asked for."""

    key: int
    interval: Decimal
    last: dt.date
    waited: int
    days: int
    amount: Decimal


def months(actor: Actor, asked: Asked, rates: Rates) -> list[Month]:
    """Month by month; purchases before the period count for who is new. Rates are those of the period."""
    source = facts(actor, asked, "clients")
    text = sql.SQL(
        "with m as (select s.party_id, s.month, sum({amount}) as amount from ({source}) s where s.party_id is not null group by 1, 2"
        "  having sum(s.number) > 0), k as (select *, month - lag(month) over (partition by party_id order by month) as since from m)"
        " select month, case when since is null then 0 when since > {away} then 2 else 1 end as kind, sum(amount), count(*)"
        " from k where month >= {first} group by 1, 2"
    ).format(
        amount=rates.of(*_OF_SALE), source=source.sql, away=sql.Literal(AWAY), first=sql.Literal(asked.first)
    )
    found = {
        (month, kind): (money(amount), number)
        for month, kind, amount, number in read_for_long(text, source.params)
    }
    nothing = (Decimal(0), 0)
    made = []
    for month in range(asked.first, asked.last + 1):
        new, again, returned = (found.get((month, kind), nothing) for kind in range(3))
        made.append(Month(month, new[0], again[0], returned[0], (new[1], again[1], returned[1])))
    return made


def cohorts(actor: Actor, asked: Asked) -> list[Cohort]:
    """The clients who came in each month of the period, and in which months after it they bought again."""
    source = facts(actor, asked, "clients")
    text = sql.SQL(
        "with m as (select s.party_id, s.month from ({source}) s where s.party_id is not null group by 1, 2 having sum(s.number) > 0),"
        " f as (select party_id, min(month) as came from m group by 1)"
        " select f.came, m.month - f.came, count(*) from m join f on f.party_id = m.party_id where f.came >= {first} group by 1, 2"
    ).format(source=source.sql, first=sql.Literal(asked.first))
    by_month: dict[int, dict[int, int]] = {}
    for came, after, number in read_for_long(text, source.params):
        by_month.setdefault(came, {})[after] = number
    return [Cohort(month, by_month[month].get(0, 0), by_month[month]) for month in sorted(by_month)]


def _days(actor: Actor, asked: Asked, since: int | None) -> Predicate:
    """The days on which each client bought, with what they brought."""
    source = facts(actor, asked, "clients", since)
    text = sql.SQL(
        "select s.party_id, s.day from ({}) s where s.party_id is not null group by 1, 2 having sum(s.number) > 0"
    )
    return Predicate(text.format(source.sql), source.params)


def whole(actor: Actor, asked: Asked) -> Whole:
    """Of the clients who bought in the period: how many did so on several days of it, and the mean of their intervals."""
    days = _days(actor, asked, asked.first)
    text = sql.SQL(
        "select count(*), count(*) filter (where n > 1), avg((last - first)::numeric / (n - 1)) filter (where n > 1) from ("
        " select party_id, count(*) as n, min(day) as first, max(day) as last from ({}) d group by 1) c"
    ).format(days.sql)
    number, repeated, interval = read_for_long(text, days.params)[0]
    return Whole(number, repeated, None if interval is None else interval.quantize(Decimal("0.1")))


def late(actor: Actor, asked: Asked, rates: Rates, today: dt.date, most: int) -> tuple[list[Late], int]:
    """Those who should have bought by now, who brings the most first; and how many there are. Of everything up to the last month asked for."""
    source = facts(actor, asked, "clients")
    text = sql.SQL(
        "with d as (select s.party_id, s.day, sum({amount}) filter (where s.month >= {first}) as amount from ({source}) s"
        "  where s.party_id is not null group by 1, 2 having sum(s.number) > 0),"
        " c as (select party_id, count(*) as n, min(day) as first, max(day) as last, sum(amount) as amount"
        "  from d group by 1 having count(*) >= {least}), l as (select *, (last - first)::numeric / (n - 1) as gap from c)"
        " select party_id, gap, last, n, amount, count(*) over () from l where ({today}::date - last) > gap * {late}"
        " order by amount desc nulls last, party_id limit {most}"
    ).format(
        amount=rates.of(*_OF_SALE), first=sql.Literal(asked.first), source=source.sql,
        least=sql.Literal(LEAST_DAYS), today=sql.Literal(today), late=sql.Literal(LATE),
        most=sql.Literal(most),
    )  # fmt: skip
    found = read_for_long(text, source.params)
    rows = [
        Late(key, gap.quantize(Decimal("0.1")), last, (today - last).days, n, money(amount))
        for key, gap, last, n, amount, _all in found
    ]
    return rows, found[0][5] if found else 0


def of_cohort(actor: Actor, asked: Asked, came: int, after: int, most: int) -> list[int]:
    """The clients of a figure: whose first purchase was in a month, and who bought so many months after."""
    source = facts(actor, asked, "clients")
    text = sql.SQL(
        "with m as (select s.party_id, s.month from ({source}) s where s.party_id is not null group by 1, 2 having sum(s.number) > 0),"
        " f as (select party_id, min(month) as came from m group by 1)"
        " select f.party_id from m join f on f.party_id = m.party_id where f.came = {came} and m.month = {then} order by 1 limit {most}"
    ).format(
        source=source.sql, came=sql.Literal(came), then=sql.Literal(came + after), most=sql.Literal(most)
    )
    return [row[0] for row in read_for_long(text, source.params)]
