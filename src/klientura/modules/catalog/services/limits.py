"""How far the prices of some lines lie below the catalogue's, and whether somebody may go so far by themselves.

What counts is the price that is asked in the end, held against that of the price list: a price lowered by hand is a
discount too. What the company's own rules of discount give is nobody's discount.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, NamedTuple

from django.utils.translation import get_language
from django.utils.translation import gettext as _

from klientura.kernel.access.actor import Actor
from klientura.kit.formats import format_decimal
from klientura.kit.sums import HUNDRED, rounded
from klientura.modules.catalog.models import DiscountLimit
from klientura.modules.catalog.queries.book import book_of, category_parents, offered_lists, roles_of
from klientura.modules.catalog.rules import Book, NoRate, chosen_list, discount_of, price_of
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
    by_hand: bool

    @property
    def off(self) -> Decimal:
        """How much lies between, in per cent of the list's price."""
        return rounded((self.listed - self.asked) / self.listed * HUNDRED) if self.listed > 0 else NOTHING


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
    """More than somebody may give: on a line, or (place None) on the whole."""

    place: int | None
    off: Decimal
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
    """What is asked for each line, and what the catalogue asks; eight statements, whatever the number of lines."""
    products = {p for line in lines if (p := _id(line.get("product")))}
    roles = roles_of({terms.party} if terms.party else set()).get(terms.party or 0, NOBODY)
    listed = terms.price_list or chosen_list(offered_lists(terms.day), roles, terms.currency)
    book = book_of(products, {listed} if listed else set(), terms.day)
    whole = in_own_currency(
        sum(((line.get("price") or NOTHING) * (line.get("quantity") or 0) for line in lines), NOTHING),
        book,
        terms.currency,
    )
    return [
        _measured(place, line, book, listed, whole, roles, terms)
        for place, line in enumerate(lines)
        if line.get("price") is not None and (line.get("quantity") or 0) > 0
    ]


def _measured(
    place: int,
    line: Mapping[str, Any],
    book: Book,
    price_list: int | None,
    whole: Decimal,
    roles: frozenset[str],
    terms: Terms,
) -> Measured:
    price, quantity = line["price"], line["quantity"]
    asked = price * (HUNDRED - (line.get("discount") or NOTHING)) / HUNDRED
    by_hand = line.get("given_price") is not None or line.get("given_discount") is not None
    product = _id(line.get("product"))
    ware = book.wares.get(product or 0)
    known = _catalogue_price(book, product, quantity, price_list, terms) if product else None
    if known is None or not by_hand:  # what the catalogue gave when the line was written is nobody's discount
        return Measured(
            place, quantity, asked, price, price if by_hand else asked, _categories(ware), by_hand
        )
    percent, _names = discount_of(book, product or 0, quantity, price_list, whole, roles)
    return Measured(
        place, quantity, asked, known, known * (HUNDRED - percent) / HUNDRED, _categories(ware), by_hand
    )


def _categories(ware: Any) -> frozenset[int]:
    return ware.categories if ware is not None else frozenset()


def _catalogue_price(
    book: Book, product: int, quantity: Decimal, price_list: int | None, terms: Terms
) -> Decimal | None:
    try:
        found = price_of(book, product, quantity, price_list, terms.currency)
    except NoRate:
        return None
    return found[0] if found else None


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
        if limit is not None and line.off > limit and rounded(line.asked) < rounded(line.ruled):
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
