"""Seasons: by how much each month of the year is above or below what would be expected.

The index is the ratio to the moving average (classical multiplicative decomposition; R. Hyndman, G. Athanasopoulos, Forecasting:
Principles and Practice, chapter on classical decomposition): each month is divided by the mean of the twelve months around it (of two
such means, half a month before and after, so that it stands in the middle), ratios of the same month of several years are averaged,
and the twelve are scaled so that their mean is 100 %. Months around which there are not six on each side have no ratio: so at least
two years are needed.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Final

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.store.summaries import read_for_long
from klientura.modules.analytics.queries.sold.asked import Asked
from klientura.modules.analytics.queries.sold.classes import measured
from klientura.modules.analytics.queries.sold.dimensions import KEY, joined_to
from klientura.modules.analytics.queries.sold.facts import facts
from klientura.modules.analytics.queries.sold.rates import Rates

LEAST: Final = 24
YEARS: Final = 5
MOST_GROUPS: Final = 20
HALF: Final = 6


@dataclass(frozen=True, slots=True)
class Season:
    """The indices of the twelve months, January first, in per cent; none where there is nothing to tell them by."""

    key: int | None
    indices: tuple[Fraction, ...]


def indices(values: Sequence[int], first: int) -> tuple[Fraction, ...]:
    """The twelve indices of a row of months that begins with month `first` of a year (0: January); nothing for too few."""
    if len(values) < LEAST:
        return ()
    ratios: dict[int, list[Fraction]] = {n: [] for n in range(12)}
    for place in range(HALF, len(values) - HALF):
        around = values[place - HALF : place + HALF + 1]
        middle = Fraction(2 * sum(around) - around[0] - around[-1], 24)
        if middle > 0:
            ratios[(first + place) % 12].append(Fraction(values[place]) / middle)
    if not all(ratios.values()):
        return ()
    means = [sum(ratios[n], Fraction(0)) / len(ratios[n]) for n in range(12)]
    whole = sum(means, Fraction(0))
    return tuple(100 * 12 * mean / whole for mean in means) if whole > 0 else ()


def seasons(actor: Actor, asked: Asked, rates: Rates, *, by_group: bool = False) -> list[Season]:
    """The indices of all sales, or of each of the largest groups of products; of the months asked for, from the first sale on."""
    source = facts(actor, asked, "products" if by_group else "clients", asked.first)
    beside = joined_to(actor, "group" if by_group else "client")
    text = sql.SQL("select {key}, s.month, sum({value}) from ({source}) s {beside} group by 1, 2").format(
        key=KEY["group"] if by_group else sql.SQL("null::bigint"), value=measured("amount" if rates.seen else "number", rates),
        source=source.sql, beside=beside.sql,
    )  # fmt: skip
    found: dict[int | None, dict[int, int]] = {}
    for group, month, total in read_for_long(text, (*source.params, *beside.params)):
        found.setdefault(group, {})[month] = int(total or 0)
    first = min((month for months in found.values() for month in months), default=asked.last)
    largest = sorted(found.items(), key=lambda pair: -sum(pair[1].values()))
    return [
        Season(group, indices([months.get(month, 0) for month in range(first, asked.last + 1)], first % 12))
        for group, months in largest[:MOST_GROUPS]
        if group is not None or not by_group
    ]
