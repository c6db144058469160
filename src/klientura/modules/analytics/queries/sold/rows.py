"""The orders behind a figure of sales: by the same conditions, and what of each is in the figure."""

from dataclasses import dataclass
from typing import Any, Final

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, may, scope
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.summaries import read_for_long
from klientura.modules.analytics.queries.sold.asked import Asked, order, sees_clients, sees_products
from klientura.modules.analytics.queries.sold.dimensions import FACT, KEY, Dimension, joined_to
from klientura.modules.analytics.queries.sold.facts import joined, of_group, orders
from klientura.modules.analytics.queries.sold.rates import Rates, money

MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Rows:
    """The orders with the largest sums, and how many there are."""

    rows: list[dict[str, Any]]
    number: int


def of_value(actor: Actor, asked: Asked, dimension: Dimension, key: str | int | None, rates: Rates) -> Rows:
    """The orders of one value of a dimension; of products, line by line."""
    products = FACT[dimension] == "products" or asked.by_product
    if products and not sees_products(actor):
        return Rows([], 0)
    beside = joined_to(actor, dimension)
    same = sql.SQL("{} is null") if key is None else sql.SQL("{} = %s")
    value = Predicate(same.format(KEY[dimension]), () if key is None else (key,))
    where = conditions(actor, order(), more=orders(actor, asked, asked.first))
    lines = joined([where, *of_group(actor, asked, "l")])
    month = sql.SQL("(extract(year from r.issued_on) * 12 + extract(month from r.issued_on) - 1)::int")
    inner = (
        sql.SQL(
            "select r.id, l.id as line, r.party_id, r.owner_id, r.team_id, l.product_id, r.currency, {} as month, (l.total * 100)::bigint as amount"
            " from sales_order r join sales_order_line l on l.order_id = r.id where {}"
        )
        if products
        else sql.SQL(
            "select r.id, 0 as line, r.party_id, r.owner_id, r.team_id, null::bigint as product_id, r.currency, {} as month,"
            " (r.amount * 100)::bigint as amount from sales_order r where {}"
        )
    ).format(month, lines.sql)
    party = shape_of("party")
    sees = (
        scope(actor, party, "read", "c")
        if sees_clients(actor) and may(actor, party, "read")
        else Predicate(sql.SQL("false"))
    )
    text = sql.SQL(
        "select r.id, r.number, r.issued_on, r.party_id, c.title, r.owner_id, r.status, f.amount, f.number from ("
        " select s.id, sum({amount}) as amount, count(*) over () as number from ({inner}) s {beside} where {value} group by s.id, s.line"
        " order by 2 desc nulls last, 1 desc limit {most}) f join sales_order r on r.id = f.id"
        " left join party c on c.id = r.party_id and c.deleted_at is null and {sees} order by f.amount desc nulls last, r.id desc"
    ).format(
        amount=rates.of(sql.SQL("s.amount"), sql.SQL("s.currency"), sql.SQL("s.month")), inner=inner, beside=beside.sql,
        value=value.sql, most=sql.Literal(MOST), sees=sees.sql,
    )  # fmt: skip
    found = read_for_long(text, (*lines.params, *beside.params, *value.params, *sees.params))
    keys = ("id", "number", "issued_on", "party_id", "party", "owner_id", "status", "amount")
    rows = [dict(zip(keys, row, strict=False)) for row in found]
    return Rows([{**row, "amount": money(row["amount"])} for row in rows], found[0][8] if found else 0)
