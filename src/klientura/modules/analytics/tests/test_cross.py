"""Cross sales, against baskets counted by hand."""

import html
import re
from dataclasses import replace
from decimal import Decimal
from itertools import combinations

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from klientura.kernel.testing.company import Company, found_company
from klientura.modules.analytics.queries.sold import cross
from klientura.modules.analytics.queries.sold.asked import Asked
from klientura.modules.analytics.queries.sold.cross import Pair, of_pair, pairs
from klientura.modules.analytics.tests.trading import ACTOR, JANUARY, found_trade, make, sell

pytestmark = pytest.mark.django_db
YEAR = Asked(JANUARY, JANUARY + 11, "RUB")
ONE = ("1", "100")


def both(trade: dict[str, int], found: list[Pair]) -> list[tuple[set[str], int, int, int]]:
    called = {trade[key]: key for key in ("saw", "axe", "oil")}
    return [({called[p.first], called[p.second]}, p.both, p.of_first, p.of_second) for p in found]


def test_what_one_client_bought_in_the_period_goes_together() -> None:
    """Saw and oil: three of four clients have both, in different orders; the axe stands alone."""
    trade = found_trade()
    for client in ("one", "two", "three"):
        sell(trade, client, 0, {"saw": ONE})
        sell(trade, client, 2, {"oil": ONE})
    four = make("organisation", name="Четвёртый")
    sell({**trade, "four": four}, "four", 1, {"axe": ONE})
    sell(trade, "one", 3, {"saw": ONE})  # again: still one client
    sell(trade, "one", 14, {"axe": ONE})  # of another year
    found = pairs(ACTOR, YEAR, "client", "product", 2)
    assert (found.baskets, found.in_part) == (4, False)
    assert both(trade, found.pairs) == [({"saw", "oil"}, 3, 3, 3)]
    pair = found.pairs[0]
    assert (pair.support, pair.confidence, round(pair.lift, 3)) == (
        Decimal(75),
        Decimal(100),
        Decimal("1.333"),
    )
    assert pairs(ACTOR, YEAR, "order", "product", 2).pairs == []  # never in one order
    assert pairs(ACTOR, YEAR, "client", "product", 4).pairs == []


def test_what_is_in_one_order_goes_together() -> None:
    trade = found_trade()
    for month in range(3):
        sell(trade, "one", month, {"saw": ONE, "oil": ONE})
    sell(trade, "two", 0, {"axe": ONE})
    found = pairs(ACTOR, YEAR, "order", "product", 2)
    assert (found.baskets, both(trade, found.pairs)) == (4, [({"saw", "oil"}, 3, 3, 3)])
    assert pairs(ACTOR, YEAR, "client", "product", 2).pairs == []  # one client is no habit


def test_what_goes_together_by_chance_is_no_pair() -> None:
    """Everybody buys the saw: that they who buy oil buy it too says nothing."""
    trade = found_trade()
    for client in ("one", "two", "three"):
        sell(trade, client, 0, {"saw": ONE})
    for client in ("one", "two"):
        sell(trade, client, 0, {"oil": ONE})
    assert pairs(ACTOR, YEAR, "client", "product", 2).pairs == []


def test_who_bought_the_one_without_the_other() -> None:
    trade = found_trade()
    things = (trade["saw"], trade["oil"])
    sell(trade, "one", 0, {"saw": ONE})
    sell(trade, "one", 4, {"saw": ONE})
    sell(trade, "two", 0, {"saw": ONE, "oil": ONE})
    sell(trade, "three", 0, {"oil": ONE})
    found = of_pair(ACTOR, YEAR, "client", "product", things, both=False, most=10)
    assert [(client, orders) for client, orders, _day in found] == [(trade["one"], 2)]
    found = of_pair(ACTOR, YEAR, "client", "product", things, both=True, most=10)
    assert [client for client, _orders, _day in found] == [trade["two"]]


def test_a_product_or_a_group_that_is_asked_for_is_in_each_pair() -> None:
    trade = found_trade()
    for client in ("one", "two"):
        sell(trade, client, 0, {"saw": ONE, "oil": ONE})
    sell(trade, "three", 0, {"axe": ONE})
    assert len(pairs(ACTOR, replace(YEAR, product=trade["saw"]), "client", "product", 2).pairs) == 1
    assert pairs(ACTOR, replace(YEAR, product=trade["axe"]), "client", "product", 2).pairs == []


