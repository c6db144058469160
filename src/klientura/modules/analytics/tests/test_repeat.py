"""Repeat sales, against purchases made by hand."""

import datetime as dt

import pytest

from klientura.modules.analytics.queries.sold.asked import Asked
from klientura.modules.analytics.queries.sold.rates import rates_in
from klientura.modules.analytics.queries.sold.repeat import cohorts, late, months, of_cohort, whole
from klientura.modules.analytics.tests.trading import ACTOR, JANUARY, found_trade, order, sell

pytestmark = pytest.mark.django_db
YEAR = Asked(JANUARY, JANUARY + 11, "RUB")
SAW = {"saw": ("1", "100")}


def test_new_repeated_and_returned_money_by_month() -> None:
    trade = found_trade()
    sell(trade, "one", -1, SAW)
    for month in (0, 1, 8):
        sell(trade, "one", month, SAW)
    sell(trade, "two", 1, SAW)
    found = months(ACTOR, YEAR, rates_in(ACTOR, "RUB", YEAR.first, YEAR.last))
    made = {m.month - JANUARY: ([int(m.new), int(m.again), int(m.returned)], m.numbers) for m in found}
    assert made[0] == ([0, 100, 0], (0, 1, 0))
    assert made[1] == ([100, 100, 0], (1, 1, 0))
    assert made[8] == ([0, 0, 100], (0, 0, 1))
    assert made[5] == ([0, 0, 0], (0, 0, 0))


def test_cohorts_by_the_month_of_the_first_purchase() -> None:
    trade = found_trade()
    sell(trade, "one", 0, SAW)
    sell(trade, "one", 0, SAW, day=20)
    sell(trade, "one", 2, SAW)
    sell(trade, "two", 0, SAW)
    sell(trade, "three", 1, SAW)
    assert [(c.month - JANUARY, c.number, c.after) for c in cohorts(ACTOR, YEAR)] == [
        (0, 2, {0: 2, 2: 1}),
        (1, 1, {0: 1}),
    ]
    assert of_cohort(ACTOR, YEAR, JANUARY, 2, 10) == [trade["one"]]
    assert sorted(of_cohort(ACTOR, YEAR, JANUARY, 0, 10)) == sorted([trade["one"], trade["two"]])
    found = whole(ACTOR, YEAR)
    assert (found.number, found.repeated) == (3, 1)


def test_who_should_have_bought_by_now() -> None:
    """Every ten days: late from the sixteenth day on. Twice is no habit."""
    trade = found_trade()
    for day in (1, 11, 21):
        order(trade, "one", dt.date(2025, 3, day), SAW)
    for day in (1, 11):
        order(trade, "two", dt.date(2025, 3, day), SAW)
    rates = rates_in(ACTOR, "RUB", YEAR.first, YEAR.last)
    assert late(ACTOR, YEAR, rates, dt.date(2025, 4, 5), 10) == ([], 0)
    rows, number = late(ACTOR, YEAR, rates, dt.date(2025, 4, 6), 10)
    assert number == 1
    assert [(r.key, int(r.interval), r.last, r.waited, r.days, int(r.amount)) for r in rows] == [
        (trade["one"], 10, dt.date(2025, 3, 21), 16, 3, 300)
    ]
    assert whole(ACTOR, YEAR).interval == 10
