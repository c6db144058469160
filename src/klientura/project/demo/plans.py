"""Plans of the demo: somewhat more than the sellers do in a year, by the season; their teams and the company above that."""

import datetime as dt
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.installation import current
from klientura.kernel.store import read, write
from klientura.kit.sums import shared_out
from klientura.modules.planning.enums import Dimension
from klientura.modules.planning.queries.sheet import Place, Sheet, earlier
from klientura.modules.planning.queries.sold import day_of, number_of, sales_by
from klientura.modules.planning.queries.standing import money_for
from klientura.project.demo.team import Owner

MAKER: Final = SystemActor("demo")
GROWTH: Final = Decimal("1.15")
STRETCH: Final = Decimal("1.05")
ROUND: Final = Decimal(10_000)
SEASON: Final = tuple(Decimal(part) for part in (6, 7, 8, 8, 7, 8, 8, 8, 9, 10, 10, 11))
LEAST: Final = Decimal(600_000)


def write_plans(owners: Sequence[Owner], operation_id: int, *, now: dt.datetime) -> int:
    """Write the plans of this year as a part of the demo's operation; return how many records."""
    currency = current().currency
    # Of the year that is running: the year before is often not whole in a demo.
    came = earlier(
        MAKER, Sheet(now.year + 1, "won_sum", "month", "owner", currency), money_for(currency, now.date())
    )
    people = {o.user_id: o.team_id for o in owners if o.user_id is not None}
    months = [dt.date(now.year, month, 1) for month in range(1, 13)]
    parts: dict[Place, Decimal] = {}
    for person in people:
        year = sum((value for (row, _column), value in came.items() if row == person), Decimal(0))
        shares = shared_out(max(LEAST, year * GROWTH), SEASON)
        parts |= {(person, month): _round(share) for month, share in zip(months, shares, strict=True)}
    records = [_plan(currency, place[1], "month", value, owner=place[0]) for place, value in parts.items()]
    records += _of_teams(currency, parts, people)
    year = sum(parts.values(), Decimal(0))
    records.append(_plan(currency, dt.date(now.year, 1, 1), "year", _round(year * STRETCH)))
    records += _of_orders(currency, now.date())
    there = _planned(now.year)
    records = [
        r for r in records if (_level(r), r["measure"], r["starts_on"]) not in there
    ]  # what people have planned themselves stays
    return (
        0
        if not records
        else len(write.create_many(MAKER, shape_of("quota"), records, operation_id=operation_id))
    )


def _of_orders(currency: str, today: dt.date) -> list[dict[str, Any]]:
    """The company's plan of orders for this month and those behind it: somewhat more than a year before."""
    this = number_of(today)
    found = sales_by(Dimension.COMPANY, day_of(this - 1))
    came = next(iter(found.values())).months if found else {}
    months = {day_of(month): came.get(day_of(month - 12)) for month in range(this, this + 12)}
    return [
        {**_plan(currency, month, "month", _round(before * GROWTH)), "measure": "order_sum"} for month, before in months.items() if before
    ]  # fmt: skip


def _of_teams(
    currency: str, parts: Mapping[Place, Decimal], people: Mapping[int, int | None]
) -> list[dict[str, Any]]:
    """Each team is planned for a quarter a little above its people."""
    sums: dict[tuple[int, dt.date], Decimal] = {}
    for (person, month), value in parts.items():
        if person is not None and (team := people.get(person)) is not None:
            place = (team, month.replace(month=(month.month - 1) // 3 * 3 + 1))
            sums[place] = sums.get(place, Decimal(0)) + value
    return [
        _plan(currency, quarter, "quarter", _round(value * STRETCH), team=team)
        for (team, quarter), value in sums.items()
    ]


def _plan(
    currency: str,
    day: dt.date,
    period: str,
    amount: Decimal,
    *,
    owner: int | None = None,
    team: int | None = None,
) -> dict[str, Any]:
    return {
        "owner": owner, "team": team, "measure": "won_sum", "period": period, "starts_on": day.isoformat(), "amount": str(amount),
        "currency": currency,
    }  # fmt: skip


def _level(record: Mapping[str, Any]) -> str:
    return "person" if record["owner"] else "team" if record["team"] else "company"


def _planned(year: int) -> set[tuple[str, str, str]]:
    """For whom there are plans of the year already, and from which days."""
    days = {
        "and": [
            {"field": "starts_on", "op": "gte", "value": f"{year}-01-01"},
            {"field": "starts_on", "op": "lte", "value": f"{year + 1}-12-31"},
        ]
    }
    rows = read.page(
        MAKER, shape_of("quota"), tree=days, limit=1_000, keys=["level", "measure", "starts_on"]
    ).rows
    return {(row["level"], row["measure"], row["starts_on"].isoformat()) for row in rows}


def _round(value: Decimal) -> Decimal:
    return (value / ROUND).to_integral_value() * ROUND
