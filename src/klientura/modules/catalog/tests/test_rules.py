"""Prices and discounts as pure functions: lists, their bases, quantities, currencies, kits, rules of discount."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.modules.catalog.rules import (
    Book,
    BookedList,
    Discount,
    ListedPrice,
    NoRate,
    Ware,
    converted,
    discount_of,
    price_of,
    rate_on,
)

ONE = Decimal(1)
RATES = {"RUB": ONE, "USD": Decimal(80), "CNY": Decimal("11.38")}
BASE, WHOLESALE, EXPORT = 1, 2, 3
SAW, OIL, KIT = 10, 11, 12


def listed(*pairs: tuple[str, str]) -> tuple[ListedPrice, ...]:
    return tuple(ListedPrice(Decimal(quantity), Decimal(price)) for quantity, price in pairs)


BOOK = Book(
    lists={
        BASE: BookedList(BASE, "Основной", "RUB", prices={OIL: listed(("0", "170"), ("100", "150"))}),
        WHOLESALE: BookedList(WHOLESALE, "Опт", "RUB", base=BASE, markup=Decimal(-10), rounding=ONE),
        EXPORT: BookedList(EXPORT, "Экспорт", "USD", base=WHOLESALE, markup=Decimal(20), prices={SAW: listed(("0", "99"))}),
    },
    wares={
        SAW: Ware(SAW, Decimal(1005), "RUB", frozenset({7, 8})),
        OIL: Ware(OIL, Decimal(999), "RUB", frozenset({9})),
        KIT: Ware(KIT, None, "RUB", parts=((SAW, ONE), (OIL, Decimal(2)))),
    },
    rates=RATES,
)  # fmt: skip


@pytest.mark.parametrize(
    ("product", "quantity", "price_list", "currency", "expected"),
    [
        (OIL, "1", BASE, "RUB", ("170", "Основной")),
        (OIL, "99.999", BASE, "RUB", ("170", "Основной")),
        (OIL, "100", BASE, "RUB", ("150", "Основной")),
        (OIL, "100", WHOLESALE, "RUB", ("135", "Опт")),
        (SAW, "1", WHOLESALE, "RUB", ("905", "Опт")),  # 904.50, rounded to a rouble
        (SAW, "1", EXPORT, "USD", ("99", "Экспорт")),
        (SAW, "1", EXPORT, "RUB", ("7920.00", "Экспорт")),
        (OIL, "1", EXPORT, "USD", ("2.29", "Экспорт")),  # 170 less 10 % is 153 ₽, 1.91 $, and 20 % more
        (SAW, "1", None, "RUB", ("1005", "")),
        (SAW, "1", BASE, "RUB", ("1005", "Основной")),
        (KIT, "1", BASE, "RUB", ("1345.00", "Основной")),
    ],
)
def test_a_price(
    product: int, quantity: str, price_list: int | None, currency: str, expected: tuple[str, str]
) -> None:
    found = price_of(BOOK, product, Decimal(quantity), price_list, currency)
    assert found is not None
    assert (found[0], found[1]) == (Decimal(expected[0]), expected[1])


def test_what_has_no_price() -> None:
    bare = Book({}, {5: Ware(5, None, "RUB"), 6: Ware(6, None, "RUB", parts=((5, ONE),))}, RATES)
    assert [price_of(bare, product, ONE, None, "RUB") for product in (5, 6, 404)] == [None] * 3
    with pytest.raises(NoRate, match="EUR"):
        price_of(BOOK, SAW, ONE, BASE, "EUR")


def test_lists_that_are_based_on_one_another_end() -> None:
    ring = {n: BookedList(n, f"{n}", "RUB", base=n % 3 + 1, markup=ONE) for n in (1, 2, 3)}
    found = price_of(Book(ring, {SAW: BOOK.wares[SAW]}, RATES), SAW, ONE, 1, "RUB")
    assert found is not None
    assert found[0] > 1005


RULES = (
    Discount("Весна", Decimal(7), category=9),
    Discount("Опт", Decimal(5), min_quantity=Decimal(50)),
    Discount("Объём", Decimal(3), min_total=Decimal(100_000), combines=True),
    Discount("Друзья", Decimal(6), price_list=WHOLESALE, combines=True),
    Discount("Пила", Decimal(50), product=SAW, min_quantity=Decimal(1000)),
)


@pytest.mark.parametrize(
    ("product", "quantity", "price_list", "total", "expected"),
    [
        (OIL, 1, BASE, 0, ("7", ["Весна"])),
        (SAW, 1, BASE, 0, ("0", [])),
        (SAW, 50, BASE, 0, ("5", ["Опт"])),
        (SAW, 1, BASE, 100_000, ("3", ["Объём"])),
        (SAW, 50, WHOLESALE, 100_000, ("8.82", ["Объём", "Друзья"])),  # 1 − 0.97 × 0.94
        (SAW, 1000, WHOLESALE, 100_000, ("50", ["Пила"])),
    ],
)
def test_a_discount(
    product: int, quantity: int, price_list: int, total: int, expected: tuple[str, list[str]]
) -> None:
    book = Book(BOOK.lists, BOOK.wares, RATES, RULES)
    percent, names = discount_of(book, product, Decimal(quantity), price_list, Decimal(total))
    assert (percent, names) == (Decimal(expected[0]), expected[1])


@given(
    st.decimals(min_value=0, max_value=10**9, places=2),
    st.sampled_from(sorted(RATES)),
    st.sampled_from(sorted(RATES)),
)
def test_there_and_back_is_almost_the_same(amount: Decimal, source: str, target: str) -> None:
    there = converted(amount, source, target, RATES)
    back = converted(there, target, source, RATES)
    assert abs(back - amount) <= RATES[target] / RATES[source] * Decimal("0.005") + Decimal("0.005")


def test_rates_begin_on_their_days() -> None:
    rates = [
        (dt.date(2019, 1, 1), Decimal(20)),
        (dt.date(2026, 1, 1), Decimal(22)),
        (dt.date(2004, 1, 1), Decimal(18)),
    ]
    found = [rate_on(rates, dt.date.fromisoformat(day)) for day in ("2003-12-31", "2018-12-31", "2025-12-31", "2026-01-01")]  # fmt: skip
    assert found == [None, 18, 20, 22]
