"""Analysis of sales over ten million lines of orders: ABC, XYZ and their matrix, dynamics, repeat sales, effect of prices.

python -m bench.sales_analysis [--scale 0.01] [--data DIR] [--lines 10000000]

Milliseconds of CPU of this process and of its database server together. The ratio is to the matrix's statement, as it is, by bare
psycopg. The orders stay in the base; they are made by set-based SQL, and so are their sums (services.sold.rebuild).
"""

import datetime as dt
import os
import statistics
import sys
import time
from collections.abc import Callable
from typing import Any, Final

from bench import base
from bench.cpu import both_sides, cpu_ms
from bench.figures import Figure, finish

ROUNDS: Final = 3
CLASSES_LIMIT: Final = 3000

IN_ORDER: Final = 4
PRODUCTS: Final = 20_000
IN_CLIENT: Final = 20
"""Lines of an order, products in all, lines of a client."""
_CLIENTS = """
insert into party (id, uid, title, kind, name, created_at, updated_at, version, search_text, owner_id, is_active, city, status)
select nextval(pg_get_serial_sequence('party', 'id')), gen_random_uuid(), 'A-' || n, 'organisation', 'A-' || n, now(), now(), 1, '',
  %(owner)s, true, (array['Москва', 'Казань', 'Пермь', 'Тверь'])[1 + n %% 4], (select status from party limit 1)
  from generate_series(1, %(clients)s) n
"""
_PRODUCTS = """
insert into product (id, uid, title, name, kind, created_at, updated_at, version, search_text, currency, is_active, price)
select nextval(pg_get_serial_sequence('product', 'id')), gen_random_uuid(), 'A-' || n, 'A-' || n, 'goods', now(), now(), 1, '', 'RUB', true,
  100 + n * 37 %% 5000 from generate_series(1, %(products)s) n
"""
# Some clients buy often and some once; sums grow with time, and every twelfth month is a good one.
_ORDERS = """
insert into sales_order (id, uid, title, number, company_id, party_id, owner_id, issued_on, currency, tax_mode, amount, tax_total, status,
  invoiced, paid, delivered, created_at, updated_at, version, search_text)
select n, gen_random_uuid(), 'A-' || n, 'A-' || n, %(company)s,
  (%(parties)s::bigint[])[1 + (power(random(), 3) * (%(clients)s - 1))::int], (%(owners)s::bigint[])[1 + n %% %(staff)s],
  (date '2026-11-01' - (random() * 1094)::int), case when n %% 20 = 0 then 'EUR' else 'RUB' end, 'included', l.total, l.tax, 'done',
  0, 0, 0, now(), now(), 1, '' from generate_series(%(first)s::bigint, %(first)s + %(orders)s - 1) n cross join lateral (
    select sum((1 + (n * p) %% 7) * (100 + (n * 7919 + p * 104729) %% 9000)) as total,
      sum(round((1 + (n * p) %% 7) * (100 + (n * 7919 + p * 104729) %% 9000) / 6.0, 2)) as tax from generate_series(1, %(in_order)s) p) l
"""
_LINES = """
insert into sales_order_line (position, order_id, product_id, quantity, price, total, tax_sum, net)
select p, n, %(first_product)s + (power(random(), 2) * (%(products)s - 1))::int, q, w, q * w, round(q * w / 6.0, 2), q * w - round(q * w / 6.0, 2)
  from generate_series(%(first)s::bigint, %(first)s + %(orders)s - 1) n cross join generate_series(1, %(in_order)s) p
  cross join lateral (select 1 + (n * p) %% 7 as q, 100 + (n * 7919 + p * 104729) %% 9000 as w) l
"""

_RATES = """
insert into exchange_rate (id, uid, title, currency, "on", nominal, rate, created_at, updated_at, version, search_text)
select nextval(pg_get_serial_sequence('exchange_rate', 'id')), gen_random_uuid(), 'EUR', 'EUR', d, 1, 90 + n, now(), now(), 1, ''
  from generate_series(date '2022-01-01', date '2026-11-01', '1 month') with ordinality g(d, n)
 where not exists (select 1 from exchange_rate where currency = 'EUR')
"""
# What would be asked without the sums, of one currency: by the classes of the literature, nothing else.
_RAW = """
with m as (select {key} as key, date_trunc('month', o.issued_on) as month, sum(l.total) as v
    from sales_order_line l join sales_order o on o.id = l.order_id
   where o.status in ('confirmed', 'done') and o.deleted_at is null and o.currency = 'RUB' group by 1, 2),
  k as (select key, sum(v) as total, stddev_pop(v) / nullif(avg(v), 0) as cv from m group by 1),
  o as (select *, sum(total) over (order by total desc, key) / sum(total) over () as upto from k)
select case when upto <= 0.8 then 'A' when upto <= 0.95 then 'B' else 'C' end as abc,
  case when cv <= 0.1 then 'X' when cv <= 0.25 then 'Y' else 'Z' end as xyz, count(*), sum(total) from o group by 1, 2
"""
RAW_CLIENTS: Final = _RAW.format(key="o.party_id")
RAW_PRODUCTS: Final = _RAW.format(key="l.product_id")


def main() -> int:
    parser = base.arguments(__doc__)
    parser.set_defaults(scale=0.01)
    parser.add_argument("--lines", type=int, default=10_000_000)
    options = parser.parse_args()
    with base.database(options):
        _make(options.lines)
        figures = _figures()
    return finish("sales_analysis", figures, options.scale)


