"""Sums of several currencies in one: by the rates of one day, rounded record by record, so that parts add up to the whole."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from psycopg import sql

from klientura.modules.catalog.queries.book import exchange_rates

EXACT: Final = Decimal("1e-12")


@dataclass(frozen=True, slots=True)
class Money:
    """How sums are told: in a currency, by rates; for whoever may not see them there are none."""

    currency: str
    day: dt.date
    factors: Mapping[str, Decimal]
    seen: bool

    def of(self, amount: sql.Composable, currency: sql.Composable) -> sql.Composable:
        """An amount in the report's currency, as SQL; null where there is no rate, or no right."""
        if not self.seen:
            return sql.SQL("null::numeric")
        whens = [
            sql.SQL("when {} then {}").format(
                sql.Literal(code),
                amount if factor == 1 else sql.SQL("round({} * {}, 2)").format(amount, sql.Literal(factor)),
            )
            for code, factor in sorted(self.factors.items(), key=lambda pair: pair[0] != self.currency)
        ]
        return sql.SQL("case {} {} end").format(currency, sql.SQL(" ").join(whens))

    def unknown(self, amount: sql.Composable, currency: sql.Composable) -> sql.Composable:
        """Whether a record has an amount that no rate is known for."""
        if not self.seen:
            return sql.SQL("false")
        return sql.SQL("({} is not null and {} <> all({}))").format(
            amount, currency, sql.Literal(sorted(self.factors))
        )


def money_at(currency: str, day: dt.date, *, seen: bool) -> Money:
    """Sums in a currency by the rates known on a day. A report in a currency without a rate knows itself only."""
    rates = exchange_rates(day)
    whole = rates.get(currency)
    factors = {code: (rate / whole).quantize(EXACT) for code, rate in rates.items()} if whole else {}
    return Money(currency, day, {**factors, currency: Decimal(1)}, seen)
