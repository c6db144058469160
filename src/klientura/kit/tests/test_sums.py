"""Money of papers: against invoices made by hand, and that nothing is ever lost by rounding."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kit.sums import (
    LineSums,
    added_up,
    discounted,
    line_sums,
    margin,
    marked_up,
    rounded,
    shared_out,
)

# A paper made by hand: three lines, НДС 20 % within the price.
# 3 × 333,33 = 999,99, of it 166,67; 7 × 14,29 = 100,03, of it 16,67; 1 × 0,05, of it 0,01.
BY_HAND_2025 = [
    (Decimal(3), Decimal("333.33"), "166.67", "999.99"),
    (Decimal(7), Decimal("14.29"), "16.67", "100.03"),
    (Decimal(1), Decimal("0.05"), "0.01", "0.05"),
]

amounts = st.decimals(min_value=0, max_value=10**9, places=2)
quantities = st.decimals(min_value=0, max_value=10**6, places=3)
rates = st.sampled_from([Decimal(5), Decimal(7), Decimal(10), Decimal(18), Decimal(20), Decimal(22)])


def test_a_paper_of_2025_adds_up_as_by_hand() -> None:
    lines = [line_sums(quantity, price, rate=Decimal(20)) for quantity, price, _tax, _gross in BY_HAND_2025]
    assert [(str(line.tax), str(line.gross)) for line in lines] == [
        (tax, gross) for *_given, tax, gross in BY_HAND_2025
    ]
    assert added_up(lines) == LineSums(Decimal("916.72"), Decimal("183.35"), Decimal("1100.07"))
    assert Decimal("183.35") != rounded(Decimal("1100.07") * 20 / 120) + Decimal("0.01"), (
        "which is why it is not taken from the whole"
    )


@pytest.mark.parametrize(
    ("rate", "mode", "calculated", "expected"),
    [
        (Decimal(22), "included", False, ("819.67", "180.33", "1000.00")),
        (Decimal(22), "on_top", False, ("1000.00", "220.00", "1220.00")),
        (Decimal(22), "on_top", True, ("819.67", "180.33", "1000.00")),
        (Decimal(10), "included", False, ("909.09", "90.91", "1000.00")),
        (Decimal(5), "included", False, ("952.38", "47.62", "1000.00")),
        (Decimal(7), "on_top", False, ("1000.00", "70.00", "1070.00")),
        (Decimal(0), "on_top", False, ("1000.00", "0.00", "1000.00")),
        (None, "included", False, ("1000.00", "0.00", "1000.00")),
    ],
)
def test_rates(rate: Decimal | None, mode: str, calculated: bool, expected: tuple[str, str, str]) -> None:
    found = line_sums(Decimal(1), Decimal(1000), rate=rate, mode=mode, calculated=calculated)  # type: ignore[arg-type]
    assert (str(found.net), str(found.tax), str(found.gross)) == expected


def test_halves_go_away_from_zero() -> None:
    assert (rounded(Decimal("0.005")), rounded(Decimal("-0.005")), rounded(Decimal("2.675"))) == (
        Decimal("0.01"),
        Decimal("-0.01"),
        Decimal("2.68"),
    )
    assert discounted(Decimal("100.10"), Decimal(5)) == Decimal("95.10")
    assert discounted(Decimal(100), Decimal(-10)) == Decimal("110.00")
    assert marked_up(Decimal("99.99"), Decimal(15), Decimal(10)) == Decimal(110)


def test_margin() -> None:
    assert (
        margin(Decimal(200), Decimal(150)),
        margin(Decimal(100), Decimal(130)),
        margin(Decimal(0), Decimal(1)),
    ) == (
        Decimal("25.0"),
        Decimal("-30.0"),
        None,
    )


@given(
    quantities,
    amounts,
    st.decimals(min_value=0, max_value=100, places=2),
    rates,
    st.sampled_from(["included", "on_top"]),
)
def test_a_line_always_adds_up(
    quantity: Decimal, price: Decimal, discount: Decimal, rate: Decimal, mode: str
) -> None:
    found = line_sums(quantity, price, discount=discount, rate=rate, mode=mode)  # type: ignore[arg-type]
    assert found.net + found.tax == found.gross
    assert all(rounded(part) == part for part in (found.net, found.tax, found.gross))
    exact = found.gross * rate / (100 + rate) if mode == "included" else found.net * rate / 100
    assert abs(found.tax - exact) <= Decimal("0.005")


@given(
    st.decimals(min_value=-(10**9), max_value=10**9, places=2),
    st.lists(st.decimals(min_value=0, max_value=10**6, places=3), min_size=1, max_size=30).filter(any),
)
def test_nothing_is_lost_in_sharing_out(amount: Decimal, weights: list[Decimal]) -> None:
    shares = shared_out(amount, weights)
    assert sum(shares) == amount
    whole = sum(weights)
    assert all(
        abs(share - amount * weight / whole) < Decimal("0.0101")
        for share, weight in zip(shares, weights, strict=True)
    )


@pytest.mark.parametrize("weights", [[], [Decimal(0)], [Decimal(2), Decimal(-1)]])
def test_weights_that_share_nothing(weights: list[Decimal]) -> None:
    with pytest.raises(ValueError, match="weights"):
        shared_out(Decimal(10), weights)
