"""Stretches of the calendar, pace and lights; sheets filled in without losing a kopeck."""

import datetime as dt
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kit.working_days import WorkingTime
from klientura.modules.planning.queries.sheet import Place, Sheet
from klientura.modules.planning.rules import MONTHS, Pace, first_day, last_day, light, moved, pace
from klientura.modules.planning.services.filling import as_before, spread

DAYS = st.dates(dt.date(1990, 1, 1), dt.date(2100, 12, 31))
SUMS = st.decimals(0, 10**12, places=2)
SHEET = Sheet(2026, "won_sum", "month", "owner", "RUB")


@given(st.sampled_from(sorted(MONTHS)), DAYS)
def test_each_day_lies_in_one_stretch(kind: str, day: dt.date) -> None:
    first = first_day(kind, day)  # type: ignore[arg-type]
    last = last_day(kind, first)  # type: ignore[arg-type]
    assert first <= day <= last
    assert last + dt.timedelta(days=1) == moved(kind, first, 1)  # type: ignore[arg-type]
    assert moved(kind, moved(kind, first, -3), 3) == first  # type: ignore[arg-type]


@given(DAYS, st.integers(0, 400), st.integers(-30, 430))
def test_pace_grows_from_nothing_to_all(first: dt.date, length: int, at: int) -> None:
    last = first + dt.timedelta(days=length)
    found = pace(first, last, first + dt.timedelta(days=at), WorkingTime(country=""))
    assert 0 <= found.passed <= found.whole
    assert found.whole > 0
    assert found.is_over or at < length


def test_pace_counts_the_days_people_work() -> None:
    found = pace(
        dt.date(2026, 11, 1), dt.date(2026, 11, 30), dt.date(2026, 11, 10), WorkingTime(country="ru")
    )
    assert (found.passed, found.whole) == (6, 20)  # the 4th is a holiday
    assert (
        pace(
            dt.date(2026, 11, 1),
            dt.date(2026, 11, 3),
            dt.date(2026, 11, 2),
            WorkingTime(week=frozenset(), country=""),
        ).whole
        == 3
    )


@pytest.mark.parametrize(
    ("actual", "plan", "at", "shines"),
    [
        (100, 100, Pace(1, 20), "done"), (50, 100, Pace(10, 20), "good"), (46, 100, Pace(10, 20), "near"), (44, 100, Pace(10, 20), "behind"),
        (0, 100, Pace(0, 20), "good"), (99, 100, Pace(20, 20), "near"), (5, None, Pace(1, 2), "unplanned"), (5, 0, Pace(1, 2), "unplanned"),
    ],
)  # fmt: skip
def test_lights(actual: int, plan: int | None, at: Pace, shines: str) -> None:
    assert light(Decimal(actual), None if plan is None else Decimal(plan), at) == shines


def test_what_it_comes_to() -> None:
    assert Pace(5, 20).expected(Decimal("10.10")) == Decimal("40.40")
    assert Pace(0, 20).expected(Decimal(3)) is None


@given(SUMS, st.lists(SUMS, min_size=12, max_size=12), st.booleans())
def test_a_year_is_spread_to_the_last_kopeck(total: Decimal, months: list[Decimal], seasonal: bool) -> None:
    before: dict[Place, Decimal] = {
        (1, column): value for column, value in zip(SHEET.columns, months, strict=True)
    }
    made = spread(SHEET, before, {1: total}, seasonal=seasonal)
    assert sum(made.values()) == total
    assert all(value >= 0 and value == value.quantize(Decimal("0.01")) for value in made.values())


def test_the_season_is_that_of_the_row_else_of_all_rows_else_none() -> None:
    january, may = SHEET.columns[0], SHEET.columns[4]
    before: dict[Place, Decimal] = {(1, january): Decimal(1), (1, may): Decimal(3), (2, january): Decimal(0)}
    assert spread(SHEET, before, {1: Decimal(100)}, seasonal=True)[1, may] == 75
    assert spread(SHEET, before, {2: Decimal(100)}, seasonal=True)[2, may] == 75
    assert spread(SHEET, {}, {2: Decimal(120)}, seasonal=True)[2, may] == 10
    assert spread(SHEET, before, {1: Decimal(120)}, seasonal=False)[1, may] == 10


def test_whole_deals_are_spread_whole() -> None:
    made = spread(Sheet(2026, "won_count", "month", "owner", "RUB"), {}, {1: Decimal(17)}, seasonal=False)
    assert sum(made.values()) == 17
    assert set(made.values()) == {Decimal(1), Decimal(2)}


def test_as_the_year_before_and_more() -> None:
    january, may = SHEET.columns[0], SHEET.columns[4]
    before: dict[Place, Decimal] = {(1, january): Decimal("100.05"), (2, may): Decimal(7)}
    assert as_before(SHEET, before, [1, 3], Decimal(10)) == {(1, january): Decimal("110.06")}
