"""What has changed sales: by hand, and exact whatever was sold."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.modules.analytics.queries.sold.asked import Asked
from klientura.modules.analytics.queries.sold.effect import Pair, clients, dearer, decomposed, pairs
from klientura.modules.analytics.queries.sold.rates import rates_in
from klientura.modules.analytics.tests.trading import ACTOR, JANUARY, found_trade, make, sell


def pair(
    product: int | None, quantity: tuple[str, str], own: tuple[int, int], told: tuple[int, int] | None = None
) -> Pair:
    return Pair(product, (Decimal(quantity[0]), Decimal(quantity[1])), own, told or own)


def test_volume_mix_and_price_by_hand() -> None:
    """10 at 100 and 10 at 50 become 30 at 110 and 10 at 50: doubled 1500, mix +500, price 30 · 10 = +300."""
    made = decomposed([pair(1, ("10", "30"), (1000, 3300)), pair(2, ("10", "10"), (500, 500))])
    assert (made.before, made.now) == (1500, 3800)
    told = {k: v for k, v in made.parts.items() if v}
    assert told == {"volume": 1500, "mix": 500, "price": 300}


def test_a_rate_is_told_from_a_price() -> None:
    """10 for 10 dollars each at 80, then 10 for 11 at 90: price 10 · 1 · 80 = 800, rate 110 · 10 = 1100."""
    made = decomposed([pair(1, ("10", "10"), (100, 110), (8000, 9900))])
    assert {k: v for k, v in made.parts.items() if v} == {"price": 800, "rate": 1100}


def test_what_is_new_lost_or_without_a_product() -> None:
    made = decomposed(
        [pair(1, ("0", "2"), (0, 70)), pair(2, ("3", "0"), (90, 0)), pair(None, ("1", "1"), (5, 8))]
    )
    assert {k: v for k, v in made.parts.items() if v} == {"new": 70, "lost": -90, "other": 3}


NUMBERS = st.tuples(st.decimals("0", "1000", places=3), st.decimals("0", "1000", places=3))
SUMS = st.tuples(st.integers(-5, 10**9), st.integers(-5, 10**9))


@given(st.lists(st.builds(Pair, st.none() | st.integers(1, 5), NUMBERS, SUMS, SUMS), max_size=8))
def test_the_parts_make_up_the_difference_exactly(found: list[Pair]) -> None:
    made = decomposed(found)
    assert sum(made.parts.values()) == made.now - made.before
    assert len(dearer(found)) <= len(found)


@pytest.mark.django_db
def test_two_years_of_orders() -> None:
    trade = found_trade()
    for on, rate in (("2024-01-01", "80"), ("2025-01-01", "90")):
        make("exchange_rate", currency="USD", on=on, nominal=1, rate=rate)
    sell(trade, "one", -12, {"saw": ("10", "10")}, currency="USD")
    sell(trade, "one", 0, {"saw": ("10", "11")}, currency="USD")
    sell(trade, "two", -12, {"oil": ("1", "300")})
    sell(trade, "three", 1, {"axe": ("1", "500")})
    asked = Asked(JANUARY, JANUARY + 11, "RUB")
    rates = rates_in(ACTOR, "RUB", JANUARY - 12, JANUARY + 11)
    found = pairs(ACTOR, asked, asked.shifted(12), rates)
    made = decomposed(found)
    assert (made.before, made.now) == (830_000, 1_040_000)
    assert {k: v for k, v in made.parts.items() if v} == {
        "price": 80_000,
        "rate": 110_000,
        "new": 50_000,
        "lost": -30_000,
    }
    assert [(p.key, int(p.before), int(p.now), int(p.effect)) for p in dearer(found)] == [
        (trade["saw"], 800, 880, 800)
    ]
    kinds, largest = clients(ACTOR, asked, asked.shifted(12), rates)
    assert {k: (n, int(s)) for k, (n, s) in kinds.items()} == {
        "more": (1, 1900),
        "new": (1, 500),
        "lost": (1, -300),
    }
    assert [c.key for c in largest] == [trade["one"], trade["three"], trade["two"]]
