"""How far the prices of some lines lie below the catalogue's, and whether somebody may go so far by themselves.

What counts is the price that is asked in the end, held against that of the price list: a price lowered by hand is a
discount too. What the company's own rules of discount give is nobody's discount.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.db.models.functions import Lower
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kit.formats import format_decimal
from klientura.kit.sums import HUNDRED, rounded
from klientura.modules.catalog.models import DiscountLimit, Product
from klientura.modules.catalog.queries.book import book_of, category_parents, offered_lists, roles_of
from klientura.modules.catalog.rules import Book, NoRate, chosen_list, converted, discount_of, price_of
from klientura.modules.catalog.services.configuring import OwnPrice, own_prices
from klientura.modules.catalog.services.lines import NOBODY, Terms, in_own_currency
from klientura.modules.catalog.services.margin import margins, sees_margin

NOTHING: Final = Decimal(0)


@dataclass(frozen=True, slots=True)
class Measured:
    """A line: what is asked for a unit, what the price list asks, and what is left of that by the rules of discount."""

    place: int
    quantity: Decimal
    asked: Decimal
    listed: Decimal
    ruled: Decimal
    categories: frozenset[int]
    unrated: bool = False
    """The catalogue has a price that no rate of exchange puts into the currency of the paper."""

    @property
    def off(self) -> Decimal:
        """How much lies between, in per cent of the list's price."""
        return rounded((self.listed - self.asked) / self.listed * HUNDRED) if self.listed > 0 else NOTHING


class _MeasuredBy(NamedTuple):
    """What the lines of a paper are measured by: prices of today, the price lists of the client, what all comes to."""

    book: Book
    lists: Sequence[int | None]
    whole: Decimal
    roles: frozenset[str]
    currency: str
    own: Mapping[int, OwnPrice]
    """By place, what an option costs within its configuration."""


class Limits(NamedTuple):
    """What somebody may take off: on lines by category (None: any other), on the whole; None: as much as they like."""

    on_lines: Mapping[int | None, Decimal]
    on_whole: Decimal | None
    least_margin: Mapping[int | None, Decimal]

    def of_line(self, categories: Sequence[int]) -> Decimal | None:
        """The limit of a line whose product is in some categories, the closest first."""
        for category in (*categories, None):
            if category in self.on_lines:
                return self.on_lines[category]
        return None

    @property
    def is_nothing(self) -> bool:
        """Whether nothing is limited."""
        return self.on_whole is None and not self.on_lines


class Breach(NamedTuple):
    """More than somebody may give: on a line, or (place None) on the whole; `off` None: nobody knows how much it is."""

    place: int | None
    off: Decimal | None
    limit: Decimal


def limits_for(actor: Actor) -> Limits:
    """What an actor may take off; whoever looks after the installation, and the product itself, as much as they like."""
    if actor.is_admin or actor.is_system:
        return Limits({}, None, {})
    found = list(
        DiscountLimit.objects.filter(role=actor.role, is_active=True, deleted_at=None).order_by("pk")
    )
    return Limits(
        _strictest((limit.category_id, limit.on_line) for limit in found),
        _strictest((None, limit.on_whole) for limit in found).get(None),
        _strictest(((limit.category_id, limit.least_margin) for limit in found), most=True),
    )


def _strictest(
    said: Iterable[tuple[int | None, Decimal | None]], *, most: bool = False
) -> dict[int | None, Decimal]:
    """By category, of what is said for it the least, or the `most`."""
    made: dict[int | None, Decimal] = {}
    for category, value in said:
        if value is not None:
            made[category] = (max if most else min)(made.get(category, value), value)
    return made


def measured(lines: Sequence[Mapping[str, Any]], terms: Terms) -> list[Measured]:
    """What is asked for each line, and what the catalogue asks of this client today; nine statements, whatever the lines.

    The day and the price list that an author writes into a paper choose no other price to be measured by: the list counts
    that the catalogue would take for the client now, and the one in the paper only where it is offered to them.
    """
    named = _named(lines)
    today = timezone.localdate()
    roles = roles_of({terms.party} if terms.party else set()).get(terms.party or 0, NOBODY)
    offered = offered_lists(today)
    lists = {chosen_list(offered, roles, terms.currency)} | {
        each.pk for each in offered if each.pk == terms.price_list and (not each.roles or each.roles & roles)
    }
    products = {p for line in lines if (p := _product(line, named))}
    book = book_of(products, {each for each in lists if each}, today)
    whole = in_own_currency(
        sum(((line.get("price") or NOTHING) * (line.get("quantity") or 0) for line in lines), NOTHING),
        book,
        terms.currency,
    )
    by = _MeasuredBy(book, tuple(lists), whole, roles, terms.currency, own_prices(lines))
    return [
        _measured(place, line, _product(line, named), by)
        for place, line in enumerate(lines)
        if line.get("price") is not None and (line.get("quantity") or 0) > 0
    ]


def _named(lines: Sequence[Mapping[str, Any]]) -> dict[str, int]:
    """The products that lines without one name in words as the catalogue does: typing a name by hand frees from no limit."""
    words = {_words(line) for line in lines if not _id(line.get("product"))} - {""}
    if not words:
        return {}
    found = Product.objects.annotate(words=Lower("name")).filter(words__in=words).order_by("-pk")
    return {words: pk for pk, words in found.values_list("pk", "words")}


def _words(line: Mapping[str, Any]) -> str:
    return " ".join((line.get("name") or "").split()).lower()


def _product(line: Mapping[str, Any], named: Mapping[str, int]) -> int | None:
    return _id(line.get("product")) or named.get(_words(line))


