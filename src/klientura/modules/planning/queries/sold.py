"""The months of sales that models learn from: of the company, of its currencies, of people, teams and groups of products.

These are the sums of all sales; `open_to_reader` says whose are open to whom.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Final

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may, readable, readable_parts, scope
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.days import company_today
from klientura.kernel.settings.installation import current
from klientura.modules.catalog.queries.book import exchange_rates_of
from klientura.modules.orders.queries.monthly import SoldBy, sold_by_month
from klientura.modules.planning.enums import Dimension
from klientura.modules.planning.rules import last_day, moved

NEEDED: Final = frozenset({"status", "issued_on", "amount", "currency"})
CENT: Final = Decimal("0.01")
HUNDRED: Final = Decimal(100)
SOLD_BY: Final[dict[str, SoldBy]] = {
    Dimension.COMPANY: "company", Dimension.CURRENCY: "company", Dimension.OWNER: "owner", Dimension.TEAM: "team", Dimension.GROUP: "group",
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Whose:
    """Of what sales: of whom or of which group, in which currency they are told."""

    dimension: str
    key: int | None
    currency: str


@dataclass(slots=True)
class Sales:
    """What was sold in each month in which something was; `unknown` months have sums without an exchange rate, which are left out."""

    months: dict[dt.date, Decimal] = field(default_factory=dict)
    unknown: set[dt.date] = field(default_factory=set)

    def row(self, last: dt.date) -> list[Decimal]:
        """All months from the first sale to the last one, with nought where nothing was sold."""
        month, made = min((m for m, v in self.months.items() if v), default=None), list[Decimal]()
        while month is not None and month <= last:
            made.append(self.months.get(month, Decimal(0)))
            month = moved("month", month, 1)
        return made

    def since(self, first: dt.date) -> Decimal:
        """All that was sold from a month on."""
        return sum((v for m, v in self.months.items() if m >= first), Decimal(0))


def number_of(month: dt.date) -> int:
    """A month counted from the year 0."""
    return month.year * 12 + month.month - 1


def day_of(number: int) -> dt.date:
    """The first day of a month."""
    return dt.date(number // 12, number % 12 + 1, 1)


def sales_by(dimension: str, last: dt.date, keys: Collection[int] | None = None) -> dict[Whose, Sales]:
    """What was sold until a month; sums in several currencies by the rates of each month's last day, but those of `currency`."""
    ours, apart = current().currency, dimension == Dimension.CURRENCY
    found = sold_by_month(SOLD_BY[dimension], number_of(last), keys)
    rates = _rates({row.month for row in found}) if not apart else {}
    made: dict[Whose, Sales] = {}
    for row in found:
        if row.key is None and dimension not in (Dimension.COMPANY, Dimension.CURRENCY):
            continue  # of nobody, of no group
        sales = made.setdefault(Whose(dimension, row.key, row.currency if apart else ours), Sales())
        month, amount = day_of(row.month), Decimal(row.amount) / HUNDRED
        rate = Decimal(1) if apart or row.currency == ours else rates[row.month].get(row.currency)
        if rate is None:
            sales.unknown.add(month)
        else:
            sales.months[month] = sales.months.get(month, Decimal(0)) + (amount * rate).quantize(CENT)
    return made


def _rates(months: Collection[int]) -> dict[int, Mapping[str, Decimal]]:
    days = {month: min(last_day("month", day_of(month)), company_today()) for month in months}
    known = exchange_rates_of(sorted(set(days.values()))) if days else {}
    return {month: known[day] for month, day in days.items()}


def sees_all_sales(actor: Actor) -> bool:
    """Whether every sale is open to the reader, with its sum."""
    return _sees_sums(actor) and scope(actor, shape_of("order"), "read").is_everything


def _sees_sums(actor: Actor) -> bool:
    order = shape_of("order")
    return may(actor, order, "read") and set(readable(actor, order)) >= NEEDED


def open_to_reader(actor: Actor, dimension: str, key: int | None) -> bool:
    """Whether all sales that a figure is made of are open to the reader. What is not named here is closed.

    People see their own: whoever reads any orders reads those. Of teams, those that the reader sees whole, with the teams below.
    Other people's sales are closed to whoever does not see all: a colleague's may stand in a team that the reader does not see.
    """
    if not _sees_sums(actor):
        return False
    order = shape_of("order")
    fields, whole = readable(actor, order), sees_all_sales(actor)
    match dimension:
        case Dimension.COMPANY | Dimension.CURRENCY:
            return whole
        case Dimension.OWNER:
            return "owner" in fields and (whole or (actor.user_id is not None and key == actor.user_id))
        case Dimension.TEAM:
            return "team" in fields and (whole or (not order.spec.private and key in _whole_teams(actor)))
        case Dimension.GROUP:
            goods = "lines" in readable_parts(actor, order) and "category" in readable(
                actor, shape_of("product")
            )
            return whole and goods and may(actor, shape_of("product"), "read")
    return False


def _whole_teams(actor: Actor) -> frozenset[int]:
    width = actor.scope("order", "read")
    if width == "tree":
        return frozenset(actor.tree_ids)
    alone = width == "team" and actor.team_id is not None and set(actor.tree_ids) <= {actor.team_id}
    return frozenset({actor.team_id}) if alone and actor.team_id is not None else frozenset()
