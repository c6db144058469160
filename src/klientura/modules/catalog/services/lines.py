"""Completing the lines of a deal, an offer, an order, an invoice: names, units, prices, discounts, taxes, sums.

What people gave stays; the rest follows from the catalogue. A line that is stored keeps its price as long as its product,
quantity and the terms of the whole stay: a paper never changes by itself because a price list did.
"""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import FieldError
from klientura.kernel.objects.batch import Batch, Draft
from klientura.kernel.objects.spec import BeforeWrite
from klientura.kit.sums import TaxMode, line_sums, rounded
from klientura.modules.catalog.models import PricedLine, Product, Unit
from klientura.modules.catalog.queries.book import book_of, offered_lists, roles_of, tax_rates
from klientura.modules.catalog.queries.companions import Companion, clashes, companions_of
from klientura.modules.catalog.rules import (
    Book,
    NoRate,
    chosen_list,
    converted,
    discount_of,
    price_of,
    rate_on,
)
from klientura.modules.catalog.rules.options import Configurator
from klientura.modules.catalog.services.configuring import KEPT, OwnPrice, configurators_of, settle

type Line = dict[str, Any]

LINES = "lines"
"""The key of the part."""
NOBODY: frozenset[str] = frozenset()
MOST = Decimal(10) ** 15
HUNDRED = Decimal(100)
PRICED_BY = ("product", "quantity", "given_price")
"""What a price hangs on."""
TOO_LARGE = _("This sum is too large to be kept.")


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms the lines of a record are sold."""

    currency: str
    party: int | None
    price_list: int | None
    mode: TaxMode
    day: dt.date


@dataclass(frozen=True, slots=True)
class _Known:
    """What was read of products and units that lines point at."""

    products: Mapping[int, Product]
    units: Mapping[int, Unit]
    taxes: Mapping[int, tuple[bool, list[tuple[dt.date, Decimal | None]]]]
    companions: Sequence[Companion]
    configurators: Mapping[int, Configurator]


@dataclass(frozen=True, slots=True)
class _PricedBy:
    """What the lines of one record are priced by."""

    book: Book
    price_list: int | None
    roles: frozenset[str]


def completion(
    part: str,
    model: type[PricedLine],
    parent: str,
    terms_of: Callable[[Draft], Terms],
    renewed_by: tuple[str, ...],
    dated_by: tuple[str, ...] = (),
    bought_by: str = "",
) -> BeforeWrite:
    """The `complete` of a part of priced lines.

    `bought_by`: the field of the client, whose change chooses the price list anew unless people have named one.

    A change of a field in `renewed_by` reckons stored lines anew; of the day in `dated_by` their taxes alone: prices that
    were agreed stay, and the rate is that of the day.
    """

    def complete(batch: Batch, _actor: Any) -> None:
        renewed = {
            id(d)
            for d in batch
            if d.record_id
            and (d.changed(*renewed_by) or (bought_by and d.changed(bought_by) and not d.get("price_list")))
        }
        dated = {id(d) for d in batch if d.record_id and dated_by and d.changed(*dated_by)}
        drafts = [d for d in batch if part in d.parts or id(d) in renewed | dated]
        if not drafts:
            return
        stored = _stored(model, parent, [d.record_id for d in drafts if d.record_id])
        for draft in drafts:
            if part not in draft.parts:
                draft.parts[part] = [dict(line) for line in stored.get(draft.record_id or 0, {}).values()]
            for line in draft.parts[part]:  # what was not sent stays as it is
                old = stored.get(draft.record_id or 0, {}).get(line.get("id") or 0)
                for key, value in (old or {"quantity": Decimal(1)}).items():
                    line.setdefault(key, value)
        drafts = [d for d in drafts if d.parts[part]]
        if not drafts:
            return
        known = _known([line for d in drafts for line in d.parts[part]])
        terms = {id(d): terms_of(d) for d in drafts}
        priced = _priced_by(part, drafts, terms)
        for draft in drafts:
            before = stored.get(draft.record_id or 0, {})
            by = priced[id(draft)]
            _complete(part, draft, terms[id(draft)], by, known, before, renewed=id(draft) in renewed)

    return complete


def _priced_by(part: str, drafts: Sequence[Draft], terms: Mapping[int, Terms]) -> dict[int, _PricedBy]:
    """By draft: its book of prices, one for each day, and the list it buys by."""
    roles = roles_of({t.party for t in terms.values() if t.party})
    found: dict[int, _PricedBy] = {}
    for day in {t.day for t in terms.values()}:
        offered, own = offered_lists(day), [d for d in drafts if terms[id(d)].day == day]
        lists: dict[int, int | None] = {}
        for draft in own:
            said = terms[id(draft)]
            lists[id(draft)] = said.price_list or chosen_list(
                offered, roles.get(said.party or 0, NOBODY), said.currency
            )
        products = {p for d in own for line in d.parts[part] if (p := line.get("product"))}
        book = book_of(products, {each for each in lists.values() if each}, day)
        for draft in own:
            found[id(draft)] = _PricedBy(
                book, lists[id(draft)], roles.get(terms[id(draft)].party or 0, NOBODY)
            )
    return found


def _stored(model: type[PricedLine], parent: str, record_ids: Sequence[int]) -> dict[int, dict[int, Line]]:
    """The lines of some records as they stand: by record, by line."""
    if not record_ids:
        return {}
    keys = [f for f in _columns(model) if f != parent]
    found: dict[int, dict[int, Line]] = {}
    rows = model._default_manager.filter(**{f"{parent}__in": record_ids}).order_by("position", "id")
    for row in rows:
        found.setdefault(getattr(row, f"{parent}_id"), {})[row.pk] = {
            "id": row.pk, **{k: getattr(row, f"{k}_id", None) if k in {"product", "unit", "tax"} else getattr(row, k) for k in keys}
        }  # fmt: skip
    return found


def _columns(model: type[PricedLine]) -> list[str]:
    return [f.name for f in model._meta.concrete_fields if f.name not in {"id", "position"}]


def _known(lines: Sequence[Line]) -> _Known:
    products = {
        p.pk: p
        for p in Product.objects.filter(pk__in={line["product"] for line in lines if line.get("product")})
    }
    units = {line["unit"] for line in lines if line.get("unit")} | {p.unit_id for p in products.values()}
    taxes = {line["tax"] for line in lines if line.get("tax")} | {p.tax_id for p in products.values()}
    return _Known(
        products,
        {u.pk: u for u in Unit.objects.filter(pk__in={u for u in units if u})},
        tax_rates({t for t in taxes if t}),
        companions_of(products),
        configurators_of(lines),
    )


def _complete(
    part: str,
    draft: Draft,
    terms: Terms,
    by: _PricedBy,
    known: _Known,
    before: Mapping[int, Line],
    *,
    renewed: bool,
) -> None:
    lines = draft.parts[part]
    own = settle(part, draft, before, known.configurators)
    for place, line in enumerate(lines):
        old = before.get(line.get("id") or 0)
        _describe(line, known, old)
        _refuse_odd(part, draft, place, line, known)
        same = old is not None and not renewed and _same(line, old)
        if not same or line.get("price") is None:
            is_known = line.get("product") in known.products
            _price(part, draft, place, line, by, terms, is_known=is_known, own=own.get(place))
        given = line.get("given_price")
        if renewed and old is not None and given is not None and given == old["given_price"]:
            _convert(
                part, draft, place, line, by, terms, before=draft.before.get("currency") or terms.currency
            )
    _discount(lines, before, by, terms, renewed=renewed)
    for line in lines:
        _sums(line, terms, known)
    _refuse_clashes(part, draft, lines, known)


def _describe(line: Line, known: _Known, old: Line | None) -> None:
    """Name, unit and tax of the product, where nothing else was said. Another product brings its own."""
    product = known.products.get(line.get("product") or 0)
    if product is None:
        return
    for key, value in (("name", product.name), ("unit", product.unit_id), ("tax", product.tax_id)):
        # An empty tax means the same whenever it is said: that of the product. A line without tax has the tax «none».
        emptied = key == "name" or (key == "tax" and old is not None and old["tax"] is not None)
        unsaid = line.get(key) is None and (old is None or emptied)
        of_another = old is not None and old["product"] != product.pk and line.get(key) == old[key]
        if unsaid or of_another:
            line[key] = value


def _refuse_odd(part: str, draft: Draft, place: int, line: Line, known: _Known) -> None:
    where = f"{part}.{place}"
    quantity = line["quantity"]
    if not line.get("product") and not line.get("name"):
        draft.refuse(f"{where}.product", "required", _("Choose a product, or say in words what it is."))
    if quantity is None or quantity <= 0:
        draft.refuse(f"{where}.quantity", "range", _("A quantity is more than zero."))
    unit = known.units.get(line.get("unit") or 0)
    if unit and quantity is not None and -quantity.normalize().as_tuple().exponent > unit.places:
        draft.refuse(
            f"{where}.quantity", "places",
            _("“%(unit)s” is counted with no more than %(places)s decimal places.")
            % {"unit": unit.symbol, "places": unit.places},
        )  # fmt: skip
    if (price := line.get("given_price")) is not None and price < 0:
        draft.refuse(f"{where}.given_price", "range", _("A price cannot be negative."))
    if (discount := line.get("given_discount")) is not None and not 0 <= discount <= HUNDRED:
        draft.refuse(f"{where}.given_discount", "range", _("A discount lies between 0 and 100 %."))


def _same(line: Line, old: Line) -> bool:
    """Whether what a price hangs on is as it was."""
    option = line.get(KEPT) or old[KEPT] or ""
    belongs = ":" in option or line.get(KEPT) == old[KEPT]  # the price of a product hangs on no option of it
    return belongs and all(line.get(k) == old[k] for k in PRICED_BY)


def _price(
    part: str,
    draft: Draft,
    place: int,
    line: Line,
    by: _PricedBy,
    terms: Terms,
    *,
    is_known: bool,
    own: OwnPrice | None,
) -> None:
    line["reason"] = None
    if line.get("given_price") is not None:
        line["price"] = line["given_price"]
        return
    line["price"] = Decimal(0)
    where = f"{part}.{place}.given_price"
    if not line.get("product"):
        draft.refuse(where, "required", _("Say the price: this line is not in the catalogue."))
        return
    if not is_known:  # refused already: there is no such product
        return
    try:
        if own is not None:
            line["price"] = converted(own.price, own.currency, terms.currency, by.book.rates)
            line["reason"] = str(_("as an option"))
            return
        found = price_of(
            by.book, line["product"], line["quantity"] or Decimal(1), by.price_list, terms.currency
        )
    except NoRate as missing:
        draft.errors.append(FieldError(where, "no_rate", no_rate(str(missing), terms.day)))
        return
    if found is None:
        draft.refuse(where, "no_price", _("The catalogue has no price for this. Say one here."))
        return
    line["price"], name = found
    line["reason"] = name or None


def no_rate(currency: str, day: dt.date) -> Any:
    """What is said when a sum cannot be put into another currency."""
    return _("There is no exchange rate of %(currency)s on %(day)s. Add one, or say the price by hand.") % {
        "currency": currency,
        "day": day.strftime("%d.%m.%Y"),
    }


def _convert(
    part: str, draft: Draft, place: int, line: Line, by: _PricedBy, terms: Terms, *, before: str
) -> None:
    """A price that was said by hand, in the new currency of the whole."""
    if before == terms.currency:
        return
    try:
        line["given_price"] = converted(line["given_price"], before, terms.currency, by.book.rates)
    except NoRate as missing:
        draft.errors.append(
            FieldError(f"{part}.{place}.given_price", "no_rate", no_rate(str(missing), terms.day))
        )
        return
    line["price"] = line["given_price"]


def _discount(
    lines: Sequence[Line], before: Mapping[int, Line], by: _PricedBy, terms: Terms, *, renewed: bool
) -> None:
    """A discount said by hand; else that of the rules, for prices of the catalogue only."""
    whole = in_own_currency(
        sum((line["price"] * (line["quantity"] or 0) for line in lines), Decimal(0)), by.book, terms.currency
    )
    for line in lines:
        old = before.get(line.get("id") or 0)
        given = line.get("given_discount")
        if given is not None:
            line["discount"] = given
        elif line.get("given_price") is not None or not line.get("product"):
            line["discount"] = None
        elif (
            old is None
            or renewed
            or not _same(line, old)
            or line.get("given_discount") != old["given_discount"]
        ):
            percent, names = discount_of(
                by.book, line["product"], line["quantity"] or Decimal(0), by.price_list, whole, by.roles
            )
            line["discount"] = percent or None
            if names and percent:
                line["reason"] = ", ".join(n for n in (line.get("reason"), *names) if n)[:500]


def in_own_currency(whole: Decimal, book: Book, currency: str) -> Decimal:
    """The sum that rules are held against: they are said in the company's currency. Without a rate no rule by sum fits."""
    try:
        return converted(whole, currency, book.currency, book.rates)
    except NoRate:
        return Decimal(0)