def _measured(place: int, line: Mapping[str, Any], product: int | None, by: _MeasuredBy) -> Measured:
    price, quantity = line["price"], line["quantity"]
    asked = price * (HUNDRED - (line.get("discount") or NOTHING)) / HUNDRED
    by_hand = line.get("given_price") is not None or line.get("given_discount") is not None
    categories = _categories(by.book.wares.get(product or 0))
    known, unrated = _prices(by, place, product, quantity) if product else ([], False)
    if product is None or not known:
        listed = price if by_hand else asked
        return Measured(place, quantity, asked, listed, listed, categories, unrated)
    ruled = min(
        price * (HUNDRED - discount_of(by.book, product, quantity, each, by.whole, by.roles)[0]) / HUNDRED
        for each, price in known
    )
    return Measured(place, quantity, asked, min(price for _each, price in known), ruled, categories)


def _prices(
    by: _MeasuredBy, place: int, product: int, quantity: Decimal
) -> tuple[list[tuple[int | None, Decimal]], bool]:
    """What the catalogue asks by each price list, and whether a rate is missing to say it in the currency of the paper."""
    known: list[tuple[int | None, Decimal]] = []
    unrated = False
    if (own := by.own.get(place)) is not None:
        try:
            price = converted(own.price, own.currency, by.currency, by.book.rates)
        except NoRate:
            return [], True
        return [(each, price) for each in by.lists], False
    for each in by.lists:
        try:
            found = price_of(by.book, product, quantity, each, by.currency)
        except NoRate:
            unrated = True
        else:
            known += [(each, found[0])] if found else []
    return known, unrated


def _categories(ware: Any) -> frozenset[int]:
    return ware.categories if ware is not None else frozenset()


def _id(value: Any) -> int | None:
    found: int | None = getattr(value, "id", value)
    return found


def breaches_of(actor: Actor, lines: Sequence[Mapping[str, Any]], terms: Terms) -> list[Breach]:
    """Where the prices of some lines go beyond what an actor may give by themselves; nothing is read for who has no limits."""
    limits = limits_for(actor)
    if limits.is_nothing or not lines:
        return []
    return breaches(limits, measured(lines, terms), category_parents())


def breaches(limits: Limits, lines: Sequence[Measured], parents: Mapping[int, int | None]) -> list[Breach]:
    """Where some lines go beyond the limits. `parents`: category → the one it lies within."""
    found = []
    for line in lines:
        limit = limits.of_line(_closest_first(line.categories, parents))
        if limit is not None and line.unrated:
            found.append(Breach(line.place, None, limit))
        elif limit is not None and line.off > limit and rounded(line.asked) < rounded(line.ruled):
            found.append(Breach(line.place, line.off, limit))
    listed = sum((line.listed * line.quantity for line in lines), NOTHING)
    asked = sum((line.asked * line.quantity for line in lines), NOTHING)
    ruled = sum((line.ruled * line.quantity for line in lines), NOTHING)
    if limits.on_whole is not None and listed > 0:
        off = rounded((listed - asked) / listed * HUNDRED)
        if off > limits.on_whole and rounded(asked) < rounded(ruled):
            found.append(Breach(None, off, limits.on_whole))
    return found


def _closest_first(categories: frozenset[int], parents: Mapping[int, int | None]) -> list[int]:
    """The categories of a product from its own to the outermost: each after those that lie within it."""
    above = {parent for category in categories if (parent := parents.get(category)) is not None}
    order = [category for category in categories if category not in above]
    while order and (parent := parents.get(order[-1])) in categories and parent not in order:
        order.append(parent)
    return order


def percent_words(value: Decimal) -> str:
    """A percentage as people read it."""
    text = format_decimal(value.normalize(), "en" if get_language() == "en" else "ru", places=None)
    return f"{text} %"


def breach_words(breach: Breach) -> str:
    """What is said of a discount beyond a limit."""
    if breach.off is None:
        return _(
            "There is no exchange rate to compare the price with the price list: without approval up to {limit}."
        ).format(limit=percent_words(breach.limit))
    text = (
        _("The discount on the whole is {off}: without approval up to {limit}.")
        if breach.place is None
        else _("The discount is {off}: without approval up to {limit}.")
    )
    return text.format(off=percent_words(breach.off), limit=percent_words(breach.limit))


def limit_words(actor: Actor) -> list[str]:
    """How far somebody goes by themselves, in one sentence; empty when nothing limits them."""
    limits = limits_for(actor)
    general = limits.on_lines.get(None)
    if limits.on_whole is None and general is None:
        return []
    least = min(v for v in (general, limits.on_whole) if v is not None)
    return [
        _("You give up to {limit} off by yourself, more takes approval.").format(limit=percent_words(least))
    ]


def thin_words(actor: Actor, lines: Sequence[Mapping[str, Any]], terms: Terms) -> list[tuple[int, str]]:
    """By line, what is said of a margin below the least one; to whom costs are hidden, nothing."""
    least = limits_for(actor).least_margin
    if not least or not sees_margin(actor):
        return []
    found = []
    parents = category_parents()
    categories = book_of({p for line in lines if (p := _id(line.get("product")))}, (), terms.day).wares
    for margin in margins(lines, terms):
        ware = categories.get(margin.product or 0)
        limit = next(
            (least[c] for c in (*_closest_first(_categories(ware), parents), None) if c in least), None
        )
        if margin.percent is not None and limit is not None and margin.percent < limit:
            text = _("The margin is {margin}, less than {limit}.")
            found.append(
                (margin.place, text.format(margin=percent_words(margin.percent), limit=percent_words(limit)))
            )
    return found
