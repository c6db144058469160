"""The cohort by person, team, product, city, source or segment: how many came, how they ended, for how much, how soon."""

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final, Literal

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, may, readable, readable_parts, scope
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.segments.reading import of_object
from klientura.kernel.store.filters import compile_filter
from klientura.kernel.store.operators import Context
from klientura.kernel.store.summaries import read_for_long
from klientura.kernel.web.requests import number
from klientura.modules.analytics.queries.asked import Asked, deals, in_period, opportunity
from klientura.modules.analytics.queries.cohort import Step
from klientura.modules.analytics.queries.money import OF_DEAL, Money

type Dimension = Literal["owner", "team", "product", "source", "city", "segment"]

DIMENSIONS: Final[tuple[Dimension, ...]] = ("owner", "team", "source", "product", "city", "segment")
MOST: Final = 100
MOST_SEGMENTS: Final = 30
_KEY: Final[dict[Dimension, sql.SQL]] = {
    "owner": sql.SQL("c.owner_id"), "team": sql.SQL("c.team_id"), "source": sql.SQL("k_fold(r.source)"),
    "product": sql.SQL("l.product_id"), "city": sql.SQL("k_fold(p.city)"), "segment": sql.SQL("g.id"),
}  # fmt: skip
_NAME: Final[dict[Dimension, sql.SQL]] = {
    "source": sql.SQL("min(r.source)"),
    "city": sql.SQL("min(p.city)"),
    "product": sql.SQL("min(w.title)"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One value of a dimension: its deals, how they ended, what the won ones brought, the median way to won in days."""

    key: Any
    name: str
    number: int
    won: int
    lost: int
    money: Decimal
    won_money: Decimal
    cycle: Decimal | None

    @property
    def open(self) -> int:
        """Deals that have not ended yet."""
        return self.number - self.won - self.lost

    @property
    def share(self) -> Decimal | None:
        """The share of won ones among all, per cent."""
        return Decimal(100) * self.won / self.number if self.number else None


def offered(actor: Actor) -> list[Dimension]:
    """By what the reader may compare."""
    deal, party = readable(actor, opportunity()), shape_of("party")
    clients = "party" in deal and may(actor, party, "read")
    open_to = {
        "owner": "owner" in deal, "team": "team" in deal, "source": "source" in deal, "product": "lines" in readable_parts(actor, opportunity()),
        "city": clients and "city" in readable(actor, party), "segment": clients,
    }  # fmt: skip
    return [each for each in DIMENSIONS if open_to[each]]


def by_dimension(
    actor: Actor, asked: Asked, dimension: Dimension, steps: Sequence[Step], money: Money
) -> list[Line]:
    """The values with the most deals. A deal with two products counts for both, with what it is worth as a whole."""
    wide = dimension not in ("owner", "team")
    source = deals(actor, asked, in_period(asked, [s.id for s in steps]), wide=wide)
    joined = _joined(actor, dimension)
    won, lost = (sql.Literal([s.id for s in steps if s.kind == kind]) for kind in ("won", "lost"))
    text = sql.SQL(
        "select {key}, {name}, count(*), count(*) filter (where c.stage_id = any({won})), count(*) filter (where c.stage_id = any({lost})),"
        " sum({m}), sum({m}) filter (where c.stage_id = any({won})),"
        " percentile_cont(0.5) within group (order by extract(epoch from c.closed_at - c.created_at) / 86400.0)"
        "  filter (where c.stage_id = any({won}))"
        " from {tables} {joined} where {where} group by 1 order by 3 desc, 1 limit {most}"
    ).format(
        key=_KEY[dimension], name=_NAME.get(dimension, sql.SQL("null::text")), won=won, lost=lost, m=money.of(*OF_DEAL),
        tables=source.tables, joined=joined.sql, where=source.where.sql, most=sql.Literal(MOST),
    )  # fmt: skip
    return [_line(*row) for row in read_for_long(text, (*joined.params, *source.where.params))]


def _joined(actor: Actor, dimension: Dimension) -> Predicate:
    """What else is read for a dimension: of clients, those that the reader sees."""
    if dimension == "product":
        return Predicate(
            sql.SQL(
                "left join lateral (select distinct product_id from opportunity_line where opportunity_id = r.id) l on true"
                " left join product w on w.id = l.product_id"
            )
        )
    if dimension == "city":
        allowed = scope(actor, shape_of("party"), "read", "p")
        text = sql.SQL("left join party p on p.id = r.party_id and p.deleted_at is null and {}")
        return Predicate(text.format(allowed.sql), allowed.params)
    if dimension == "segment":
        return members_of_segments(actor, "r")
    return Predicate(sql.SQL(""))


def members_of_segments(actor: Actor, alias: str) -> Predicate:
    """The sets of clients that are open to the reader, each with the clients in it that they see; joined to what has a client."""
    party = shape_of("party")
    parts: list[Predicate] = []
    allowed = scope(actor, party, "read", "sp")
    for segment_id in segment_ids(actor):
        try:
            inside = compile_filter(
                {"segment": segment_id}, Context(actor, readable(actor, party), "sp", shape=party)
            )
        except BadRequest:  # its rule asks for what is not open to the reader, or not there any more
            continue
        if inside is not None:
            text = sql.SQL(
                "select {}::bigint as id, sp.id as party_id from party sp where sp.deleted_at is null and {} and {}"
            )
            parts.append(
                Predicate(
                    text.format(sql.Literal(segment_id), allowed.sql, inside.sql),
                    (*allowed.params, *inside.params),
                )
            )
    if not parts:
        return Predicate(
            sql.SQL("join (select null::bigint as id, null::bigint as party_id where false) g on true")
        )
    either = sql.SQL(" union all ").join(p.sql for p in parts)
    return Predicate(
        sql.SQL("join ({}) g on g.party_id = {}.party_id").format(either, sql.Identifier(alias)),
        tuple(v for p in parts for v in p.params),
    )


def segment_ids(actor: Actor) -> list[int]:
    """The sets of clients that are compared, whatever kind of client they hold."""
    found = {s.pk: s for key in ("party", "organisation", "person") for s in of_object(actor, shape_of(key))}
    return sorted(found)[:MOST_SEGMENTS]


def _line(
    key: Any, name: str | None, number: int, won: int, lost: int, money: Any, won_money: Any, cycle: Any
) -> Line:
    days = None if cycle is None else Decimal(str(cycle)).quantize(Decimal("0.1"))
    return Line(key, name or "", number, won, lost, money or Decimal(0), won_money or Decimal(0), days)


def only(actor: Actor, dimension: Dimension, key: str) -> Predicate | None:
    """The deals of one value, as a row of the comparison names it («-» for none); None for what cannot be one."""
    joined, column = _joined(actor, dimension), _KEY[dimension]
    value: int | str | None = None if key == "-" else key
    if value is not None and dimension not in ("source", "city"):
        value = number(key)
        if value is None:
            return None
    same = sql.SQL("{} is null") if value is None else sql.SQL("{} = %s")
    if not joined.params and dimension in ("owner", "team", "source"):
        return Predicate(same.format(column), () if value is None else (value,))
    text = sql.SQL("c.opportunity_id in (select r.id from opportunity r {} where {})").format(
        joined.sql, same.format(column)
    )
    return Predicate(text, (*joined.params, *(() if value is None else (value,))))
