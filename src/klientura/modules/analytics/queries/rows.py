"""The deals behind a figure of the funnel: the same conditions as the figure's own, and the reader's scope."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final, Literal, get_args

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, may, scope
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store.summaries import read_for_long
from klientura.modules.analytics.queries import change, comparing, snapshot
from klientura.modules.analytics.queries.asked import Asked, deals, in_period
from klientura.modules.analytics.queries.cohort import Step, ahead_of
from klientura.modules.analytics.queries.comparing import Dimension
from klientura.modules.analytics.queries.money import OF_DEAL, Money

type Kind = Literal[
    "all", "reached", "here", "lost", "won", "open", "elsewhere", "standing", "closed", "stays", "change"
]

KINDS: Final[tuple[Kind, ...]] = get_args(Kind.__value__)
MOST: Final = 500


@dataclass(frozen=True, slots=True)
class Figure:
    """A figure by its kind and what narrows it: a stage, a reason of loss («-»: none said), one value of a comparison, a part
    of a change. `past`: as the deals stood on the last day of the period."""

    kind: Kind
    stage: int | None = None
    reason: str = ""
    dimension: Dimension | None = None
    key: str = ""
    part: change.Part | None = None
    past: bool = False
    ended: bool = False


@dataclass(frozen=True, slots=True)
class Rows:
    """The deals of a figure with the largest sums, and how many there are."""

    rows: list[dict[str, Any]]
    number: int


COLUMNS: Final = (
    "id",
    "title",
    "party_id",
    "stage_id",
    "owner_id",
    "created_at",
    "closed_at",
    "amount",
    "currency",
    "loss_reason",
)


def of_figure(actor: Actor, asked: Asked, figure: Figure, steps: Sequence[Step], money: Money) -> Rows:
    """The deals behind a figure. What a figure cannot be narrowed by has no rows."""
    if figure.kind == "change":
        inner, params = change.statement(actor, asked, money)
        part = change.only(figure.part) if figure.part else Predicate(sql.SQL("true"))
        which = sql.SQL("select s.id, {sum} as sum from ({inner}) s where {part}").format(
            sum=_moved(figure.part), inner=inner, part=part.sql
        )
        return _read(actor, which, params)
    if figure.kind == "standing" and figure.past:
        return _stood(actor, asked, figure, money)
    more = _conditions(actor, asked, figure, steps)
    wide = figure.dimension not in (None, "owner", "team")
    source = deals(actor, asked, *more, wide=wide)
    which = sql.SQL("select c.opportunity_id as id, {} as sum from {} where {}").format(
        money.of(*OF_DEAL), source.tables, source.where.sql
    )
    return _read(actor, which, source.where.params)


def _moved(part: change.Part | None) -> sql.SQL:
    """What a deal adds to a part."""
    if part in ("grown", "shrunk"):
        return sql.SQL("s.change")
    return sql.SQL("s.brought") if part in change.CAME or part == "start" else sql.SQL("s.took")


def _stood(actor: Actor, asked: Asked, figure: Figure, money: Money) -> Rows:
    source = deals(actor, asked)
    at = snapshot.at_moment(asked.ends)
    stage = (
        sql.SQL("true")
        if figure.stage is None
        else sql.SQL("a.stage_id = {}").format(sql.Literal(figure.stage))
    )
    which = sql.SQL(
        "select c.opportunity_id as id, {} as sum from {} join ({}) a on a.opportunity_id = c.opportunity_id"
        " where a.pipeline_id = {} and {} and {}"
    ).format(
        money.of(sql.SQL("a.amount"), sql.SQL("a.currency")), source.tables, at, sql.Literal(asked.pipeline), stage, source.where.sql,
    )  # fmt: skip
    return _read(actor, which, source.where.params)


def _read(actor: Actor, which: sql.Composable, params: Sequence[Any]) -> Rows:
    """The deals themselves; clients only as far as the reader sees them."""
    party = shape_of("party")
    sees = scope(actor, party, "read", "p") if may(actor, party, "read") else Predicate(sql.SQL("false"))
    text = sql.SQL(
        "select {columns}, p.title, f.sum, f.number from (select id, sum, count(*) over () as number from ({which}) w"
        " order by sum desc nulls last, id desc limit {most}) f join opportunity r on r.id = f.id"
        " left join party p on p.id = r.party_id and p.deleted_at is null and {sees} order by f.sum desc nulls last, f.id desc"
    ).format(
        columns=sql.SQL(", ").join(sql.SQL("r.{}").format(sql.Identifier(c)) for c in COLUMNS),
        which=which,
        most=sql.Literal(MOST),
        sees=sees.sql,
    )
    found = read_for_long(text, (*params, *sees.params))
    keys = (*COLUMNS, "party", "sum", "number")
    rows = [dict(zip(keys, row, strict=True)) for row in found]
    return Rows(rows, rows[0]["number"] if rows else 0)


def _conditions(actor: Actor, asked: Asked, figure: Figure, steps: Sequence[Step]) -> list[Predicate]:
    by_kind = {kind: [s.id for s in steps if s.kind == kind] for kind in ("open", "won", "lost")}
    if figure.kind == "standing":
        found = [Predicate(sql.SQL("c.status = 'open' and c.pipeline_id = %s"), (asked.pipeline,))]
        return [*found, *_at(figure.stage)]
    if figure.kind == "closed":
        text = sql.SQL("c.closed_at >= %s and c.closed_at < %s and c.stage_id = any(%s)")
        return [Predicate(text, (asked.begins, asked.ends, by_kind["lost" if figure.ended else "won"]))]
    found = [in_period(asked, [s.id for s in steps])]
    if figure.kind == "reached" and figure.stage is not None:
        found.append(Predicate(sql.SQL("c.reached && %s::bigint[]"), (ahead_of(steps, figure.stage),)))
    elif figure.kind == "here":
        found += _at(figure.stage)
    elif figure.kind == "stays":
        found.append(_stayed(figure))
    elif figure.kind in by_kind:
        found.append(Predicate(sql.SQL("c.stage_id = any(%s)"), (by_kind[figure.kind],)))
        if figure.kind == "lost" and figure.stage is not None:
            found.append(Predicate(sql.SQL("c.came_from_id = %s"), (figure.stage,)))
    elif figure.kind == "elsewhere":
        found.append(Predicate(sql.SQL("c.stage_id <> all(%s)"), ([s.id for s in steps],)))
    if figure.reason:
        said = figure.reason != "-"
        text = sql.SQL("c.loss_reason = %s") if said else sql.SQL("c.loss_reason is null")
        found.append(Predicate(text, (figure.reason,) if said else ()))
    if figure.dimension is not None:
        found.append(comparing.only(actor, figure.dimension, figure.key) or Predicate(sql.SQL("false")))
    return found


def _at(stage: int | None) -> list[Predicate]:
    return [] if stage is None else [Predicate(sql.SQL("c.stage_id = %s"), (stage,))]


def _stayed(figure: Figure) -> Predicate:
    text = sql.SQL(
        "c.opportunity_id in (select v.opportunity_id from opportunity_visit v where v.stage_id = %s and (v.left_at is not null) = %s)"
    )
    return Predicate(text, (figure.stage, figure.ended))
