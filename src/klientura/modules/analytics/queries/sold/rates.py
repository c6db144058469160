"""Sums of several currencies in one: sales of a month by the rate of its last day (of today, while it runs)."""

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.modules.analytics.queries.sold.asked import last_day, sees_money
from klientura.modules.catalog.queries.book import exchange_rates_of

EXACT: Final = Decimal("1e-12")
HUNDRED: Final = Decimal(100)


@dataclass(frozen=True, slots=True)
class Rates:
    """How sums are told: in a currency, by its rates of each month from `first` on; None where a rate is not known."""

    currency: str
    first: int
    factors: Mapping[str, tuple[Decimal | None, ...]]
    seen: bool

    def of(self, amount: sql.Composable, currency: sql.Composable, month: sql.Composable) -> sql.Composable:
        """A sum of a month in the report's currency, in hundredths; null where there is no rate, or no right."""
        if not self.seen:
            return sql.SQL("null::bigint")
        whens = [sql.SQL("when {} then {}").format(sql.Literal(self.currency), amount)]
        for code, factors in sorted(self.factors.items()):
            if code != self.currency:
                whens.append(
                    sql.SQL(
                        "when {} then round({} * ({}::numeric[])[greatest({} - {}, 0) + 1])::bigint"
                    ).format(
                        sql.Literal(code), amount, sql.Literal(list(factors)), month, sql.Literal(self.first)
                    )
                )
        return sql.SQL("case {} {} end").format(currency, sql.SQL(" ").join(whens))


def rates_in(actor: Actor, currency: str, first: int, last: int) -> Rates:
    """The rates of some months. A report in a currency without a rate knows itself only."""
    today = timezone.localdate()
    days = [min(last_day(month), today) for month in range(first, last + 1)]
    found = exchange_rates_of(sorted(set(days)))
    codes = sorted({code for rates in found.values() for code in rates})
    factors = {
        code: tuple(
            (found[day][code] / found[day][currency]).quantize(EXACT)
            if code in found[day] and currency in found[day]
            else None
            for day in days
        )
        for code in codes
    }
    return Rates(currency, first, factors, sees_money(actor))


def money(hundredths: Any) -> Decimal:
    """A sum as people know it."""
    return (Decimal(str(hundredths or 0)) / HUNDRED).quantize(Decimal("0.01"))
