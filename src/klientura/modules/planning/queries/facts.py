"""What came of plans: won deals, orders in force, payments that found their invoices; one statement for each measure.

What the reader does not see is in no figure, so that every figure is the sum of the rows that it opens.
"""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, may, scope
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.days import beginning_of, company_zone, end_of
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.summaries import read_for_long
from klientura.modules.catalog.queries.money import Money
from klientura.modules.planning.queries.asked import OBJECTS, Asked

MOST: Final = 500
_CURRENCY: Final = sql.SQL("r.currency")
_LINES: Final = {
    "opportunity": ("opportunity_line", "opportunity_id"),
    "order": ("sales_order_line", "order_id"),
}
# A deal that several people sold is each one's by the share; the parts are cut so that together they are the whole.
SHARES: Final = sql.SQL(
    " left join lateral (select s.user_id, s.percent, sum(s.percent) over (order by s.position, s.id) as upto"
    " from opportunity_share s where s.opportunity_id = r.id) w on true"
)
# A product belongs to its branch of the catalogue and to those above.
_BRANCHES: Final = sql.SQL(
    " join product p on p.id = l.product_id join (with recursive up as (select id, id as above from product_category union"
    " select u.id, c.parent_id from up u join product_category c on c.id = u.above where c.parent_id is not null)"
    " select id, above from up) b on b.id = p.category_id"
)
TEAMS: Final = sql.SQL(
    "r.team_id in (with recursive below as (select id from access_team where id = {team} union"
    " select t.id from access_team t join below b on t.parent_id = b.id) select id from below)"
)


@dataclass(slots=True)
class Sum:
    """So much, and of how many records."""

    money: Decimal = Decimal(0)
    number: int = 0


@dataclass(slots=True)
class Facts:
    """By key and month; how many records have a sum that no rate is known for; how keys that are texts are written."""

    sums: dict[tuple[Any, dt.date], Sum] = field(default_factory=dict)
    without_rate: int = 0
    names: dict[Any, str] = field(default_factory=dict)

    def by_key(self) -> dict[Any, Sum]:
        """All months together."""
        found: dict[Any, Sum] = {}
        for (key, _month), each in self.sums.items():
            whole = found.setdefault(key, Sum())
            whole.money += each.money
            whole.number += each.number
        return found


def facts(actor: Actor, asked: Asked, money: Money) -> Facts:
    """What came in the stretch of days, by what is asked and by month."""
    inner, params = _statement(actor, asked, money)
    text = sql.SQL(
        "select q.key, date_trunc('month', q.day)::date, sum(q.sum), count(distinct q.id), count(distinct q.id) filter (where q.unknown),"
        " min(q.name) from ({}) q group by 1, 2"
    ).format(inner)
    made = Facts()
    for key, month, total, number, unknown, name in read_for_long(text, params):
        made.sums[key, month] = Sum(total or Decimal(0), number)
        made.without_rate += unknown
        if name:
            made.names[key] = name
    return made


def by_day(actor: Actor, asked: Asked, money: Money) -> list[tuple[dt.date, Sum]]:
    """What came on each day on which something did."""
    inner, params = _statement(actor, asked, money)
    text = sql.SQL("select q.day, sum(q.sum), count(distinct q.id) from ({}) q group by 1 order by 1").format(
        inner
    )
    return [(day, Sum(total or Decimal(0), number)) for day, total, number in read_for_long(text, params)]


@dataclass(frozen=True, slots=True)
class Rows:
    """The records behind a figure, the largest first, and how many there are."""

    rows: list[dict[str, Any]]
    number: int
    total: Decimal


def rows(actor: Actor, asked: Asked, money: Money, key: Any) -> Rows:
    """The records behind one key of what is asked (None: those without one), with what each adds to the figure."""
    inner, params = _statement(actor, asked, money)
    chosen = (
        sql.SQL("q.key is not distinct from {}").format(sql.Literal(key)) if key != "*" else sql.SQL("true")
    )
    party = shape_of("party")
    known = scope(actor, party, "read", "c") if may(actor, party, "read") else Predicate(sql.SQL("false"))
    text = sql.SQL(
        "select f.id, r.title, r.owner_id, r.party_id, c.title, f.day, f.sum, f.number, f.total from ("
        " select g.id, g.day, g.sum, count(*) over () as number, sum(g.sum) over () as total from ("
        "  select q.id, max(q.day) as day, sum(q.sum) as sum from ({inner}) q where {chosen} group by q.id) g"
        " order by g.sum desc nulls last, g.id desc limit {most}) f join {table} r on r.id = f.id"
        " left join party c on c.id = r.party_id and c.deleted_at is null and {known} order by f.sum desc nulls last, f.id desc"
    ).format(
        inner=inner, chosen=chosen, most=sql.Literal(MOST), table=sql.Identifier(shape_of(OBJECTS[asked.measure]).table), known=known.sql,
    )  # fmt: skip
    keys = ("id", "title", "owner_id", "party_id", "party", "day", "sum", "number", "total")
    found = [dict(zip(keys, row, strict=True)) for row in read_for_long(text, (*params, *known.params))]
    return Rows(
        found, found[0]["number"] if found else 0, (found[0]["total"] if found else None) or Decimal(0)
    )


