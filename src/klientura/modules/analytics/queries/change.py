"""What became of a pipeline's money between two moments: every deal enters, changes and leaves, and the parts add up.

A deal is in the pipeline at a moment when it is open in it and, where a stretch of closing dates is asked for, expected to
close within. Deals that came and went in between count as come and as gone, so that what was won is all that was won.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Final, Literal

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.store.summaries import read_for_long
from klientura.modules.analytics.queries.asked import Asked, deals
from klientura.modules.analytics.queries.cohort import Sum
from klientura.modules.analytics.queries.money import Money

type Part = Literal[
    "start", "new", "reopened", "moved_in", "from_pipeline", "grown", "shrunk", "won", "lost", "moved_out", "to_pipeline", "end",
]  # fmt: skip

CAME: Final[tuple[Part, ...]] = ("new", "reopened", "from_pipeline", "moved_in")
WENT: Final[tuple[Part, ...]] = ("won", "lost", "to_pipeline", "moved_out")
PARTS: Final[tuple[Part, ...]] = ("start", *CAME, "grown", "shrunk", *WENT, "end")

# The stays that overlap the stretch, but those of deals that were closed before it and remain so: each branch has its index.
_OVERLAPPING: Final = sql.SQL(
    "select * from opportunity_visit where left_at > {before} and at <= {after}"
    " union all select * from opportunity_visit where left_at is null and status = 'open' and at <= {after}"
    " union all select * from opportunity_visit where left_at is null and status in ('won', 'lost') and at > {before} and at <= {after}"
)
# Each deal that may have been in it at either moment or between them, with its stay at the one and at the other: what has no
# stay yet was not there.
_CANDIDATES: Final = sql.SQL(
    "select v.opportunity_id as id, max(v.status) filter (where v.at <= {before}) as then_status,"
    " max(v.pipeline_id) filter (where v.at <= {before}) as then_pipeline,"
    " max(v.status) filter (where v.left_at is null or v.left_at > {after}) as now_status,"
    " max(v.pipeline_id) filter (where v.left_at is null or v.left_at > {after}) as now_pipeline,"
    " max(v.at) filter (where v.left_at is null or v.left_at > {after}) as now_since"
    " from ({overlapping}) v group by 1 having bool_or(v.pipeline_id = {pipeline})"
)
_WORTH: Final = sql.SQL(
    "left join opportunity_worth {w} on {w}.opportunity_id = k.id and {w}.since <= {moment}"
    " and ({w}.until is null or {w}.until > {moment})"
)
# One row for each deal: what it brought when it came (or had), how that changed, what it took away when it went (or has).
_STEPS: Final = sql.SQL(
    "select q.id, q.unknown, case when q.then_in then 'start' when q.then_status is null then 'new' when q.then_status <> 'open' then 'reopened'"
    "  when q.then_pipeline <> {pipeline} then 'from_pipeline' else 'moved_in' end as came,"
    " case when q.then_in then q.then_money else q.now_money end as brought,"
    " case when q.then_in then q.now_money - q.then_money else 0 end as change,"
    " case when q.now_in then 'end' when q.now_status in ('won', 'lost') and q.now_pipeline = {pipeline} then q.now_status"
    "  when q.now_pipeline <> {pipeline} then 'to_pipeline' else 'moved_out' end as went, q.now_money as took from ({states}) q"
    " where q.then_in or q.now_in or (q.now_pipeline = {pipeline} and q.now_status <> 'open' and q.now_since > {before} and {closing})"
)
_STATES: Final = sql.SQL(
    "select k.*,"
    " coalesce(k.then_status = 'open' and k.then_pipeline = {pipeline} and {then_closing}, false) as then_in,"
    " coalesce(k.now_status = 'open' and k.now_pipeline = {pipeline} and {now_closing}, false) as now_in,"
    " coalesce({then_money}, 0) as then_money, coalesce({now_money}, 0) as now_money, ({then_unknown} or {now_unknown}) is true as unknown,"
    " wb.close_date from {tables} join ({candidates}) k on k.id = c.opportunity_id {then} {now} where {where}"
)


_OF: Final = {
    "a": (sql.SQL("wa.amount"), sql.SQL("wa.currency")),
    "b": (sql.SQL("wb.amount"), sql.SQL("wb.currency")),
}


@dataclass(slots=True)
class Change:
    """The parts of a change, in their order, and how many deals have an amount without a rate."""

    parts: dict[Part, Sum] = field(default_factory=dict)
    without_rate: int = 0


def waterfall(actor: Actor, asked: Asked, money: Money) -> Change:
    """From the first moment of the period to its end, or to now when that is still to come."""
    steps, params = statement(actor, asked, money)
    text = sql.SQL(
        "with s as materialized ({}) select part, count(*), sum(money) from ("
        " select came as part, brought as money from s"
        " union all select case when change > 0 then 'grown' else 'shrunk' end, change from s where change <> 0"
        " union all select went, case when went = 'end' then took else -took end from s) q group by 1"
        " union all select '', count(*), null from s where unknown"
    ).format(steps)
    made = Change({part: Sum() for part in PARTS})
    for part, number, total in read_for_long(text, params):
        if part:
            made.parts[part].add(number, total)
        else:
            made.without_rate = number
    return made


def statement(actor: Actor, asked: Asked, money: Money) -> tuple[sql.Composed, tuple[Any, ...]]:
    """A row for each deal that was in the pipeline at either moment or between them: number, parts, sums."""
    before, after = asked.begins, asked.ends
    source = deals(actor, asked)
    then, now = _OF["a"], _OF["b"]
    given: Mapping[str, Any] = {"pipeline": sql.Literal(asked.pipeline)}
    ends = {"before": sql.Literal(before), "after": sql.Literal(after)}
    states = _STATES.format(
        **given, then_closing=_closing(asked, sql.SQL("wa.close_date")), now_closing=_closing(asked, sql.SQL("wb.close_date")),
        then_money=money.of(*then), now_money=money.of(*now), then_unknown=money.unknown(*then), now_unknown=money.unknown(*now),
        candidates=_CANDIDATES.format(**given, **ends, overlapping=_OVERLAPPING.format(**ends)), tables=source.tables,
        then=_worth(before, "wa"), now=_worth(after, "wb"), where=source.where.sql,
    )  # fmt: skip
    closing = _closing(asked, sql.SQL("q.close_date"))
    text = _STEPS.format(**given, states=states, before=sql.Literal(before), closing=closing)
    return text, source.where.params


def only(part: Part) -> Predicate:
    """The deals of a part, among the rows of the statement."""
    if part in ("grown", "shrunk"):
        return Predicate(sql.SQL("s.change > 0") if part == "grown" else sql.SQL("s.change < 0"))
    column = sql.SQL("s.came") if part in CAME or part == "start" else sql.SQL("s.went")
    return Predicate(sql.SQL("{} = {}").format(column, sql.Literal(part)))


def _worth(moment: dt.datetime, name: str) -> sql.Composed:
    return _WORTH.format(moment=sql.Literal(moment), w=sql.Identifier(name))


def _closing(asked: Asked, column: sql.SQL) -> sql.Composable:
    """Whether a deal is expected to close in the stretch that is asked for; without one, whenever."""
    bounds = [(sql.SQL(">="), asked.close_first), (sql.SQL("<="), asked.close_last)]
    parts = [
        sql.SQL("{} {} {}").format(column, sign, sql.Literal(day)) for sign, day in bounds if day is not None
    ]
    if not parts:
        return sql.SQL("true")
    return sql.SQL("coalesce({}, false)").format(sql.SQL(" and ").join(parts))
