"""Where figures of sales come from: the sums that the database keeps, or the orders and lines that the reader sees.

Both have the same columns: month, day (of clients only), company_id, owner_id, team_id, party_id or product_id, currency, amount and
net in hundredths, quantity, number (of orders; of lines for products).
"""

from typing import Any, Final, Literal

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, readable, scope
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.filters import compile_filter
from klientura.kernel.store.operators import Context
from klientura.modules.analytics.queries.sold.asked import (
    Asked,
    first_day,
    order,
    sees_clients,
    sees_products,
)

type Fact = Literal["clients", "products"]

IN_FORCE: Final = Predicate(sql.SQL("r.status in ('confirmed', 'done') and r.issued_on is not null"))
_MONTH: Final = sql.SQL("(extract(year from r.issued_on) * 12 + extract(month from r.issued_on) - 1)::int")
_NEVER: Final = Predicate(sql.SQL("false"))
_GROUP: Final = sql.SQL(
    "select w.id from product w where w.category_id in (with recursive branch as (select %s::bigint as id union"
    " select c.id from product_category c join branch b on c.parent_id = b.id where c.deleted_at is null) select id from branch)"
)


def kept(actor: Actor, asked: Asked, fact: Fact) -> bool:
    """Whether the sums that the database keeps answer the question."""
    narrowed = asked.by_product if fact == "clients" else asked.by_client
    return not narrowed and scope(actor, order(), "read").is_everything


def facts(actor: Actor, asked: Asked, fact: Fact, since: int | None = None) -> Predicate:
    """What was sold to clients or of products from a month on (None: ever) until the last one that is asked for, as a SELECT."""
    if kept(actor, asked, fact):
        return _kept(actor, asked, fact, since)
    where = conditions(actor, order(), more=orders(actor, asked, since))
    if fact == "products" or asked.by_product:
        return _of_lines(actor, asked, fact, where)
    text = sql.SQL(
        "select {}, r.issued_on as day, r.company_id, r.owner_id, r.team_id, r.party_id, r.currency, (r.amount * 100)::bigint as amount,"
        " ((r.amount - r.tax_total) * 100)::bigint as net, 0 as quantity, 1 as number from sales_order r where {}"
    ).format(_MONTH + sql.SQL(" as month"), where.sql)
    return Predicate(text, where.params)


def orders(actor: Actor, asked: Asked, since: int | None) -> list[Predicate]:
    """The conditions on orders (`r`) but for the reader's scope."""
    found = [IN_FORCE, Predicate(sql.SQL("r.issued_on <= %s"), (asked.ends,))]
    if since is not None:
        found.append(Predicate(sql.SQL("r.issued_on >= %s"), (first_day(since),)))
    return [*found, *_heads(asked, "r"), *_clients(actor, asked, "r")]


def of_group(actor: Actor, asked: Asked, alias: str) -> list[Predicate]:
    """The condition on products."""
    found: list[Predicate] = []
    table = sql.Identifier(alias)
    if asked.by_product and not sees_products(actor):
        return [_NEVER]
    if asked.group is not None:
        found.append(
            Predicate(sql.SQL("{}.product_id in (").format(table) + _GROUP + sql.SQL(")"), (asked.group,))
        )
    if asked.product is not None:
        found.append(Predicate(sql.SQL("{}.product_id = %s").format(table), (asked.product,)))
    return found


def _kept(actor: Actor, asked: Asked, fact: Fact, since: int | None) -> Predicate:
    if fact == "clients":
        text = (
            "select f.month, f.day, f.company_id, f.owner_id, f.team_id, f.party_id, f.currency, f.amount, f.net, 0 as quantity,"
            " f.orders as number from sale_to_client f where {}"
        )
        parts = [Predicate(sql.SQL("f.day <= %s"), (asked.ends,)), *_clients(actor, asked, "f")]
        if since is not None:
            parts.append(Predicate(sql.SQL("f.day >= %s"), (first_day(since),)))
    else:
        text = (
            "select f.month, f.company_id, f.owner_id, f.team_id, f.product_id, f.currency, f.amount, f.net, f.quantity,"
            " f.lines as number from sale_of_product f where {}"
        )
        parts = [Predicate(sql.SQL("f.month <= %s"), (asked.last,)), *of_group(actor, asked, "f")]
        if since is not None:
            parts.append(Predicate(sql.SQL("f.month >= %s"), (since,)))
    where = joined([*parts, *_heads(asked, "f")])
    return Predicate(sql.SQL(text).format(where.sql), where.params)


def _of_lines(actor: Actor, asked: Asked, fact: Fact, where: Predicate) -> Predicate:
    """By the lines themselves: of clients, one row for each order, with what is asked for in it."""
    lines = joined([where, *of_group(actor, asked, "l")])
    told = (
        sql.SQL(
            "min(r.party_id) as party_id, min(r.issued_on) as day, (sum(l.total) * 100)::bigint as amount, (sum(l.net) * 100)::bigint as net,"
            " sum(l.quantity) as quantity, 1 as number"
        )
        if fact == "clients"
        else sql.SQL(
            "l.product_id, (sum(coalesce(l.total, 0)) * 100)::bigint as amount, (sum(coalesce(l.net, 0)) * 100)::bigint as net,"
            " sum(l.quantity) as quantity, count(*) as number"
        )
    )
    by = sql.SQL("r.id") if fact == "clients" else sql.SQL("r.id, l.product_id")
    text = sql.SQL(
        "select {month} as month, r.company_id, r.owner_id, r.team_id, r.currency, {told}"
        " from sales_order r join sales_order_line l on l.order_id = r.id where {where} group by {by}"
    ).format(month=_MONTH, told=told, where=lines.sql, by=by)
    return Predicate(text, lines.params)


def _heads(asked: Asked, alias: str) -> list[Predicate]:
    values = {"company_id": asked.company, "owner_id": asked.owner, "team_id": asked.team}
    return [
        Predicate(sql.SQL("{}.{} = %s").format(sql.Identifier(alias), sql.Identifier(column)), (value,))
        for column, value in values.items()
        if value is not None
    ]


def _clients(actor: Actor, asked: Asked, alias: str) -> list[Predicate]:
    """The condition on clients: those that the reader sees, and that meet it."""
    if not asked.by_client:
        return []
    party = shape_of("party")
    fields = readable(actor, party)
    parts = [Predicate(sql.SQL("sp.deleted_at is null")), scope(actor, party, "read", "sp")]
    for key, value in (("city", asked.city), ("source", asked.source)):
        if value:
            text = sql.SQL("k_fold(sp.{}) = k_fold(%s)").format(sql.Identifier(key))
            parts.append(Predicate(text, (value,)) if key in fields else _NEVER)
    if asked.segment is not None:
        members = compile_filter({"segment": asked.segment}, Context(actor, fields, "sp", shape=party))
        parts += [members] if members else []
    if not sees_clients(actor):
        parts.append(_NEVER)
    where = joined(parts)
    text = sql.SQL("{}.party_id in (select sp.id from party sp where {})").format(
        sql.Identifier(alias), where.sql
    )
    return [Predicate(text, where.params)]


def joined(parts: list[Predicate]) -> Predicate:
    """All of some conditions."""
    text = sql.SQL(" and ").join(sql.SQL("(") + p.sql + sql.SQL(")") for p in parts)
    params: tuple[Any, ...] = tuple(v for p in parts for v in p.params)
    return Predicate(text, params)
