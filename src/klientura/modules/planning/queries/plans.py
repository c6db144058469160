"""The plans of a stretch of the calendar: of one length, or put together from shorter ones; whose, and what they differ by."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any, Final

from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store.compiler import conditions
from klientura.kernel.store.summaries import read_for_long
from klientura.modules.catalog.queries.money import Money
from klientura.modules.planning.queries.asked import Asked, sees_plans
from klientura.modules.planning.rules import PeriodKind

COARSEST: Final[tuple[PeriodKind, ...]] = ("year", "quarter", "month")
_LEVELS: Final[dict[str, str]] = {"owner": "person", "team": "team"}


@dataclass(slots=True)
class Planned:
    """The plan of one key: by the length of its stretches, and what the plans of its people come to."""

    by_period: dict[PeriodKind, Decimal] = field(default_factory=dict)
    of_people: Decimal | None = None

    @property
    def whole(self) -> Decimal | None:
        """The plan: that of the longest stretch there is one for; without any what those of the people come to."""
        return self.of_people if self.own is None else self.own

    @property
    def own(self) -> Decimal | None:
        """What was set for just this, of the longest stretch there is a plan for; not what others' plans come to."""
        return next((self.by_period[kind] for kind in COARSEST if kind in self.by_period), None)

    @property
    def parts(self) -> Decimal | None:
        """What shorter plans come to, when they differ from the longest."""
        found = [self.by_period[kind] for kind in COARSEST if kind in self.by_period]
        return next((each for each in found[1:] if each != found[0]), None)

    @property
    def people_differ(self) -> bool:
        """Whether the people are planned for something else than the whole."""
        return self.of_people is not None and self.of_people != self.whole


def planned(actor: Actor, asked: Asked, money: Money) -> dict[Any, Planned]:
    """The plans that lie within the asked days, by what is asked."""
    if not sees_plans(actor):
        return {}
    level = _level(asked)
    parts = [_in_days(asked), *_dimensions(asked), *_whose(asked, level)]
    counted = asked.measure == "won_count"
    parts.append(
        Predicate(sql.SQL("r.{} is not null").format(sql.Identifier("number" if counted else "amount")))
    )
    where = conditions(actor, shape_of("quota"), more=parts)
    value = sql.SQL("r.number::numeric") if counted else money.of(sql.SQL("r.amount"), sql.SQL("r.currency"))
    text = sql.SQL(
        "select r.level, {key}, r.period, coalesce(sum({value}), 0) from quota r where {where} group by 1, 2, 3"
    ).format(key=_key(asked), value=value, where=where.sql)
    made: dict[Any, Planned] = {}
    people: dict[Any, Planned] = {}
    for whose, key, period, total in read_for_long(text, where.params):
        (made if whose == level else people).setdefault(key, Planned()).by_period[period] = total
    _add_people(made, people)
    return made


def _add_people(made: dict[Any, Planned], people: Mapping[Any, Planned]) -> None:
    for key, each in people.items():
        made.setdefault(key, Planned()).of_people = each.whole


def _level(asked: Asked) -> str:
    """Whose plans are asked for: those of the people, of the teams, of the company."""
    if asked.by in _LEVELS:
        return _LEVELS[asked.by]
    return "person" if asked.owner is not None else "team" if asked.team is not None else "company"


def _in_days(asked: Asked) -> Predicate:
    text = sql.SQL("r.measure = %s and r.starts_on >= %s and r.ends_on <= %s")
    return Predicate(text, (asked.measure, asked.first, asked.last))


def _whose(asked: Asked, level: str) -> list[Predicate]:
    """Beside the plans of teams and of the company stand those of their people."""
    levels = [level] if asked.by not in ("team", "company") else [level, "person"]
    found = [Predicate(sql.SQL("r.level = any(%s)"), (levels,))]
    if asked.owner is not None:
        found.append(Predicate(sql.SQL("r.owner_id = %s"), (asked.owner,)))
    if asked.team is not None:
        below = sql.SQL(
            "(r.team_id = %s or (r.level = 'person' and r.team_id in (with recursive below as (select id from access_team where id = %s"
            " union select t.id from access_team t join below b on t.parent_id = b.id) select id from below)))"
        )
        found.append(Predicate(below, (asked.team, asked.team)))
    return found


def _dimensions(asked: Asked) -> list[Predicate]:
    """Just those plans that are made for what is asked: no plan of one product among those of all."""
    found = []
    for key, column, value in (
        ("product", "product_id", asked.product), ("category", "category_id", asked.category), ("city", "city", asked.city or None),
    ):  # fmt: skip
        name = sql.SQL("r.{}").format(sql.Identifier(column))
        if value is not None:
            match = sql.SQL("k_fold({}) = k_fold(%s)") if key == "city" else sql.SQL("{} = %s")
            found.append(Predicate(match.format(name), (value,)))
        else:
            found.append(
                Predicate(
                    sql.SQL("{} is {}").format(name, sql.SQL("not null" if asked.by == key else "null"))
                )
            )
    return found


def _key(asked: Asked) -> sql.Composable:
    columns = {
        "owner": "r.owner_id", "team": "r.team_id", "product": "r.product_id", "category": "r.category_id", "city": "k_fold(r.city)",
    }  # fmt: skip
    return sql.SQL(columns.get(asked.by, "null::bigint"))


def monthly_plans(actor: Actor, asked: Asked, money: Money) -> dict[dt.date, Decimal]:
    """The plans that are made for single months, of just whom or what is asked for: by the company, a person, a team or a group."""
    if not sees_plans(actor):
        return {}
    level = _level(asked)
    mine = Predicate(sql.SQL("r.level = %s and r.period = 'month' and r.amount is not null"), (level,))
    where = conditions(
        actor, shape_of("quota"), more=[_in_days(asked), *_dimensions(asked), *_whose(asked, level), mine]
    )
    text = sql.SQL("select r.starts_on, sum({}) from quota r where {} group by 1").format(
        money.of(sql.SQL("r.amount"), sql.SQL("r.currency")), where.sql
    )
    return {month: total for month, total in read_for_long(text, where.params) if total is not None}
