"""ABC, XYZ and their matrix, against tables made by hand."""

from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from klientura.modules.analytics.queries.sold.asked import Asked
from klientura.modules.analytics.queries.sold.classes import (
    Classed,
    Limits,
    Question,
    classes,
    moves,
    of_cell,
    who_moved,
)
from klientura.modules.analytics.queries.sold.rates import rates_in
from klientura.modules.analytics.tests.trading import ACTOR, JANUARY, found_trade, make, sell, steadily
from klientura.modules.orders.services import orders, sold

pytestmark = pytest.mark.django_db
YEAR = Asked(JANUARY, JANUARY + 11, "RUB")


def found(
    asked: Asked = YEAR, dimension: Any = "client", measure: Any = "amount", **limits: Any
) -> dict[int, Classed]:
    question = Question(dimension, measure, Limits(**{k: Decimal(v) for k, v in limits.items()}))
    made = classes(ACTOR, asked, question, rates_in(ACTOR, "RUB", asked.first, asked.last))
    return {row.key: row for row in made.rows}


def letters(rows: dict[int, Classed], trade: dict[str, int]) -> dict[str, str]:
    names = {number: key for key, number in trade.items() if key in ("one", "two", "three")}
    return {names[key]: row.abc + row.xyz for key, row in rows.items()}


def test_ten_clients_by_hand() -> None:
    """Shares of 40, 20, 12, 8, 6, 5, 4, 2, 2, 1 per cent: up to 80 % four, up to 95 % three more."""
    trade = found_trade()
    sums = [400, 200, 120, 80, 60, 50, 40, 20, 20, 10]
    keys = []
    for place, total in enumerate(sums):
        trade[f"c{place}"] = make("organisation", name=f"Клиент {place}")
        keys.append(trade[f"c{place}"])
        sell(trade, f"c{place}", 3, {"saw": ("1", str(total))})
    rows = found()
    assert "".join(rows[key].abc for key in keys) == "AAAABBBCCC"
    assert [str(rows[key].upto) for key in keys] == [
        "40.00", "60.00", "72.00", "80.00", "86.00", "91.00", "95.00", "97.00", "99.00", "100.00"
    ]  # fmt: skip
    assert sum(r.share for r in rows.values()) == 100
    assert "".join(found(a="50", b="90")[key].abc for key in keys) == "ABBBBCCCCC"


def test_the_largest_is_a_however_large_it_is() -> None:
    trade = found_trade()
    sell(trade, "one", 0, {"saw": ("1", "900")})
    sell(trade, "two", 0, {"saw": ("1", "100")})
    assert {k: v[0] for k, v in letters(found(), trade).items()} == {"one": "A", "two": "C"}


def test_variation_by_hand() -> None:
    """90, 110, 90, 110 …: mean 100, σ 10, that is 10 %: X. 80 and 120: 20 %: Y. 50 and 150: 50 %: Z."""
    trade = found_trade()
    steadily(trade, "one", "saw", [90, 110] * 6)
    steadily(trade, "two", "saw", [80, 120] * 6)
    steadily(trade, "three", "saw", [50, 150] * 6)
    rows = found()
    assert {k: v[1] for k, v in letters(rows, trade).items()} == {"one": "X", "two": "Y", "three": "Z"}
    assert [str(rows[trade[k]].variation) for k in ("one", "two", "three")] == ["10.0", "20.0", "50.0"]


def test_months_without_sales_count_from_the_first_sale_on() -> None:
    """Once in the twelve months since the first sale: σ/mean = √11 = 331.7 %. From October on, three months: not known yet."""
    trade = found_trade()
    steadily(trade, "one", "saw", [100])
    steadily(trade, "two", "saw", [0] * 9 + [100, 100, 100])
    steadily(trade, "three", "saw", [0] * 8 + [100, 100, 100, 100])
    rows = found()
    assert (str(rows[trade["one"]].variation), rows[trade["one"]].months) == ("331.7", 12)
    assert (rows[trade["two"]].xyz, rows[trade["two"]].months) == ("-", 3)
    assert (rows[trade["three"]].xyz, rows[trade["three"]].months) == ("X", 4)


def test_who_bought_before_the_period_is_followed_from_its_first_month() -> None:
    trade = found_trade()
    sell(trade, "one", -5, {"saw": ("1", "100")})
    sell(trade, "one", 6, {"saw": ("1", "100")})
    assert found()[trade["one"]].months == 12


def test_other_values_and_other_things_are_put_into_classes() -> None:
    trade = found_trade()
    sell(trade, "one", 0, {"saw": ("1", "1000"), "oil": ("500", "1")})
    sell(trade, "two", 1, {"oil": ("400", "1")})
    products = found(dimension="product", measure="quantity")
    assert {key: row.value for key, row in products.items()} == {trade["oil"]: 900, trade["saw"]: 1}
    assert {key: row.value for key, row in found(dimension="product", measure="number").items()} == {
        trade["oil"]: 2,
        trade["saw"]: 1,
    }
    assert {row.value for row in found(measure="number").values()} == {1}
    assert found(dimension="group")[trade["group"]].value == 1000


