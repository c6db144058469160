"""The book of prices of one day: everything that pricing some products for a client needs, in a handful of statements."""

import datetime as dt
from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from decimal import Decimal
from typing import Any

from django.db import connection

from klientura.kernel.settings.installation import current
from klientura.kit.sums import HUNDREDTH
from klientura.modules.catalog.rules import Book, BookedList, Discount, ListedPrice, OfferedList, Ware

_LISTS = """
with recursive chain as (
  select id, base_id, 0 as depth from price_list where id = any(%s) and deleted_at is null
  union
  select l.id, l.base_id, c.depth + 1 from price_list l join chain c on l.id = c.base_id
   where l.deleted_at is null and c.depth < 20
)
select l.id, l.name, l.currency, l.base_id, coalesce(l.markup, 0), coalesce(nullif(l.rounding, 0), %s)
  from price_list l where l.id in (select id from chain)
"""
_PRICES = """
select price_list_id, product_id, min_quantity, price from product_price
 where product_id = any(%s) and price_list_id = any(%s)
   and (valid_from is null or valid_from <= %s) and (valid_until is null or valid_until >= %s)
 order by id
"""
# A kit that costs the sum of what it holds brings what it holds with it, down to what is no kit.
_PARTS = """
with recursive held as (
  select p.id as kit, c.component_id as part, c.quantity::numeric as quantity, 1 as depth
    from product p join product_component c on c.kit_id = p.id
   where p.id = any(%s) and p.kind = 'kit' and p.kit_price = 'sum' and not c.optional
  union all
  select h.kit, c.component_id, h.quantity * c.quantity, h.depth + 1
    from held h join product p on p.id = h.part join product_component c on c.kit_id = p.id
   where p.kind = 'kit' and p.kit_price = 'sum' and not c.optional and h.depth < 10
)
select h.kit, h.part, sum(h.quantity) from held h join product p on p.id = h.part
 where not (p.kind = 'kit' and p.kit_price = 'sum') group by h.kit, h.part order by h.kit, h.part
"""
_WARES = """
with recursive branch as (
  select p.id as product, p.category_id as category, 0 as depth from product p where p.id = any(%s)
  union
  select b.product, c.parent_id, b.depth + 1 from branch b join product_category c on c.id = b.category
   where c.parent_id is not null and b.depth < 20
)
select p.id, p.price, p.currency, array_remove(array_agg(b.category), null)
  from product p join branch b on b.product = p.id group by p.id
"""
_DISCOUNTS = """
select name, percent, product_id, category_id, price_list_id, min_quantity, min_total, combines, coalesce(roles, '{}')
  from discount_rule
 where deleted_at is null and is_active
   and (valid_from is null or valid_from <= %(day)s) and (valid_until is null or valid_until >= %(day)s)
 order by percent desc, id
"""
_RATES = """
select distinct on (currency) currency, rate / nominal from exchange_rate
 where deleted_at is null and "on" <= %s order by currency, "on" desc, id desc
"""
_RATES_OF_DAYS = """
select d.day, r.currency, r.rate from unnest(%s::date[]) d(day) cross join lateral (
  select distinct on (currency) currency, rate / nominal as rate from exchange_rate
   where deleted_at is null and "on" <= d.day order by currency, "on" desc, id desc) r
"""
_OFFERED = """
select id, currency, coalesce(roles, '{}') from price_list
 where deleted_at is null and is_active and (valid_from is null or valid_from <= %(day)s)
   and (valid_until is null or valid_until >= %(day)s) order by place, id
"""


def offered_lists(day: dt.date) -> list[OfferedList]:
    """The price lists of a day, in their order."""
    return [
        OfferedList(pk, currency, frozenset(roles)) for pk, currency, roles in _rows(_OFFERED, {"day": day})
    ]


def roles_of(parties: Collection[int]) -> dict[int, frozenset[str]]:
    """By client: what it is for us."""
    if not parties:
        return {}
    found = _rows("select id, coalesce(roles, '{}') from party where id = any(%s)", [sorted(parties)])
    return {pk: frozenset(roles) for pk, roles in found}


def exchange_rates(day: dt.date) -> dict[str, Decimal]:
    """What one unit of each currency costs in the company's, as known on a day."""
    return _rates(day, current().currency)


def _rates(day: dt.date, ours: str) -> dict[str, Decimal]:
    return {**dict(_rows(_RATES, [day])), ours: Decimal(1)}


def exchange_rates_of(days: Sequence[dt.date]) -> dict[dt.date, dict[str, Decimal]]:
    """The same of several days, in one statement."""
    ours = current().currency
    found: dict[dt.date, dict[str, Decimal]] = {day: {ours: Decimal(1)} for day in days}
    for day, currency, rate in _rows(_RATES_OF_DAYS, [list(days)]):
        found[day].setdefault(currency, rate)
    return found


def book_of(products: Collection[int], price_lists: Collection[int], day: dt.date) -> Book:
    """What pricing these products by these lists on a day needs: six statements, whatever their number."""
    parts: dict[int, list[tuple[int, Decimal]]] = defaultdict(list)
    for kit, part, quantity in _rows(_PARTS, [list(products)]):
        parts[kit].append((part, quantity))
    wanted = sorted({*products, *(part for held in parts.values() for part, _quantity in held)})
    lists = _lists(price_lists, wanted, day)
    wares = {
        pk: Ware(pk, price, currency, frozenset(categories), parts.get(pk, ()))
        for pk, price, currency, categories in _rows(_WARES, [wanted])
    }
    discounts = [
        Discount(name, percent, product, category, listed, quantity, total, combines, frozenset(roles))
        for name, percent, product, category, listed, quantity, total, combines, roles in _rows(
            _DISCOUNTS, {"day": day}
        )
    ]
    ours = current().currency
    return Book(lists, wares, _rates(day, ours), discounts, ours)


def category_parents() -> dict[int, int | None]:
    """Category → the one it lies within."""
    return dict(_rows("select id, parent_id from product_category where deleted_at is null", []))


def _lists(price_lists: Collection[int], products: Sequence[int], day: dt.date) -> dict[int, BookedList]:
    found = _rows(_LISTS, [list(price_lists), HUNDREDTH]) if price_lists else []
    prices: dict[int, dict[int, list[ListedPrice]]] = defaultdict(lambda: defaultdict(list))
    if found:
        for list_id, product, quantity, price in _rows(
            _PRICES, [products, [row[0] for row in found], day, day]
        ):
            prices[list_id][product].append(ListedPrice(quantity, price))
    return {
        pk: BookedList(pk, name, currency, base, markup, rounding, prices[pk])
        for pk, name, currency, base, markup, rounding in found
    }


def tax_rates(taxes: Collection[int]) -> dict[int, tuple[bool, list[tuple[dt.date, Decimal | None]]]]:
    """By tax: whether its rate is a calculated one, and its rates with the days they began."""
    if not taxes:
        return {}
    text = (
        "select t.id, t.calculated, r.valid_from, r.percent from tax t left join tax_rate r on r.tax_id = t.id"
        " where t.id = any(%s)"
    )
    found: dict[int, tuple[bool, list[tuple[dt.date, Decimal | None]]]] = {}
    for pk, calculated, since, percent in _rows(text, [sorted(taxes)]):
        rates = found.setdefault(pk, (calculated, []))[1]
        if since is not None:
            rates.append((since, percent))
    return found


def _rows(text: str, params: Sequence[Any] | Mapping[str, Any]) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(text, params)
        return list(cursor.fetchall())
