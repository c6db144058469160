"""What has changed sales between two periods: by how much it was volume, mix, price, exchange rate, new and lost products, clients.

For what was sold in both periods, with quantities q, prices p in the currency of the sale and rates e (0 before, 1 now), Q the sum of q:

  volume  (Q₁ / Q₀ − 1) · Σ q₀p₀e₀       as if everything had grown alike
  mix     Σ (q₁ − q₀ · Q₁ / Q₀) · p₀e₀   that more is sold of some and less of others
  price   Σ q₁ · (p₁ − p₀) · e₀
  rate    Σ q₁ · p₁ · (e₁ − e₀)

The four make up Σ q₁p₁e₁ − Σ q₀p₀e₀ exactly (the price-volume-mix analysis of management accounting: C. T. Horngren, Cost Accounting,
chapter on sales-mix and sales-volume variances). Each is rounded; the mix takes up what rounding leaves, so that the parts add up.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from typing import Any, Final, Literal, get_args

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.store.summaries import read_for_long
from klientura.modules.analytics.queries.sold.asked import Asked
from klientura.modules.analytics.queries.sold.facts import facts
from klientura.modules.analytics.queries.sold.rates import Rates, money

type Part = Literal["volume", "mix", "price", "rate", "new", "lost", "other"]

PARTS: Final[tuple[Part, ...]] = get_args(Part.__value__)
MOST: Final = 50


@dataclass(frozen=True, slots=True)
class Pair:
    """A product in a currency, before and now: how much, for how much in that currency, and in that of the report (hundredths)."""

    product: int | None
    quantity: tuple[Decimal, Decimal]
    own: tuple[int, int]
    told: tuple[int, int]

    @property
    def is_comparable(self) -> bool:
        """Whether there is a price in both periods."""
        return self.product is not None and min(self.quantity) > 0 and min(*self.own, *self.told) > 0


@dataclass(slots=True)
class Effect:
    """The sales of both periods, and what has made the difference (hundredths)."""

    before: int = 0
    now: int = 0
    parts: dict[Part, int] = field(default_factory=lambda: dict.fromkeys(PARTS, 0))


@dataclass(frozen=True, slots=True)
class Product:
    """A product that costs more or less now: mean prices in the currency of its sales, and what that has brought."""

    key: int
    before: Decimal
    now: Decimal
    effect: Decimal


def decomposed(pairs: Sequence[Pair]) -> Effect:
    """The difference of two periods in its parts; they add up to it exactly."""
    made = Effect(sum(p.told[0] for p in pairs), sum(p.told[1] for p in pairs))
    both = [p for p in pairs if p.is_comparable]
    for p in pairs:
        if p.is_comparable:
            continue
        if p.product is None:
            part: Part = "other"
        elif not any(p.told[:1]) and not p.quantity[0]:
            part = "new"
        else:
            part = "lost" if not p.told[1] and not p.quantity[1] else "other"
        made.parts[part] += p.told[1] - p.told[0]
    if both:
        amounts = [sum((Fraction(p.quantity[n]) for p in both), Fraction(0)) for n in (0, 1)]
        was = sum(p.told[0] for p in both)
        made.parts["volume"] = round((amounts[1] / amounts[0] - 1) * was)
        made.parts["price"] = round(sum((_price(p) for p in both), Fraction(0)))
        made.parts["rate"] = round(sum((_rate(p) for p in both), Fraction(0)))
        difference = sum(p.told[1] for p in both) - was
        made.parts["mix"] = difference - made.parts["volume"] - made.parts["price"] - made.parts["rate"]
    return made


def _price(p: Pair) -> Fraction:
    """q₁ · (p₁ − p₀) · e₀."""
    prices = [Fraction(p.own[n]) / Fraction(p.quantity[n]) for n in (0, 1)]
    return Fraction(p.quantity[1]) * (prices[1] - prices[0]) * Fraction(p.told[0], p.own[0])


def _rate(p: Pair) -> Fraction:
    """q₁ · p₁ · (e₁ − e₀)."""
    return p.told[1] - p.own[1] * Fraction(p.told[0], p.own[0])


def pairs(actor: Actor, asked: Asked, before: Asked, rates: Rates) -> list[Pair]:
    """What was sold of each product in each currency in two periods. `rates` begin with the first month of the one before."""
    source = facts(actor, asked, "products", before.first)
    now, then = (
        sql.SQL("s.month between {} and {}").format(sql.Literal(a.first), sql.Literal(a.last))
        for a in (asked, before)
    )
    told = rates.of(sql.SQL("s.amount"), sql.SQL("s.currency"), sql.SQL("s.month"))
    text = sql.SQL(
        "select s.product_id, sum(s.quantity) filter (where {then}), sum(s.quantity) filter (where {now}), sum(s.amount) filter (where {then}),"
        " sum(s.amount) filter (where {now}), sum({told}) filter (where {then}), sum({told}) filter (where {now})"
        " from ({source}) s where {told} is not null group by s.product_id, s.currency order by s.product_id, s.currency"
    ).format(then=then, now=now, told=told, source=source.sql)
    return [
        Pair(product, (_n(q0), _n(q1)), (int(_n(a0)), int(_n(a1))), (int(_n(t0)), int(_n(t1))))
        for product, q0, q1, a0, a1, t0, t1 in read_for_long(text, source.params)
    ]


def dearer(found: Sequence[Pair]) -> list[Product]:
    """The products whose prices have changed the sum the most, with the mean prices of both periods, told in the report's currency."""
    made = []
    for p in found:
        if p.is_comparable and p.product is not None:
            scale = Fraction(p.told[0], p.own[0])
            before, now = (_decimal(Fraction(p.own[n]) / Fraction(p.quantity[n]) * scale) for n in (0, 1))
            made.append(Product(p.product, before, now, _decimal(_price(p))))
    made.sort(key=lambda each: (-abs(each.effect), each.key))
    return made[:MOST]


