"""Seasons, by hand and whatever was sold."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.modules.analytics.queries.sold.asked import Asked
from klientura.modules.analytics.queries.sold.rates import rates_in
from klientura.modules.analytics.queries.sold.season import indices, seasons
from klientura.modules.analytics.tests.trading import ACTOR, JANUARY, found_trade, steadily

EVEN = [100] * 12
DECEMBER = [90] * 11 + [210]


def test_even_sales_have_no_season() -> None:
    assert indices(EVEN * 2, 0) == (Fraction(100),) * 12


def test_a_december_that_is_better_by_hand() -> None:
    """Twelve months always make up 1200, the mean is 100: the index is the month itself."""
    assert indices(DECEMBER * 3, 0) == (*(Fraction(90),) * 11, Fraction(210))
    turned = DECEMBER[6:] + DECEMBER[:6]
    assert indices(turned * 2, 6) == (*(Fraction(90),) * 11, Fraction(210))


def test_two_years_are_needed() -> None:
    assert indices(EVEN + EVEN[:11], 0) == ()
    assert indices([0] * 24, 0) == ()


@given(st.lists(st.integers(0, 10**9), min_size=24, max_size=60), st.integers(0, 11))
def test_the_twelve_average_a_hundred(values: list[int], first: int) -> None:
    found = indices(values, first)
    assert not found or sum(found) == 1200


@pytest.mark.django_db
def test_of_orders_and_of_groups() -> None:
    trade = found_trade()
    steadily(trade, "one", "saw", DECEMBER * 2)
    steadily(trade, "two", "oil", EVEN)
    asked = Asked(JANUARY - 12, JANUARY + 23, "RUB")
    rates = rates_in(ACTOR, "RUB", asked.first, asked.last)
    assert len(seasons(ACTOR, asked, rates)[0].indices) == 12
    groups = seasons(ACTOR, asked, rates, by_group=True)
    assert [(s.key, s.indices[11]) for s in groups] == [(trade["group"], Fraction(210))]
