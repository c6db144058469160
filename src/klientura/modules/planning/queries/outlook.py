"""What open deals promise: by how far they are counted on, by month of their closing dates, by person or team; one statement."""

import datetime as dt
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final, Literal, get_args

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, may, readable, scope
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.summaries import read_for_long
from klientura.modules.catalog.queries.money import Money
from klientura.modules.planning.queries.facts import SHARES, TEAMS, Rows, share_of

type Category = Literal["omitted", "pipeline", "best", "commit"]
type OutlookBy = Literal["owner", "team", "company"]

CATEGORIES: Final[tuple[Category, ...]] = get_args(Category.__value__)
NEEDED: Final = frozenset({"status", "stage", "close_date", "amount", "currency", "forecast", "probability"})
MOST: Final = 500
# As was said of the deal, else of its stage.
_CATEGORY: Final = sql.SQL("coalesce(r.forecast, t.forecast)")
_KEYS: Final[dict[OutlookBy, str]] = {
    "owner": "coalesce(w.user_id, r.owner_id)",
    "team": "r.team_id",
    "company": "null::bigint",
}


@dataclass(frozen=True, slots=True)
class Ahead:
    """Which deals: to be closed within some days (both included), by whom or of whom; `today` parts the overdue ones."""

    first: dt.date
    last: dt.date
    today: dt.date
    by: OutlookBy = "company"
    owner: int | None = None
    team: int | None = None


@dataclass(slots=True)
class Promise:
    """What deals come to, weighted by their probability, and how many they are."""

    money: Decimal = Decimal(0)
    weighted: Decimal = Decimal(0)
    number: int = 0

    def add(self, money: Decimal, weighted: Decimal, number: int) -> None:
        """These too."""
        self.money += money
        self.weighted += weighted
        self.number += number


@dataclass(slots=True)
class Outlook:
    """Promises by key, month and category; those whose day has passed, and those without a day, stand apart by key."""

    months: dict[tuple[Any, dt.date, Category], Promise] = field(default_factory=dict)
    overdue: dict[Any, Promise] = field(default_factory=dict)
    undated: dict[Any, Promise] = field(default_factory=dict)
    without_rate: int = 0

    def of(self, key: Any, first: dt.date, last: dt.date, category: Category) -> Promise:
        """What one key has in a category within some months; `*` is all keys."""
        found = Promise()
        for (each, month, kind), promise in self.months.items():
            if kind == category and first <= month <= last and key in ("*", each):
                found.add(promise.money, promise.weighted, promise.number)
        return found


def sees_forecast(actor: Actor) -> bool:
    """Whether the reader may ask what deals promise."""
    shape = shape_of("opportunity")
    return (
        may(actor, shape, "read")
        and may(actor, shape_of("stage"), "read")
        and set(readable(actor, shape)) >= NEEDED
    )


def outlook(actor: Actor, ahead: Ahead, money: Money) -> Outlook:
    """Open deals until the last day, those without one among them."""
    inner, params = _statement(actor, ahead, money)
    text = sql.SQL(
        "select q.key, case when q.day is null then 'undated' when q.day < {today} then 'overdue' else q.category end as category,"
        " case when q.day >= {today} then date_trunc('month', q.day)::date end as month, coalesce(sum(q.sum), 0),"
        " coalesce(sum(round(q.sum * q.chance / 100, 2)), 0), count(distinct q.id), count(distinct q.id) filter (where q.unknown)"
        " from ({inner}) q group by 1, 2, 3"
    ).format(today=sql.Literal(ahead.today), inner=inner)
    made = Outlook()
    for key, category, month, total, weighted, number, unknown in read_for_long(text, params):
        if category in ("undated", "overdue"):
            place = made.undated if category == "undated" else made.overdue
            place.setdefault(key, Promise()).add(total, weighted, number)
        else:
            made.months.setdefault((key, month, category), Promise()).add(total, weighted, number)
        made.without_rate += unknown
    return made