def _statement(actor: Actor, asked: Asked, money: Money) -> tuple[sql.Composable, tuple[Any, ...]]:
    """A row for each part of a record that counts: its number, the key, the day, the sum."""
    shape = shape_of(OBJECTS[asked.measure])
    tables, amount = _tables(shape.key, shape.table, asked)
    day, period = _days(asked)
    mine = [Predicate(period), *_narrow(asked)]
    where = conditions(actor, shape, more=mine)
    client = _client(actor) if asked.of_city else Predicate(sql.SQL(""))
    key, name = _key(asked)
    text = sql.SQL(
        "select r.id, {key} as key, {name} as name, {day} as day, {sum} as sum, {unknown} as unknown from {tables} where {where}"
    ).format(
        key=key, name=name, day=day, sum=_part(asked, money.of(amount, _CURRENCY)), unknown=money.unknown(amount, _CURRENCY),
        tables=tables + client.sql, where=where.sql,
    )  # fmt: skip
    return text, (*client.params, *where.params)


def _client(actor: Actor) -> Predicate:
    """The client of a record, by whose city it is asked, where the reader sees the client."""
    party = shape_of("party")
    known = scope(actor, party, "read", "pc") if may(actor, party, "read") else Predicate(sql.SQL("false"))
    text = sql.SQL(" left join party pc on pc.id = r.party_id and pc.deleted_at is null and {}")
    return Predicate(text.format(known.sql), known.params)


def _split(asked: Asked) -> bool:
    """Whether a deal is shared out among those whose sale it is."""
    return asked.measure == "won_sum" and (asked.by == "owner" or asked.owner is not None)


def _part(asked: Asked, whole: sql.Composable) -> sql.Composable:
    return share_of(whole) if _split(asked) else whole


def share_of(whole: sql.Composable) -> sql.Composable:
    """What one of those who sold it has of a sum; all of it where nobody shares."""
    return sql.SQL(
        "case when w.user_id is null then {m} else round({m} * w.upto / 100, 2) - round({m} * (w.upto - w.percent) / 100, 2) end"
    ).format(m=whole)


def _tables(key: str, table: str, asked: Asked) -> tuple[sql.Composable, sql.Composable]:
    """What stands behind FROM, and the sum that is counted."""
    tables: sql.Composable = sql.SQL("{} r").format(sql.Identifier(table))
    amount: sql.Composable = sql.SQL("r.amount")
    if asked.measure == "paid_sum":
        tables += sql.SQL(" join payment_allocation a on a.invoice_id = r.id and a.undone_at is null")
        amount = sql.SQL("a.amount")
    if asked.of_goods:
        lines, parent = _LINES[key]
        tables += sql.SQL(" join {} l on l.{} = r.id").format(sql.Identifier(lines), sql.Identifier(parent))
        amount = sql.SQL("l.total")
        if asked.by == "category" or asked.category is not None:
            tables += _BRANCHES
    if _split(asked):
        tables += SHARES
    return tables, amount


def _days(asked: Asked) -> tuple[sql.Composable, sql.Composable]:
    """The day on which something counts, by the company's clock, and which of them are asked for."""
    if OBJECTS[asked.measure] == "opportunity":
        day = sql.SQL("(r.closed_at at time zone {})::date").format(sql.Literal(str(company_zone())))
        text = "r.status = 'won' and r.closed_at >= {} and r.closed_at < {}"
        return day, sql.SQL(text).format(
            sql.Literal(beginning_of(asked.first)), sql.Literal(end_of(asked.last))
        )
    if asked.measure == "order_sum":
        text = "r.status in ('confirmed', 'done') and r.issued_on >= {} and r.issued_on <= {}"
        return sql.SQL("r.issued_on"), sql.SQL(text).format(sql.Literal(asked.first), sql.Literal(asked.last))
    text = "a.day >= {} and a.day <= {}"
    return sql.SQL("a.day"), sql.SQL(text).format(sql.Literal(asked.first), sql.Literal(asked.last))


def _key(asked: Asked) -> tuple[sql.Composable, sql.Composable]:
    """By what it is told apart, and how that is written where it is a text."""
    none = sql.SQL("null::text")
    match asked.by:
        case "owner":
            return (
                sql.SQL("coalesce(w.user_id, r.owner_id)") if _split(asked) else sql.SQL("r.owner_id")
            ), none
        case "team":
            return sql.SQL("r.team_id"), none
        case "product":
            return sql.SQL("l.product_id"), none
        case "category":
            return sql.SQL("b.above"), none
        case "city":
            return sql.SQL("k_fold(pc.city)"), sql.SQL("pc.city")
    return sql.SQL("null::bigint"), none


def _narrow(asked: Asked) -> list[Predicate]:
    found: list[sql.Composable] = []
    if asked.owner is not None:
        who = "coalesce(w.user_id, r.owner_id) = {}" if _split(asked) else "r.owner_id = {}"
        found.append(sql.SQL(who).format(sql.Literal(asked.owner)))
    if asked.team is not None:
        found.append(TEAMS.format(team=sql.Literal(asked.team)))
    if asked.product is not None:
        found.append(sql.SQL("l.product_id = {}").format(sql.Literal(asked.product)))
    if asked.category is not None:
        found.append(sql.SQL("b.above = {}").format(sql.Literal(asked.category)))
    if asked.city:
        found.append(sql.SQL("k_fold(pc.city) = k_fold({})").format(sql.Literal(asked.city)))
    return [Predicate(text) for text in found]


def teams_above() -> dict[int, int | None]:
    """Each team with the one above it."""
    with connection.cursor() as cursor:
        cursor.execute("select id, parent_id from access_team")
        return dict(cursor.fetchall())
