"""Plan and fact side by side, key by key: how much is done, how far the time is, what it comes to by the end."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import Team, User
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.days import company_today
from klientura.kernel.settings.working import working_time
from klientura.kernel.store import read
from klientura.modules.catalog.queries.money import Money, money_at
from klientura.modules.planning.queries.asked import Asked
from klientura.modules.planning.queries.facts import Sum, facts, teams_above
from klientura.modules.planning.queries.plans import Planned, planned
from klientura.modules.planning.rules import HUNDRED, Light, Pace, light, pace


@dataclass(frozen=True, slots=True)
class Standing:
    """One line: what was planned, what came, in the measure's own unit."""

    key: Any
    label: str
    plan: Planned
    actual: Decimal
    records: int
    pace: Pace

    @property
    def target(self) -> Decimal | None:
        """The plan in one number."""
        return self.plan.whole

    @property
    def done(self) -> Decimal | None:
        """So many per cent of the plan."""
        return round(HUNDRED * self.actual / self.target, 1) if self.target else None

    @property
    def expected(self) -> Decimal | None:
        """What it comes to by the end at this pace."""
        return self.pace.expected(self.actual)

    @property
    def gap(self) -> Decimal | None:
        """What is still missing; below zero: so much more."""
        return None if self.target is None else self.target - self.actual

    @property
    def light(self) -> Light:
        """How it stands against what should be there by now."""
        return light(self.actual, self.target, self.pace)


@dataclass(slots=True)
class Report:
    """All lines, those furthest behind first, and all of them in one."""

    lines: list[Standing] = field(default_factory=list)
    whole: Standing | None = None
    pace: Pace = field(default_factory=lambda: Pace(0, 0))
    without_rate: int = 0


def money_for(currency: str, last: dt.date, *, seen: bool = True) -> Money:
    """Sums in one currency by the rates of the last day, or of today when that is still to come."""
    return money_at(currency, min(last, company_today()), seen=seen)


def report(actor: Actor, asked: Asked, money: Money) -> Report:
    """Plan and fact of a stretch of days: two statements, and one for the names."""
    found = facts(actor, asked, money)
    counted = asked.measure == "won_count"
    actual = found.by_key()
    plans = planned(actor, asked, money)
    whole = Sum(sum((s.money for s in actual.values()), Decimal(0)), sum(s.number for s in actual.values()))
    if asked.by == "team":
        above = teams_above()
        actual = _with_those_below(actual, above)
        _people_below(plans, above)
    at = pace(asked.first, asked.last, company_today(), working_time())
    names = names_of(actor, asked, {*actual, *plans}, found.names)
    lines = [
        Standing(key, names.get(key, ""), plans.get(key, Planned()), _value(actual.get(key), counted), _number(actual.get(key)), at)
        for key in {*actual, *plans}
    ]  # fmt: skip
    lines = [each for each in lines if each.label]
    lines.sort(key=_furthest_behind)
    if asked.by in ("product", "category"):  # a deal has several products, a product several branches
        return Report(lines, None, at, found.without_rate)
    total = _total(asked, plans)
    return Report(
        lines, Standing(None, "", total, _value(whole, counted), whole.number, at), at, found.without_rate
    )


def _value(found: Sum | None, counted: bool) -> Decimal:
    return Decimal(0) if found is None else Decimal(found.number) if counted else found.money


def _number(found: Sum | None) -> int:
    return found.number if found else 0


def _furthest_behind(each: Standing) -> tuple[bool, Decimal, Decimal, str]:
    """What is planned and lacks most comes first, then what nobody planned, by size."""
    return not each.target, each.done if each.done is not None else Decimal(0), -each.actual, each.label


def _with_those_below(sums: Mapping[Any, Sum], above: Mapping[int, int | None]) -> dict[Any, Sum]:
    """What a team has is its own and that of the teams below it."""
    found: dict[Any, Sum] = {}
    for key, each in sums.items():
        for team in _upwards(key, above):
            whole = found.setdefault(team, Sum())
            whole.money += each.money
            whole.number += each.number
    return found


def _people_below(plans: dict[Any, Planned], above: Mapping[int, int | None]) -> None:
    mine = {key: each.of_people for key, each in plans.items() if each.of_people is not None}
    for each in plans.values():
        each.of_people = None
    for key, total in mine.items():
        for team in _upwards(key, above):
            place = plans.setdefault(team, Planned())
            place.of_people = (place.of_people or Decimal(0)) + total


def _upwards(team: Any, above: Mapping[int, int | None]) -> list[Any]:
    path = [team]
    while (team := above.get(team)) is not None and team not in path:
        path.append(team)
    return path


def _total(asked: Asked, plans: Mapping[Any, Planned]) -> Planned:
    """What the lines are planned for together; of teams those that stand highest, for these hold the others."""
    if asked.by == "company":
        return plans.get(None, Planned())
    known = {key: each.whole for key, each in plans.items() if each.whole is not None}
    if asked.by == "team":
        above = teams_above()
        known = {key: whole for key, whole in known.items() if not set(_upwards(key, above)[1:]) & set(known)}
    return Planned({"month": sum(known.values(), Decimal(0))}) if known else Planned()


def names_of(actor: Actor, asked: Asked, keys: set[Any], written: Mapping[Any, str]) -> dict[Any, str]:
    """What the keys are called, as far as that is open to the reader."""
    ids = sorted(k for k in keys if isinstance(k, int))
    match asked.by:
        case "owner":
            return dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))
        case "team":
            return dict(Team.objects.filter(pk__in=ids).values_list("pk", "name"))
        case "product":
            return dict(read.titles(actor, shape_of("product"), ids))
        case "category":
            return dict(read.titles(actor, shape_of("product_category"), ids))
        case "city":
            return {k: written.get(k, k) for k in keys if k}
    return {None: " "}