def deals_of(actor: Actor, ahead: Ahead, money: Money, category: str) -> Rows:
    """The deals behind a figure: of a category, overdue ones, those without a day."""
    inner, params = _statement(actor, ahead, money)
    today, first = sql.Literal(ahead.today), sql.Literal(ahead.first)
    coming = sql.SQL("q.day >= {} and q.day >= {}").format(today, first)
    chosen = {
        "undated": sql.SQL("q.day is null"), "overdue": sql.SQL("q.day < {}").format(today),
    }.get(category) or sql.SQL("{} and q.category = {}").format(coming, sql.Literal(category))  # fmt: skip
    party = shape_of("party")
    known = scope(actor, party, "read", "c") if may(actor, party, "read") else Predicate(sql.SQL("false"))
    text = sql.SQL(
        "select f.id, r.title, r.owner_id, r.party_id, c.title, f.day, f.sum, f.chance, f.category, f.number, f.total from ("
        " select q.id, max(q.day) as day, sum(q.sum) as sum, max(q.chance) as chance, max(q.category) as category,"
        "  count(*) over () as number, sum(sum(q.sum)) over () as total from ({inner}) q where {chosen} group by q.id"
        "  order by sum(q.sum) desc nulls last, q.id desc limit {most}) f join opportunity r on r.id = f.id"
        " left join party c on c.id = r.party_id and c.deleted_at is null and {known} order by f.sum desc nulls last, f.id desc"
    ).format(inner=inner, chosen=chosen, most=sql.Literal(MOST), known=known.sql)
    keys = (
        "id",
        "title",
        "owner_id",
        "party_id",
        "party",
        "day",
        "sum",
        "chance",
        "category",
        "number",
        "total",
    )
    found = [dict(zip(keys, row, strict=True)) for row in read_for_long(text, (*params, *known.params))]
    return Rows(
        found, found[0]["number"] if found else 0, (found[0]["total"] if found else None) or Decimal(0)
    )


def _statement(actor: Actor, ahead: Ahead, money: Money) -> tuple[sql.Composable, tuple[Any, ...]]:
    """A row for each deal, or for each one's share in it."""
    split = ahead.by == "owner" or ahead.owner is not None
    amount, currency = sql.SQL("r.amount"), sql.SQL("r.currency")
    whole = money.of(amount, currency)
    mine = [
        Predicate(
            sql.SQL("r.status = 'open' and (r.close_date <= {} or r.close_date is null)").format(
                sql.Literal(ahead.last)
            )
        )
    ]
    if ahead.owner is not None:
        mine.append(
            Predicate(sql.SQL("coalesce(w.user_id, r.owner_id) = {}").format(sql.Literal(ahead.owner)))
        )
    if ahead.team is not None:
        mine.append(Predicate(TEAMS.format(team=sql.Literal(ahead.team))))
    where = conditions(actor, shape_of("opportunity"), more=mine)
    text = sql.SQL(
        "select r.id, {key} as key, r.close_date as day, {category} as category, coalesce(r.probability, 0) as chance, {sum} as sum,"
        " {unknown} as unknown from opportunity r join pipeline_stage t on t.id = r.stage_id{shares} where {where}"
    ).format(
        key=sql.SQL(_KEYS[ahead.by]), category=_CATEGORY, sum=share_of(whole) if split else whole, unknown=money.unknown(amount, currency),
        shares=SHARES if split else sql.SQL(""), where=where.sql,
    )  # fmt: skip
    return text, where.params


@dataclass(frozen=True, slots=True)
class Judged:
    """What a head expects, in the report's currency, and why."""

    id: int
    money: Decimal | None
    reason: str


def judged(actor: Actor, ahead: Ahead, money: Money) -> dict[Any, Judged]:
    """The heads' own forecasts of the month, by key, as far as the reader sees them."""
    shape = shape_of("forecast_judgement")
    if not may(actor, shape, "read"):
        return {}
    level = {"owner": "person", "team": "team", "company": "company"}[ahead.by]
    mine = Predicate(
        sql.SQL("r.starts_on = %s and r.level = %s and r.amount is not null"), (ahead.first, level)
    )
    where = conditions(actor, shape, more=[mine])
    key = sql.SQL({"owner": "r.owner_id", "team": "r.team_id"}.get(ahead.by, "null::bigint"))
    text = sql.SQL("select {}, r.id, {}, coalesce(r.reason, '') from forecast_judgement r where {}").format(
        key, money.of(sql.SQL("r.amount"), sql.SQL("r.currency")), where.sql
    )
    return {key: Judged(pk, value, reason) for key, pk, value, reason in read_for_long(text, where.params)}