def test_of_very_many_orders_whole_baskets_of_a_part_are_read(monkeypatch: pytest.MonkeyPatch) -> None:
    trade = found_trade()
    clients = {f"c{n}": make("organisation", name=f"Фирма {n}") for n in range(12)}
    for key in clients:
        sell(trade | clients, key, 0, {"saw": ONE})
        sell(trade | clients, key, 1, {"oil": ONE})
    monkeypatch.setattr(cross, "MOST_ORDERS", 12)
    found = pairs(ACTOR, YEAR, "client", "product", 2)
    assert found.in_part and 0 < found.baskets < 12
    again = pairs(ACTOR, YEAR, "client", "product", 2)
    assert again == found
    whole = pairs(ACTOR, YEAR, "order", "product", 2)
    assert whole.in_part and whole.pairs == []


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.sets(st.sampled_from(("saw", "axe", "oil")), min_size=1), min_size=2, max_size=3))
def test_pairs_are_those_counted_one_by_one(bought: list[set[str]]) -> None:
    from django.db import transaction

    with transaction.atomic():
        trade = found_trade()
        for client, things in zip(("one", "two", "three"), bought, strict=False):
            sell(trade, client, 0, dict.fromkeys(sorted(things), ONE))
        found = both(trade, pairs(ACTOR, YEAR, "client", "product", 2).pairs)
        transaction.set_rollback(True)
    counted = {}
    for one, two in combinations(("saw", "axe", "oil"), 2):
        n = sum({one, two} <= things for things in bought)
        sides = sorted(sum(key in things for things in bought) for key in (one, two))
        if n >= 2 and min(sides) >= 2 and n * len(bought) > sides[0] * sides[1]:
            counted[frozenset((one, two))] = (n, *sides)
    assert {frozenset(k): (n, a, b) for k, n, a, b in found} == counted


@pytest.fixture
def company() -> Company:
    return found_company()


def ask(company: Company, who: str, path: str = "", **query: str) -> str:
    answer = company.client(who).get(
        f"/sales-analysis{path}", {"from": "2025-01", "to": "2025-12", "view": "cross", "least": "2", **query}
    )
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_the_numbers_of_a_pair_open_its_clients_and_these_become_a_segment(company: Company) -> None:
    trade = found_trade()
    for client in ("one", "two"):
        sell(trade, client, 0, {"saw": ONE, "oil": ONE})
    sell(trade, "three", 0, {"oil": ONE})
    sell(trade | {"four": make("organisation", name="Четвёртый")}, "four", 0, {"axe": ONE})
    shown = ask(company, "administrator")
    assert re.search(r"Пила.{0,400}Масло", shown, re.DOTALL)
    behind = ask(company, "administrator", "/rows", rows="both", key=f"{trade['saw']}.{trade['oil']}")
    assert "Ромашка" in behind and "Лютик" in behind and "Василёк" not in behind
    key = f"{trade['oil']}.{trade['saw']}"
    behind = ask(company, "administrator", "/rows", rows="without", key=key)
    assert "Василёк" in behind and "Ромашка" not in behind
    made = company.client("administrator").post(
        f"/sales-analysis/clients?view=cross&from=2025-01&to=2025-12&rows=without&key={key}&way=segment",
        {"name": "Масло без пилы"},
    )
    assert made.status_code == 204 and made["HX-Redirect"].startswith("/segments/")


def test_pairs_are_told_within_what_the_reader_sees(company: Company) -> None:
    mine = company.users["employee"].pk
    trade = found_trade(mine)
    sell(trade, "one", 0, {"saw": ONE, "oil": ONE}, owner=mine)
    sell(trade, "two", 0, {"saw": ONE, "oil": ONE}, owner=mine)
    sell(trade, "three", 0, {"axe": ONE}, owner=mine)
    others = make("organisation", name="Чужой", owner=company.users["outsider"].pk)
    sell(trade | {"their": others}, "their", 0, {"saw": ONE, "oil": ONE}, owner=company.users["outsider"].pk)
    key = f"{trade['saw']}.{trade['oil']}"
    assert "Чужой" in ask(company, "administrator", "/rows", rows="both", key=key)
    company.grant("employee", "order", "read", "own")
    assert "Чужой" not in ask(company, "employee", "/rows", rows="both", key=key)
    company.grant("employee", "product", "read", "none")
    shown = ask(company, "employee")
    assert "Пила" not in shown and "Масло" not in shown
    path = f"/sales-analysis/rows?view=cross&rows=both&key={key}"
    assert company.client("employee").get(path).status_code == 404


@pytest.mark.parametrize("least", ["1", "-3", "2,5", "много", "9" * 30])
def test_a_wrong_limit_is_told_by_its_field_and_stays(company: Company, least: str) -> None:
    found_trade()
    answer = company.client("administrator").get("/sales-analysis", {"view": "cross", "least": least})
    shown = html.unescape(answer.content.decode())
    assert answer.status_code == 422 and f'value="{least}"' in shown and "от 2 до" in shown
    assert (
        company.client("administrator").get("/sales-analysis", {"view": "repeat", "least": least}).status_code
        == 200
    )


@pytest.mark.parametrize("key", ["", "1", "1.1", "a.b", "1.99999999999999999999", "-1.2", "999998.999999"])
def test_what_is_no_pair_is_not_there(company: Company, key: str) -> None:
    path = f"/sales-analysis/rows?view=cross&rows=without&key={key}"
    assert company.client("administrator").get(path).status_code == 404
