"""What products cost us on a day; one statement, whatever their number."""

import datetime as dt
from collections.abc import Collection
from decimal import Decimal
from typing import Final, NamedTuple

from django.db import connection

_COSTS: Final = """
select p.id, c.id is not null, c.cost, c.currency, c.duty, c.delivery, p.cost, p.currency, p.duty
  from product p left join lateral (
    select d.id, d.cost, d.currency, d.duty, d.delivery from product_cost d
     where d.product_id = p.id and (d.valid_from is null or d.valid_from <= %(day)s)
     order by d.valid_from desc nulls last, d.id desc limit 1) c on true
 where p.id = any(%(ids)s) and (c.id is not null or not exists (select 1 from product_cost x where x.product_id = p.id))
"""


class Cost(NamedTuple):
    """What one of a product costs, without what comes on top, in a currency; and what comes on top, in per cent."""

    cost: Decimal
    currency: str
    on_top: Decimal


def costs_on(products: Collection[int], day: dt.date) -> dict[int, Cost]:
    """By product, its cost on a day: the last one that has begun; that of the product itself where none has a day.

    Products whose cost on that day nobody knows are left out.
    """
    if not products:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_COSTS, {"ids": sorted(products), "day": day})
        rows = cursor.fetchall()
    found: dict[int, Cost] = {}
    for pk, dated, cost, currency, duty, delivery, own, own_currency, own_duty in rows:
        known = (cost, currency, duty, delivery) if dated else (own, own_currency, own_duty, None)
        if known[0] is not None:
            found[pk] = Cost(known[0], known[1], (known[2] or Decimal(0)) + (known[3] or Decimal(0)))
    return found
