"""The sums of what was sold (ADR 28): folding what changes have added, making them anew, and holding them against the orders.

Triggers keep them (migration `orders.0004`). A change only ever adds rows, so nobody waits for anybody; folding puts a row that is
their sum in place of many.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final

from django.db import connection, transaction
from psycopg import sql

MANY: Final = 2_000
"""So many rows not folded yet are no burden to any reader."""

_ALONE: Final = "select pg_advisory_xact_lock(hashtextextended('orders.sold', 0))"
_TRY_ALONE: Final = "select pg_try_advisory_xact_lock(hashtextextended('orders.sold', 0))"
"""Who folds and who makes anew keep apart, or what one has put together the other would add a second time."""

_MONTH: Final = sql.SQL(
    "(extract(year from o.issued_on) * 12 + extract(month from o.issued_on) - 1)::int as month"
)
_IN_FORCE: Final = sql.SQL(
    "o.status in ('confirmed', 'done') and o.deleted_at is null and o.issued_on is not null"
)
_ITSELF, _ADDED, _LESS, _LEFT = (
    sql.SQL("{}"),
    sql.SQL("sum({})"),
    sql.SQL("-{0} as {0}"),
    sql.SQL("sum({}) <> 0"),
)
_COMMA, _OR = sql.SQL(", "), sql.SQL(" or ")


@dataclass(frozen=True, slots=True)
class _Sums:
    """A table of sums: by what, of what; by what its rows are folded; and what the orders themselves say."""

    table: sql.Identifier
    keys: sql.Composable
    sums: Sequence[sql.Identifier]
    stretch: sql.Identifier
    truth: sql.Composable

    def each(self, pattern: sql.SQL = _ITSELF, between: sql.SQL = _COMMA) -> sql.Composable:
        """The sums, each as a pattern says it."""
        return between.join(pattern.format(each) for each in self.sums)


def _names(*names: str) -> list[sql.Identifier]:
    return [sql.Identifier(name) for name in names]


_CLIENTS: Final = _Sums(
    sql.Identifier("sale_to_client"),
    sql.SQL("month, day, company_id, party_id, owner_id, team_id, currency"),
    _names("amount", "net", "orders"),
    sql.Identifier("day"),
    sql.SQL(
        "select {}, o.issued_on as day, o.company_id, o.party_id, o.owner_id, o.team_id, o.currency, (o.amount * 100)::bigint as amount,"
        " ((o.amount - o.tax_total) * 100)::bigint as net, 1 as orders from sales_order o where {}"
    ).format(_MONTH, _IN_FORCE),
)
_PRODUCTS: Final = _Sums(
    sql.Identifier("sale_of_product"),
    sql.SQL("month, company_id, product_id, owner_id, team_id, currency"),
    _names("amount", "net", "quantity", "lines"),
    sql.Identifier("month"),
    sql.SQL(
        "select {}, o.company_id, l.product_id, o.owner_id, o.team_id, o.currency, (coalesce(l.total, 0) * 100)::bigint as amount,"
        " (coalesce(l.net, 0) * 100)::bigint as net, l.quantity, 1 as lines"
        " from sales_order o join sales_order_line l on l.order_id = o.id where {}"
    ).format(_MONTH, _IN_FORCE),
)
_TABLES: Final = (_CLIENTS, _PRODUCTS)


def fold(most: int = MANY) -> int:
    """Put sums in place of the rows that changes have added, where there are more than `most`; return how many went."""
    gone = 0
    for each in _TABLES:
        many = sql.SQL("select count(*) from (select 1 from {} where not folded limit {}) n")
        text = sql.SQL(
            "with gone as (delete from {table} where {stretch} in (select distinct {stretch} from {table} where not folded) returning *),"
            " kept as (insert into {table} ({keys}, {sums}, folded) select {keys}, {added}, true from gone group by {keys} having {left}"
            " returning 1) select (select count(*) from gone) - (select count(*) from kept)"
        ).format(
            table=each.table, stretch=each.stretch, keys=each.keys, sums=each.each(), added=each.each(_ADDED),
            left=each.each(_LEFT, _OR),
        )  # fmt: skip
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(_TRY_ALONE)
            if not cursor.fetchone()[0]:  # somebody is at it: the next time will do
                continue
            cursor.execute(many.format(each.table, sql.Literal(most + 1)))
            if cursor.fetchone()[0] > most:
                cursor.execute(text)
                gone += cursor.fetchone()[0]
    return gone


def rebuild() -> None:
    """Make all sums anew from the orders."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(_ALONE)
        cursor.execute("lock table sales_order, sales_order_line in share mode")
        for each in _TABLES:
            cursor.execute(sql.SQL("delete from {}").format(each.table))
            text = sql.SQL(
                "insert into {table} ({keys}, {sums}, folded) select {keys}, {added}, true from ({truth}) t group by {keys}"
            )
            cursor.execute(
                text.format(
                    table=each.table,
                    keys=each.keys,
                    sums=each.each(),
                    added=each.each(_ADDED),
                    truth=each.truth,
                )
            )


def wrong_sums() -> int:
    """How many sums differ from what the orders themselves say; none, as long as everything is right."""
    found = 0
    for each in _TABLES:
        text = sql.SQL(
            "select count(*) from (select 1 from (select {keys}, {sums} from {table} union all select {keys}, {less} from ({truth}) t) b"
            " group by {keys} having {left}) wrong"
        ).format(
            keys=each.keys, sums=each.each(), less=each.each(_LESS), table=each.table, truth=each.truth,
            left=each.each(_LEFT, _OR),
        )  # fmt: skip
        with connection.cursor() as cursor:
            cursor.execute(text)
            found += cursor.fetchone()[0]
    return found