def test_conditions_narrow_the_same_figures(django_assert_max_num_queries: Any) -> None:
    trade = found_trade()
    sell(trade, "one", 0, {"saw": ("1", "1000"), "oil": ("500", "1")})
    sell(trade, "two", 1, {"oil": ("400", "1")})
    in_group = Asked(JANUARY, JANUARY + 11, "RUB", group=trade["group"])
    assert {key: row.value for key, row in found(in_group).items()} == {trade["one"]: 1000}
    in_kazan = Asked(JANUARY, JANUARY + 11, "RUB", city="казань")
    assert {key: row.value for key, row in found(in_kazan, "product").items()} == {
        trade["saw"]: 1000,
        trade["oil"]: 500,
    }
    assert {key: row.value for key, row in found(in_kazan).items()} == {trade["one"]: 1500}
    oil = Asked(JANUARY, JANUARY + 11, "RUB", product=trade["oil"])
    assert {key: row.value for key, row in found(oil).items()} == {trade["one"]: 500, trade["two"]: 400}
    with django_assert_max_num_queries(8):
        found(oil)


def test_sums_of_other_currencies_are_reckoned_by_the_rate_of_their_month() -> None:
    trade = found_trade()
    for on, rate in (("2024-12-01", "80"), ("2025-02-10", "90")):
        make("exchange_rate", currency="USD", on=on, nominal=1, rate=rate)
    for month in (0, 1):
        sell(trade, "one", month, {"saw": ("1", "10")}, currency="USD")
    sell(trade, "two", 0, {"saw": ("1", "100")}, currency="CNY")
    rows = found()
    assert rows[trade["one"]].value == 800 + 900
    assert trade["two"] not in rows  # there is no rate: it is left out, and told


def test_who_has_changed_class() -> None:
    trade = found_trade()
    half = Asked(JANUARY + 6, JANUARY + 11, "RUB")
    steadily(trade, "one", "saw", [800] * 6 + [10] * 6)
    steadily(trade, "two", "saw", [100] * 6 + [900] * 6)
    steadily(trade, "three", "saw", [50] * 6)
    question, rates = Question("client", "amount"), rates_in(ACTOR, "RUB", JANUARY, JANUARY + 11)
    asked: Any = (ACTOR, half, half.shifted(6), question, rates, rates)
    assert moves(*asked) == {("A", "C"): 1, ("B", "A"): 1, ("C", "-"): 1}
    gone = who_moved(*asked, pairs=["AC", "C-"], most=10)
    assert [(m.key, m.pair, int(m.was), int(m.value)) for m in gone] == [
        (trade["one"], "AC", 4800, 60), (trade["three"], "C-", 300, 0)
    ]  # fmt: skip


def test_a_cell_holds_just_those_of_its_classes() -> None:
    trade = found_trade()
    steadily(trade, "one", "saw", [800] * 12)
    steadily(trade, "two", "saw", [10, 90] * 6)
    question, rates = Question("client", "amount"), rates_in(ACTOR, "RUB", JANUARY, JANUARY + 11)
    assert [r.key for r in of_cell(ACTOR, YEAR, question, rates, abc="A", xyz="X", most=9)] == [trade["one"]]
    assert [r.key for r in of_cell(ACTOR, YEAR, question, rates, xyz="Z", most=9)] == [trade["two"]]
    assert of_cell(ACTOR, YEAR, question, rates, abc="B", xyz="X", most=9) == []


SALES = st.lists(
    st.tuples(st.sampled_from(["one", "two", "three"]), st.integers(0, 11), st.sampled_from(["saw", "axe", "oil"]), st.integers(1, 10**6)),
    min_size=1, max_size=12,
)  # fmt: skip


@settings(max_examples=20, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(sales=SALES, a=st.integers(1, 98), more=st.integers(1, 50))
def test_classes_divide_everything_without_a_rest(sales: list[Any], a: int, more: int) -> None:
    trade = found_trade()
    made = [
        sell(trade, client, month, {product: ("1", f"{cents / 100:.2f}")})
        for client, month, product, cents in sales
    ]
    whole = sum(Decimal(cents) for *_rest, cents in sales) / 100
    limits = Limits(a=Decimal(a), b=Decimal(min(a + more, 100)))
    rates = rates_in(ACTOR, "RUB", YEAR.first, YEAR.last)
    for dimension in ("client", "product"):
        got = classes(ACTOR, YEAR, Question(dimension, "amount", limits), rates)
        assert got.whole == whole
        assert got.number == len(got.rows) == len({s[0 if dimension == "client" else 2] for s in sales})
        assert abs(sum((r.share for r in got.rows), Decimal(-100))) <= Decimal("0.05")
        assert sorted(r.abc for r in got.rows) == [r.abc for r in got.rows]
    assert sold.wrong_sums() == 0
    for number in made:
        orders.cancel(ACTOR, number)
    assert classes(ACTOR, YEAR, Question("client", "amount"), rates).number == 0
