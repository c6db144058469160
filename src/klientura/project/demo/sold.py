"""Orders of three years and more, so that the analysis of sales has something to say: some clients buy every month, some in season, some
have stopped, some are new, one pays in dollars; prices rise, and cutters go with coolant.
"""

import datetime as dt
from collections.abc import Iterator
from random import Random
from typing import Any, Final, NamedTuple

from django.db import transaction

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.installation import current
from klientura.kernel.store import read, write
from klientura.modules.documents.queries.companies import main_company
from klientura.project.demo.papers import settled

MAKER: Final = SystemActor("demo")
MONTHS: Final = 43
RATE: Final = 76.0
DEAREST: Final = 60_000
"""What costs more is not sold by the dozen."""


class Habit(NamedTuple):
    """How a client buys: how much, in which share of the months, from when until when (months ago), in season; how steadily."""

    size: float
    often: float
    since: int = MONTHS
    until: int = 0
    season: tuple[int, ...] = ()
    currency: str = ""
    steady: float = 0


HABITS: Final = (
    Habit(40, 1, steady=0.05), Habit(26, 1, steady=0.15), Habit(18, 1, steady=0.3), Habit(9, 0.8),
    Habit(8, 0.7), Habit(7, 0.6), Habit(6, 0.9, season=(3, 4, 5, 9, 10)),
    Habit(5, 0.9, season=(4, 5, 6)), Habit(4, 0.5), Habit(12, 0.85, until=5), Habit(5, 0.6, until=7), Habit(14, 0.9, since=4),
    Habit(6, 0.7, since=3), Habit(3, 0.25), Habit(3, 0.2), Habit(2, 0.2), Habit(2, 0.12), Habit(1, 0.1), Habit(1, 0.1),
    Habit(10, 0.4, currency="USD"),
)  # fmt: skip


@transaction.atomic
def write_sold(operation_id: int, *, now: dt.datetime, seed: int) -> int:
    """Write the orders as a part of the operation of the demo; return how many records."""
    company = main_company(MAKER).get("company")
    wares = read.page(
        MAKER, shape_of("product"), sort="id", limit=40, keys=["title", "price", "kind", "kit_price"]
    ).rows
    wares = [w for w in wares if w["price"] and w["kind"] != "kit"]
    clients = read.page(MAKER, shape_of("organisation"), sort="id", limit=len(HABITS), keys=["owner"]).rows
    if company is None or not wares or not clients:
        return 0
    rng = Random(f"{seed}/sold")  # noqa: S311 - data to look at, not secrets
    ours = current().currency
    orders = [
        {
            **order,
            "company": company.id,
            "party": client["id"],
            "owner": client["owner"].id if client["owner"] else None,
        }
        for client, habit in zip(clients, HABITS, strict=False)
        for order in _orders(
            habit if ours == "RUB" else habit._replace(currency=""), wares, ours, now.date(), rng
        )
    ]
    orders.sort(key=lambda o: str(o["issued_on"]))
    recent = (now.date() - dt.timedelta(days=20)).isoformat()
    states = [
        {"status": "confirmed"}
        if str(o["issued_on"]) > recent
        else {"status": "done", "done_on": dt.date.fromisoformat(str(o["issued_on"]))}
        for o in orders
    ]
    made = len(settled("order", orders, states, operation_id))
    return made + (_rates(now.date(), operation_id) if ours == "RUB" else 0)


def _orders(
    habit: Habit, wares: list[read.Row], ours: str, today: dt.date, rng: Random
) -> Iterator[dict[str, Any]]:
    """The orders of one client."""
    usual = rng.sample(wares, min(4, len(wares)))
    for ago in range(habit.since, habit.until - 1, -1):
        first = _month(today, ago)
        day = first + dt.timedelta(days=rng.randrange(28))
        if rng.random() > habit.often or (habit.season and first.month not in habit.season) or day > today:
            continue
        past = MONTHS - ago
        if habit.steady:
            chosen, dearer, size = (
                usual[:2],
                1 + 0.002 * past,
                habit.size * rng.uniform(1 - habit.steady, 1 + habit.steady),
            )
        else:
            chosen = rng.sample(usual, min(2, len(usual))) + (
                [rng.choice(wares)] if rng.random() < 0.4 else []
            )
            lively = 1 + 0.6 * (first.month in (3, 4, 5, 9, 10, 11)) - 0.5 * (first.month in (1, 7))
            dearer, size = 1 + 0.008 * past, habit.size * lively * rng.uniform(0.9, 1.1)
        rate = RATE + past * 0.2 if habit.currency else 1.0
        lines = [_line(ware, size, dearer / rate) for ware in {w["id"]: w for w in chosen}.values()]
        yield {"issued_on": day.isoformat(), "currency": habit.currency or ours, "lines": lines}


def _line(ware: read.Row, size: float, dearer: float) -> dict[str, Any]:
    """The dearer, the fewer."""
    price = float(ware["price"])
    number = size / 20 if price > DEAREST else size * min(200, DEAREST / price) ** 0.5
    return {
        "product": ware["id"],
        "quantity": str(max(1, round(number))),
        "given_price": f"{price * dearer:.2f}",
    }


def _rates(today: dt.date, operation_id: int) -> int:
    """The dollar of each month that has passed; that of this one stands in the catalogue."""
    rows = [
        {
            "currency": "USD",
            "on": _month(today, ago).isoformat(),
            "nominal": 1,
            "rate": f"{RATE + (MONTHS - ago) * 0.18:.4f}",
        }
        for ago in range(MONTHS, 0, -1)
    ]
    return len(write.create_many(MAKER, shape_of("exchange_rate"), rows, operation_id=operation_id))


def _month(today: dt.date, ago: int) -> dt.date:
    number = today.year * 12 + today.month - 1 - ago
    return dt.date(number // 12, number % 12 + 1, 1)