@dataclass(frozen=True, slots=True)
class Client:
    """What a client has brought in both periods."""

    key: int
    before: Decimal
    now: Decimal

    @property
    def difference(self) -> Decimal:
        """How much more it is now."""
        return self.now - self.before


def clients(
    actor: Actor, asked: Asked, before: Asked, rates: Rates
) -> tuple[dict[str, tuple[int, Decimal]], list[Client]]:
    """How many clients are new, lost, bought more or less, and what difference they make; and those who make the greatest."""
    source = facts(actor, asked, "clients", before.first)
    now, then = (
        sql.SQL("s.month between {} and {}").format(sql.Literal(a.first), sql.Literal(a.last))
        for a in (asked, before)
    )
    told = rates.of(sql.SQL("s.amount"), sql.SQL("s.currency"), sql.SQL("s.month"))
    text = sql.SQL(
        "with c as (select s.party_id, coalesce(sum({told}) filter (where {then}), 0) as had, coalesce(sum({told}) filter (where {now}), 0)"
        "  as has from ({source}) s group by 1)"
        " select case when had = 0 then 'new' when has = 0 then 'lost' when has > had then 'more' else 'less' end, count(*), sum(has - had),"
        "  null::bigint, null::numeric, null::numeric from c where had <> has group by 1"
        " union all (select '', 0, 0, party_id, had, has from c where had <> has and party_id is not null"
        "  order by abs(has - had) desc, party_id limit {most})"
    ).format(told=told, then=then, now=now, source=source.sql, most=sql.Literal(MOST))
    kinds: dict[str, tuple[int, Decimal]] = {}
    largest: list[Client] = []
    for kind, number, difference, key, had, has in read_for_long(text, source.params):
        if kind:
            kinds[kind] = (number, money(difference))
        else:
            largest.append(Client(key, money(had), money(has)))
    return kinds, largest


def _n(value: Any) -> Decimal:
    return Decimal(value or 0)


def _decimal(hundredths: Fraction) -> Decimal:
    return (Decimal(hundredths.numerator) / hundredths.denominator / 100).quantize(Decimal("0.01"))
