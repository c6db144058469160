"""Orders with a past, for the tests of the analysis of sales."""

import datetime as dt
from collections.abc import Mapping
from typing import Any

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.modules.orders.services import orders

ACTOR = SystemActor("test")
JANUARY = 2025 * 12
"""The first month of the tests."""


def make(key: str, **values: Any) -> int:
    """A record."""
    return write.create(ACTOR, shape_of(key), values)


def found_trade(owner: int | None = None) -> dict[str, int]:
    """A company of ours, clients and products."""
    group = make("product_category", name="Инструмент")
    return {
        "company": make("own_company", name="Наша"),
        **{key: make("organisation", name=name, city=city, owner=owner) for key, name, city in (
            ("one", "Ромашка", "Казань"), ("two", "Лютик", "Пермь"), ("three", "Василёк", "Казань"))},
        "group": group,
        "saw": make("product", name="Пила", price="100", category=group),
        "axe": make("product", name="Топор", price="50", category=group),
        "oil": make("product", name="Масло", price="10"),
    }  # fmt: skip


def sell(
    trade: Mapping[str, int], client: str, month: int, goods: Mapping[str, tuple[str, str]], *, day: int = 15, **more: Any
) -> int:  # fmt: skip
    """An order in force of a month (0: January 2025): by product how much and for how much each."""
    number = JANUARY + month
    return order(trade, client, dt.date(number // 12, number % 12 + 1, day), goods, **more)


def order(
    trade: Mapping[str, int], client: str, day: dt.date, goods: Mapping[str, tuple[str, str]], **more: Any
) -> int:
    """An order in force of a day."""
    lines = [
        {"product": trade[key], "quantity": quantity, "given_price": price}
        for key, (quantity, price) in goods.items()
    ]
    values = {
        "company": trade["company"],
        "party": trade[client],
        "issued_on": day.isoformat(),
        "lines": lines,
        **more,
    }
    made = make("order", **values)
    orders.confirm(ACTOR, made)
    return made


def steadily(trade: Mapping[str, int], client: str, product: str, sums: list[int]) -> None:
    """One order for so much in each month, from January 2025 on; none for nought."""
    for month, total in enumerate(sums):
        if total:
            sell(trade, client, month, {product: ("1", str(total))})