def _sums(line: Line, terms: Terms, known: _Known) -> None:
    calculated, rates = known.taxes.get(line.get("tax") or 0, (False, []))
    line["tax_rate"] = rate_on(rates, terms.day)
    found = line_sums(
        line["quantity"] or Decimal(0), line.get("price") or Decimal(0), discount=line.get("discount") or Decimal(0),
        rate=line["tax_rate"], mode=terms.mode, calculated=calculated,
    )  # fmt: skip
    line["net"], line["tax_sum"], line["total"] = found.net, found.tax, found.gross


def _refuse_clashes(part: str, draft: Draft, lines: Sequence[Line], known: _Known) -> None:
    """What does not go together, or misses what it needs; and sums that no column holds."""
    said = clashes(known.companions, {line["product"] for line in lines if line.get("product")})
    for place, line in enumerate(lines):
        for message in said.get(line.get("product") or 0, ()):
            draft.refuse(f"{part}.{place}.product", "companion", message)
        if max(line["total"], line["price"]) >= MOST:
            draft.refuse(f"{part}.{place}.quantity", "range", TOO_LARGE)
    if whole_sum(lines) >= MOST:
        draft.refuse(part, "range", TOO_LARGE)


def whole_sum(lines: Sequence[Mapping[str, Any]]) -> Decimal:
    """What the lines of a record come to, with tax."""
    return rounded(sum((line["total"] for line in lines), Decimal(0)))
