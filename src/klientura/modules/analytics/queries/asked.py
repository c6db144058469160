"""What a funnel is made of: a pipeline, a stretch of days, and which of the deals that the reader sees."""

import datetime as dt
from dataclasses import dataclass, replace
from typing import Any, Final

from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate, may, readable, readable_parts, scope
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.filters import Tree, compile_filter
from klientura.kernel.store.operators import Context

NEEDED: Final = ("pipeline", "stage", "status", "created_at", "closed_at", "stage_changed_at")
MONEY: Final = ("amount", "currency")
EVERY_DEAL: Final = sql.SQL("opportunity_course c")
WITH_DEALS: Final = sql.SQL("opportunity_course c join opportunity r on r.id = c.opportunity_id")


@dataclass(frozen=True, slots=True)
class Asked:
    """What is asked: days (both included), and by whom, of what, from where. `entered` is a stage: then not the deals made
    in the period are followed, but those that came to the stage in it."""

    pipeline: int
    first: dt.date
    last: dt.date
    currency: str
    entered: int | None = None
    owner: int | None = None
    team: int | None = None
    product: int | None = None
    source: str = ""
    city: str = ""
    segment: int | None = None
    close_first: dt.date | None = None
    close_last: dt.date | None = None

    @property
    def begins(self) -> dt.datetime:
        """The first moment, by the reader's clock."""
        return midnight(self.first)

    @property
    def ends(self) -> dt.datetime:
        """The first moment after it."""
        return midnight(self.last + dt.timedelta(days=1))

    @property
    def rate_day(self) -> dt.date:
        """The day whose exchange rates hold: the last one, or today when it is still to come."""
        return min(self.last, timezone.localdate())

    def shifted(self, days: int) -> "Asked":
        """The same of so many days earlier."""
        earlier = dt.timedelta(days=days)
        return replace(self, first=self.first - earlier, last=self.last - earlier)


@dataclass(frozen=True, slots=True)
class Source:
    """Where figures come from: what stands behind FROM (deals are `c`, and `r` where one looks at more), and which of it."""

    tables: sql.Composable
    where: Predicate


def midnight(day: dt.date) -> dt.datetime:
    """When a day of the reader begins."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def opportunity() -> Shape:
    """The Shape of deals."""
    return shape_of("opportunity")


def sees(actor: Actor, *keys: str) -> bool:
    """Whether the reader may ask about deals at all, and by these fields."""
    return may(actor, opportunity(), "read") and {*NEEDED, *keys} <= set(readable(actor, opportunity()))


def sees_money(actor: Actor) -> bool:
    """Whether sums are open to the reader."""
    return set(MONEY) <= set(readable(actor, opportunity()))


def deals(actor: Actor, asked: Asked, *more: Predicate, wide: bool = False) -> Source:
    """The deals that are asked for, without the period. Whoever sees all and asks of all reads the narrow rows alone."""
    chosen = [*_chosen(actor, asked)]
    parts = [Predicate(sql.SQL("c.live")), *more]
    if not wide and not chosen and scope(actor, opportunity(), "read").is_everything:
        return Source(EVERY_DEAL, _joined(parts))
    where = conditions(actor, opportunity(), tree=_tree(asked), more=chosen)
    return Source(WITH_DEALS, _joined([where, *parts]))


def in_period(asked: Asked, stage_ids: list[int]) -> Predicate:
    """The cohort: deals of the pipeline made in the period, or those that came to a stage in it."""
    through = Predicate(sql.SQL("c.reached && %s::bigint[]"), (stage_ids,))
    if asked.entered is not None:
        text = sql.SQL(
            "c.opportunity_id in (select v.opportunity_id from opportunity_visit v where v.stage_id = %s and v.at >= %s and v.at < %s)"
        )
        return Predicate(text, (asked.entered, asked.begins, asked.ends))
    made = Predicate(sql.SQL("c.created_at >= %s and c.created_at < %s"), (asked.begins, asked.ends))
    return _joined([made, through])


def tree_of(asked: Asked) -> list[dict[str, Any]]:
    """The conditions on a deal's own fields, as a list of deals takes them."""
    fields = {"owner": asked.owner, "team": asked.team, "source": asked.source or None}
    return [{"field": key, "op": "eq", "value": value} for key, value in fields.items() if value is not None]


def only_own_fields(asked: Asked) -> bool:
    """Whether a list of deals can be filtered in the same way."""
    return not (asked.product or asked.city or asked.segment)


def _tree(asked: Asked) -> Tree:
    return {"and": tree_of(asked)}


def _chosen(actor: Actor, asked: Asked) -> list[Predicate]:
    """The conditions on what a deal is about and on its client, and whether there are any on its own fields."""
    found: list[Predicate] = []
    if tree_of(asked):
        found.append(Predicate(sql.SQL("true")))
    if asked.product is not None:
        inside = "lines" in readable_parts(actor, opportunity())
        text = sql.SQL(
            "exists (select 1 from opportunity_line l where l.opportunity_id = r.id and l.product_id = %s)"
        )
        found.append(Predicate(text, (asked.product,)) if inside else Predicate(sql.SQL("false")))
    if asked.city:
        found.append(
            _client(actor, Predicate(sql.SQL("k_fold(sp.city) = k_fold(%s)"), (asked.city,)), "city")
        )
    if asked.segment is not None:
        party = shape_of("party")
        context = Context(actor, readable(actor, party), "sp", shape=party)
        members = compile_filter({"segment": asked.segment}, context)
        found += [_client(actor, members)] if members else []
    return found


def _client(actor: Actor, condition: Predicate, *keys: str) -> Predicate:
    """Deals whose client the reader sees and meets a condition; none for whoever may not ask by its fields."""
    party = shape_of("party")
    if not set(keys) <= set(readable(actor, party)) or "party" not in readable(actor, opportunity()):
        return Predicate(sql.SQL("false"))
    where = _joined([scope(actor, party, "read", "sp"), condition])
    text = sql.SQL(
        "exists (select 1 from party sp where sp.id = r.party_id and sp.deleted_at is null and {})"
    ).format(where.sql)
    return Predicate(text, where.params)


def _joined(parts: list[Predicate]) -> Predicate:
    text = sql.SQL(" and ").join(sql.SQL("(") + p.sql + sql.SQL(")") for p in parts)
    return Predicate(text, tuple(v for p in parts for v in p.params))
