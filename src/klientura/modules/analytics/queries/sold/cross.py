"""Cross sales: what is bought together, by one client in the period or in one order; and who bought the one without the other.

Of N baskets, n(A) with A, n(B) with B, n(AB) with both (Agrawal, Imieliński, Swami, 1993; Brin et al., 1997; Piatetsky-Shapiro, 1991):
support = n(AB) / N, confidence = n(AB) / n(A), lift = n(AB) · N / (n(A) · n(B)), and how many more baskets there are than chance would
make: n(AB) − n(A) · n(B) / N. By the last pairs are sorted: a high lift of three baskets says little.

Only what is bought most is paired. Of very many orders a part is read, chosen by the number of the basket, so that it is the same part
each time and every basket in it is whole.
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final, Literal

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.summaries import read_for_long
from klientura.modules.analytics.queries.sold.asked import Asked, order
from klientura.modules.analytics.queries.sold.facts import facts, joined, of_group, orders

type Basket = Literal["client", "order"]
type Level = Literal["product", "group"]

MOST_ORDERS: Final = 100_000
"""So many orders are read at most."""
MOST_THINGS: Final = 150
MOST_PAIRS: Final = 50
_PARTS: Final = 1024
_BASKET: Final[dict[Basket, sql.SQL]] = {"client": sql.SQL("r.party_id"), "order": sql.SQL("r.id")}
_THING: Final[dict[Level, sql.SQL]] = {"product": sql.SQL("l.product_id"), "group": sql.SQL("w.category_id")}
_BESIDE: Final[dict[Level, sql.SQL]] = {
    "product": sql.SQL(""), "group": sql.SQL(" join product w on w.id = l.product_id"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Pair:
    """Two things and in how many baskets they are: both, each of them, of all. `first` is the one bought less often."""

    first: int
    second: int
    both: int
    of_first: int
    of_second: int
    baskets: int

    @property
    def support(self) -> Decimal:
        """In so many per cent of all baskets are both."""
        return Decimal(100) * self.both / self.baskets

    @property
    def confidence(self) -> Decimal:
        """So many per cent of those with the first have the second, too."""
        return Decimal(100) * self.both / self.of_first

    @property
    def lift(self) -> Decimal:
        """So many times more often than if the one had nothing to do with the other."""
        return Decimal(self.both * self.baskets) / (self.of_first * self.of_second)


@dataclass(frozen=True, slots=True)
class Pairs:
    """The pairs that go together most, of how many baskets, and whether these are a part of all only."""

    pairs: list[Pair]
    baskets: int
    in_part: bool


def pairs(actor: Actor, asked: Asked, basket: Basket, level: Level, least: int) -> Pairs:
    """What goes together more often than by chance, in at least so many baskets."""
    part = _part(actor, asked)
    source = _bought(actor, asked, basket, level, part)
    wanted = _chosen(actor, asked, level)
    text = sql.SQL(
        "with b as materialized (select distinct basket, thing from ({source}) s),"
        " i as materialized (select thing, count(*) as n from b group by 1 having count(*) >= {least} order by 2 desc, 1 limit {things}),"
        " k as materialized (select b.basket, b.thing, i.n from b join i on i.thing = b.thing),"
        " a as (select count(distinct basket) as n from b),"
        " p as (select x.thing as one, y.thing as two, min(x.n) as n_one, min(y.n) as n_two, count(*) as n from k x"
        "  join k y on y.basket = x.basket and y.thing > x.thing group by 1, 2 having count(*) >= {least})"
        " select p.one, p.two, p.n, p.n_one, p.n_two, a.n from a left join p on p.n * a.n > p.n_one * p.n_two{wanted}"
        " order by p.n - p.n_one * p.n_two / a.n::numeric desc nulls last, p.one, p.two limit {most}"
    ).format(
        source=source.sql, least=sql.Literal(least), things=sql.Literal(MOST_THINGS), most=sql.Literal(MOST_PAIRS), wanted=wanted.sql
    )  # fmt: skip
    rows = read_for_long(text, (*source.params, *wanted.params))
    found = [
        Pair(one, two, n, n_one, n_two, baskets)
        if n_one <= n_two
        else Pair(two, one, n, n_two, n_one, baskets)
        for one, two, n, n_one, n_two, baskets in rows
        if one is not None
    ]
    return Pairs(found, rows[0][5] if rows else 0, part < _PARTS)


def of_pair(
    actor: Actor,
    asked: Asked,
    basket: Basket,
    level: Level,
    things: tuple[int, int],
    *,
    both: bool,
    most: int,
) -> list[tuple[int, int, Any]]:
    """The baskets with both things, or with the first alone: (number of the basket, of orders in it, the last day); the latest first."""
    source = _bought(actor, asked, basket, level, _PARTS, only=things)
    met = (
        sql.SQL("count(distinct thing) = 2")
        if both
        else sql.SQL("bool_and(thing = {})").format(sql.Literal(things[0]))
    )
    text = sql.SQL(
        "select basket, count(distinct order_id), max(day) from ({}) s group by 1 having {} order by 3 desc, 1 limit {}"
    ).format(source.sql, met, sql.Literal(most))
    return read_for_long(text, source.params)


def _part(actor: Actor, asked: Asked) -> int:
    """How many of `_PARTS` parts of the baskets are read."""
    source = facts(actor, replace(asked, group=None, product=None), "clients", asked.first)
    number = read_for_long(
        sql.SQL("select coalesce(sum(s.number), 0) from ({}) s").format(source.sql), source.params
    )[0][0]
    return _PARTS if number <= MOST_ORDERS else max(1, int(_PARTS * MOST_ORDERS // number))


def _bought(
    actor: Actor, asked: Asked, basket: Basket, level: Level, part: int, only: tuple[int, int] | None = None
) -> Predicate:
    """What was bought in the period: basket, thing, order, day; of the orders that the reader sees."""
    of_basket, thing = _BASKET[basket], _THING[level]
    more = [Predicate(sql.SQL("{} is not null").format(each)) for each in (of_basket, thing)]
    if only is not None:
        more.append(Predicate(sql.SQL("{} = any(%s)").format(thing), (list(only),)))
    if part < _PARTS:
        inside = sql.SQL("(hashint8extended({}, 0) & {}) < {}")
        more.append(Predicate(inside.format(of_basket, sql.Literal(_PARTS - 1), sql.Literal(part))))
    where = joined([conditions(actor, order(), more=orders(actor, asked, asked.first)), *more])
    text = sql.SQL(
        "select {} as basket, {} as thing, r.id as order_id, r.issued_on as day from sales_order r"
        " join sales_order_line l on l.order_id = r.id{} where {}"
    ).format(of_basket, thing, _BESIDE[level], where.sql)
    return Predicate(text, where.params)


def _chosen(actor: Actor, asked: Asked, level: Level) -> Predicate:
    """Where a product or a group is asked for: only pairs with one of these."""
    if not asked.by_product:
        return Predicate(sql.SQL(""))
    if level == "product":
        found = joined(of_group(actor, asked, "f"))
        text = sql.SQL(" and exists (select from (values (p.one), (p.two)) f(product_id) where {})").format(
            found.sql
        )
        return Predicate(text, found.params)
    return Predicate(sql.SQL(" and %s::bigint in (p.one, p.two)"), (asked.group or 0,))