def _figures() -> list[Figure]:
    from klientura.modules.analytics.queries.sold import classes, cross, dynamics, repeat
    from klientura.modules.analytics.queries.sold.asked import Asked, month_of
    from klientura.modules.analytics.queries.sold.rates import rates_in

    actor, last = base.actor(), month_of(dt.date(2026, 10, 1))
    whole, year = Asked(last - 35, last, "RUB"), Asked(last - 11, last, "RUB")
    rates = rates_in(actor, "RUB", whole.first - 13, last)

    def matrix(dimension: Any, asked: Asked) -> Any:
        return lambda: classes.classes(actor, asked, classes.Question(dimension, "amount"), rates)

    question = classes.Question("client", "amount")
    made = classes.statement(actor, whole, classes.Question("client", "amount"), rates)
    theirs, bare = cost(matrix("client", whole)), cost_of_bare(made.sql, made.params)
    return [
        Figure("ABC and XYZ of clients, every line", theirs, "ms", CLASSES_LIMIT),
        Figure("its statement by bare psycopg", bare, "ms"),
        Figure("ratio", theirs / bare, "×", 1.2),
        Figure("ABC and XYZ of products, every line", cost(matrix("product", whole)), "ms", CLASSES_LIMIT),
        Figure("ABC and XYZ of clients, a year of three", cost(matrix("client", year)), "ms", CLASSES_LIMIT),
        Figure("dynamics, every line", cost(lambda: dynamics.periods(actor, whole, "month", rates)), "ms"),
        Figure("what each client brings", cost(lambda: dynamics.parts(actor, year, "client", rates)), "ms"),
        Figure(
            "bought together by a client, every line",
            cost(lambda: cross.pairs(actor, whole, "client", "product", 3)),
            "ms",
        ),
        Figure(
            "bought together in an order, every line",
            cost(lambda: cross.pairs(actor, whole, "order", "product", 3)),
            "ms",
        ),
        Figure(
            "changes of class, a year",
            cost(lambda: classes.moves(actor, year, year.shifted(12), question, rates, rates)),
            "ms",
        ),
        Figure("repeat sales by month", cost(lambda: repeat.months(actor, year, rates)), "ms"),
        Figure("the same of clients from the lines themselves", cost_of_bare(RAW_CLIENTS, ()), "ms"),
        Figure("the same of products from the lines themselves", cost_of_bare(RAW_PRODUCTS, ()), "ms"),
    ]


def cost(act: Callable[[], Any]) -> float:
    """The median CPU of an act on both sides of the connection."""
    act()
    spent = []
    for _round in range(ROUNDS):
        before = cpu_ms(both_sides())
        act()
        spent.append(cpu_ms(both_sides()) - before)
    return statistics.median(spent)


def cost_of_bare(text: Any, params: Any) -> float:
    """The same of a statement by bare psycopg."""
    import psycopg

    with psycopg.connect(os.environ["DATABASE_URL"], autocommit=True) as raw:
        raw.execute("set max_parallel_workers_per_gather = 0")  # what helpers spend would not be counted
        server = raw.execute("select pg_backend_pid()").fetchone()
        pids = (os.getpid(), server[0] if server else 0)
        spent = []
        for _round in range(ROUNDS):
            before = cpu_ms(pids)
            raw.execute(text, params).fetchall()
            spent.append(cpu_ms(pids) - before)
    return statistics.median(spent)


def _make(lines: int) -> None:
    from django.db import connection, transaction

    from klientura.modules.orders.services import sold

    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from sales_order_line l join sales_order o on o.id = l.order_id where o.number like 'A-%'"
        )
        there = cursor.fetchone()[0]
    if there < lines:
        with transaction.atomic(), connection.cursor() as cursor:
            _write(cursor, lines - there)
        began = time.monotonic()
        sold.rebuild()
        print(f"sums made in {time.monotonic() - began:.0f} s", flush=True)
        with connection.cursor() as cursor:
            for table in (
                "party",
                "product",
                "sales_order",
                "sales_order_line",
                "sale_to_client",
                "sale_of_product",
            ):
                cursor.execute(f"vacuum analyze {table}")
    with connection.cursor() as cursor:
        cursor.execute(
            "select (select count(*) from sales_order_line), (select count(*) from sale_to_client), (select count(*) from sale_of_product)"
        )
        print(
            "{} lines of orders; {} sums of clients and days, {} of products and months".format(
                *cursor.fetchone()
            ),
            flush=True,
        )


def _write(cursor: Any, lines: int) -> None:
    def one(text: str) -> Any:
        cursor.execute(text)
        return cursor.fetchone()[0]

    given = {
        "orders": lines // IN_ORDER, "clients": max(100, lines // IN_CLIENT), "products": PRODUCTS, "in_order": IN_ORDER,
        "owner": base.actor().user_id, "company": one("select min(id) from own_company"),
        "owners": one("select array_agg(id) from access_user"), "staff": one("select count(*) from access_user"),
        "first": one("select coalesce(max(id), 0) + 1 from sales_order"),
    }  # fmt: skip
    cursor.execute(_CLIENTS, given)
    cursor.execute(_PRODUCTS, given)
    given["parties"] = one("select array_agg(id) from party where name like 'A-%'")
    given["first_product"] = one("select max(id) from product") - PRODUCTS + 1
    for table, text in (("sales_order", _ORDERS), ("sales_order_line", _LINES)):
        cursor.execute(f"alter table {table} disable trigger user")
        cursor.execute(text, given)
        cursor.execute("set constraints all immediate")
        cursor.execute(f"alter table {table} enable trigger user")


if __name__ == "__main__":
    sys.exit(main())
