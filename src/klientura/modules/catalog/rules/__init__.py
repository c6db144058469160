"""What a line costs, as pure functions over what was read before: no database here, so a test says exactly what holds."""

import datetime as dt
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal

from klientura.kit.sums import HUNDRED, HUNDREDTH, marked_up, rounded

MOST_STEPS = 20
"""Price lists that may be based on one another."""


@dataclass(frozen=True, slots=True)
class ListedPrice:
    """A price of a list, from a quantity on."""

    min_quantity: Decimal
    price: Decimal


@dataclass(frozen=True, slots=True)
class BookedList:
    """A price list as it is worked with; `prices` by product, those of the day only."""

    pk: int
    name: str
    currency: str
    base: int | None = None
    markup: Decimal = Decimal(0)
    rounding: Decimal = HUNDREDTH
    prices: Mapping[int, Sequence[ListedPrice]] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class OfferedList:
    """A price list as it is chosen by: for whom, in what currency; in the order in which lists stand."""

    pk: int
    currency: str
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Ware:
    """A product as its price is looked for: what it costs by itself, and the categories that it is in."""

    pk: int
    price: Decimal | None
    currency: str
    categories: frozenset[int] = frozenset()
    parts: Sequence[tuple[int, Decimal]] = ()
    """Of a kit that costs the sum of what it holds: products and their quantities."""


@dataclass(frozen=True, slots=True)
class Discount:
    """A rule of discount as it is worked with; what is None, or empty, does not matter."""

    name: str
    percent: Decimal
    product: int | None = None
    category: int | None = None
    price_list: int | None = None
    min_quantity: Decimal | None = None
    min_total: Decimal | None = None
    combines: bool = False
    roles: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Book:
    """Everything that prices come from on one day, for one client."""

    lists: Mapping[int, BookedList]
    wares: Mapping[int, Ware]
    rates: Mapping[str, Decimal]
    """What one unit of a currency costs in the company's; the company's own is one."""
    discounts: Sequence[Discount] = ()
    currency: str = ""
    """The company's own."""


def chosen_list(offered: Sequence[OfferedList], roles: frozenset[str], currency: str) -> int | None:
    """The price list a client is offered: one made for clients like it before one for all, its currency before others."""
    fitting = [each for each in offered if not each.roles or each.roles & roles]
    best = min(fitting, key=lambda each: (not each.roles, each.currency != currency), default=None)
    return best.pk if best else None


class NoRate(LookupError):
    """There is no exchange rate for a currency on the day."""


def converted(amount: Decimal, source: str, target: str, rates: Mapping[str, Decimal]) -> Decimal:
    """An amount in another currency, rounded to the hundredth. Raises NoRate."""
    if source == target:
        return amount
    for currency in (source, target):
        if currency not in rates:
            raise NoRate(currency)
    return rounded(amount * rates[source] / rates[target])


def price_of(
    book: Book, product: int, quantity: Decimal, price_list: int | None, currency: str
) -> tuple[Decimal, str] | None:
    """The price of a product in a currency, and the name of the list it comes from («» for its own base price).

    A list that does not name the product asks the one it is based on and puts its mark-up on that. None: no price at all.
    Raises NoRate.
    """
    listed = _by_list(book, product, quantity, price_list)
    if listed is not None:
        price, source, name = listed
        return converted(price, source, currency, book.rates), name
    ware = book.wares.get(product)
    if ware is None:
        return None
    if ware.parts:
        return _of_kit(book, ware, quantity, price_list, currency)
    return None if ware.price is None else (converted(ware.price, ware.currency, currency, book.rates), "")


def _by_list(
    book: Book, product: int, quantity: Decimal, price_list: int | None
) -> tuple[Decimal, str, str] | None:
    """Price, its currency and the name of the list that was asked; lists are followed down to their base."""
    passed: list[BookedList] = []
    found: Decimal | None = None
    currency = ""
    at = book.lists.get(price_list or 0)
    while at is not None and at not in passed and len(passed) < MOST_STEPS:
        fitting = [p for p in at.prices.get(product, ()) if p.min_quantity <= quantity]
        if fitting:
            found, currency = max(fitting, key=lambda p: p.min_quantity).price, at.currency
            break
        passed.append(at)
        at = book.lists.get(at.base or 0)
    ware = book.wares.get(product)
    if found is None and passed and ware is not None and ware.price is not None and not ware.parts:
        found, currency = ware.price, ware.currency
    if found is None:
        return None
    for each in reversed(passed):
        found = converted(found, currency, each.currency, book.rates)
        currency = each.currency
        if each.markup:
            found = marked_up(found, each.markup, each.rounding or HUNDREDTH)
    first = passed[0] if passed else at
    return found, currency, first.name if first else ""


def _of_kit(
    book: Book, kit: Ware, kits: Decimal, price_list: int | None, currency: str
) -> tuple[Decimal, str] | None:
    """What the parts of a kit cost together, each at the price of as many as go into all kits of the line.

    Parts are never kits of parts themselves (they are resolved before).
    """
    total, name = Decimal(0), ""
    for part, quantity in kit.parts:
        found = price_of(book, part, quantity * kits, price_list, currency)
        if found is None:
            return None
        total, name = total + found[0] * quantity, found[1]
    return rounded(total), name


def discount_of(
    book: Book,
    product: int,
    quantity: Decimal,
    price_list: int | None,
    total: Decimal,
    roles: frozenset[str] = frozenset(),
) -> tuple[Decimal, list[str]]:
    """The discount of a line in per cent, and the names of the rules it comes from.

    The best rule that stands alone, or all that add up, one upon the other, whichever is more. `total` is the sum of the
    whole before discounts, `roles` are what the client is for us.
    """
    ware = book.wares.get(product)
    open_to = [d for d in book.discounts if not d.roles or d.roles & roles]
    fitting = [d for d in open_to if ware is not None and _fits(d, ware, quantity, price_list, total)]
    alone = max((d for d in fitting if not d.combines), key=lambda d: d.percent, default=None)
    together = [d for d in fitting if d.combines]
    left = HUNDRED
    for each in together:
        left = left * (HUNDRED - each.percent) / HUNDRED
    joint = rounded(HUNDRED - left)
    if alone is not None and alone.percent >= joint:
        return alone.percent, [alone.name]
    return joint, [d.name for d in together]


def _fits(rule: Discount, ware: Ware, quantity: Decimal, price_list: int | None, total: Decimal) -> bool:
    return (
        (rule.product is None or rule.product == ware.pk)
        and (rule.category is None or rule.category in ware.categories)
        and (rule.price_list is None or rule.price_list == price_list)
        and (rule.min_quantity is None or quantity >= rule.min_quantity)
        and (rule.min_total is None or total >= rule.min_total)
    )


def rate_on(rates: Sequence[tuple[dt.date, Decimal | None]], day: dt.date) -> Decimal | None:
    """The rate that holds on a day: of (from, rate) pairs the last one that has begun; None also before the first."""
    begun = [pair for pair in rates if pair[0] <= day]
    return max(begun, key=lambda pair: pair[0])[1] if begun else None
