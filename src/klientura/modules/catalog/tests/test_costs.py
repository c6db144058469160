"""Costs by date: what was so on the day of a paper stays so, whatever is said of the product later."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import bulk, read, write
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.catalog.queries.costs import costs_on
from klientura.modules.catalog.services.lines import Terms
from klientura.modules.catalog.services.margin import margins

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
OLD = dt.date(2026, 3, 1)


def make(key: str, **values: Any) -> int:
    return write.create(ACTOR, shape_of(key), values)


def product(**values: Any) -> int:
    return make("product", **{"name": "Пила", "price": "1000", "currency": "RUB", **values})


def change(pk: int, **values: Any) -> None:
    write.update(ACTOR, shape_of("product"), pk, values)


def cost(pk: int, day: dt.date) -> Any:
    return costs_on({pk}, day).get(pk)


def cost_told(pk: int) -> Any:
    return read.get(ACTOR, shape_of("product"), pk)["cost"]


def test_a_new_cost_of_the_product_leaves_earlier_days_as_they_were() -> None:
    saw, today = product(cost="600", duty="5"), timezone.localdate()
    change(saw, cost="700")
    assert cost(saw, OLD) == (600, "RUB", 5)
    assert cost(saw, today) == (700, "RUB", 5)
    change(saw, cost="710", duty="0")
    assert (cost(saw, OLD), cost(saw, today)) == ((600, "RUB", 5), (710, "RUB", 0))
    change(saw, name="Пила ленточная")
    assert len(read.parts_of(ACTOR, shape_of("product"), [saw])[saw]["costs"]) == 2


def test_the_first_cost_holds_for_all_days_and_a_cleared_one_from_today() -> None:
    saw, today = product(), timezone.localdate()
    assert cost(saw, OLD) is None
    change(saw, cost="600")
    assert cost(saw, OLD) == (600, "RUB", 0)
    change(saw, cost=None)
    assert (cost(saw, OLD), cost(saw, today)) == ((600, "RUB", 0), None)


def test_the_product_tells_the_cost_of_today_in_its_currency() -> None:
    make("exchange_rate", currency="USD", on="2026-01-01", rate="80")
    lines = [
        {"valid_from": "2026-02-01", "cost": "5", "currency": "USD", "duty": "10", "delivery": "4"},
        {"valid_from": "2099-01-01", "cost": "9", "currency": "USD"},
    ]
    saw = product(costs=lines)
    assert cost_told(saw) == 400
    assert cost(saw, dt.date(2026, 1, 31)) is None
    assert cost(saw, OLD) == (5, "USD", 14)
    assert cost_told(product(costs=[{"cost": "5", "currency": "EUR"}])) is None


def test_two_costs_never_hold_from_one_day() -> None:
    day = {"valid_from": "2026-02-01", "currency": "RUB"}
    with pytest.raises(Invalid) as caught:
        product(costs=[{**day, "cost": "5"}, {**day, "cost": "6"}])
    assert [(e.field, e.code) for e in caught.value.errors] == [("costs.1.valid_from", "overlap")]
    with pytest.raises(Invalid):
        product(costs=[{"cost": "-5"}])


def test_the_margin_takes_the_cost_of_the_day_and_says_what_has_no_rate() -> None:
    saw = product(cost="600")
    change(saw, cost="900")
    yuan = product(name="Резец", costs=[{"cost": "5", "currency": "CNY"}])
    lines = [{"product": pk, "quantity": Decimal(2), "net": Decimal(2000)} for pk in (saw, yuan)]
    terms = Terms("RUB", None, None, "included", OLD)
    with CaptureQueriesContext(
        connection,
    ) as asked:
        found = margins(lines, terms)
    assert [(m.cost, m.unrated) for m in found] == [(1200, ""), (None, "CNY")]
    assert len(asked) <= 3  # the third is the currency of the installation
    today = Terms("RUB", None, None, "included", timezone.localdate())
    assert margins(lines, today)[0].cost == 1800


def test_many_products_at_once_keep_their_earlier_costs() -> None:
    both = [product(cost="600"), product(name="Резец", cost="10")]
    bulk.edit_chosen(ACTOR, shape_of("product"), both, {"cost": Decimal(55)})
    assert [known.cost for known in costs_on(both, OLD).values()] == [600, 10]
    assert [known.cost for known in costs_on(both, timezone.localdate()).values()] == [55, 55]


def test_costs_by_date_are_hidden_with_the_cost() -> None:
    company: Company = found_company()
    saw = product(cost="600")
    change(saw, cost="712")
    assert "712,00" in company.client("employee").get(f"/product/{saw}").content.decode()
    company.hide("employee", "product", "cost")
    page = company.client("employee").get(f"/product/{saw}").content.decode()
    assert "712,00" not in page and "600,00" not in page
    answer = company.api("employee").get(f"/api/v1/product/{saw}").json()
    assert "costs" not in str(answer) and "cost" not in answer.get("fields", answer)


def as_form(pk: int, **values: Any) -> dict[str, Any]:
    """What the form of a product sends: the fields and the table alike."""
    shape = shape_of("product")
    row, lines = read.get(ACTOR, shape, pk), read.parts_of(ACTOR, shape, [pk])[pk]["costs"]
    return {"cost": row["cost"], "duty": row["duty"], "currency": row["currency"], "costs": lines, **values}


def test_a_cost_typed_into_the_form_counts_beside_its_table() -> None:
    saw, today = product(cost="100"), timezone.localdate()
    change(saw, **as_form(saw, cost="150"))
    assert (cost(saw, OLD), cost(saw, today)) == ((100, "RUB", 0), (150, "RUB", 0))
    change(saw, **as_form(saw, cost="160"))
    assert (cost(saw, OLD), cost(saw, today), cost_told(saw)) == ((100, "RUB", 0), (160, "RUB", 0), 160)
    change(saw, **as_form(saw, name="Пила ленточная"))
    assert (cost(saw, today), cost_told(saw)) == ((160, "RUB", 0), 160)


def test_a_cost_that_is_changed_in_both_places_is_asked_about() -> None:
    saw = product(cost="100")
    change(saw, cost="150")
    lines = as_form(saw)["costs"]
    lines[-1] = {**lines[-1], "cost": "170"}
    with pytest.raises(Invalid) as refused:
        change(saw, **as_form(saw, cost="160", costs=lines))
    assert [(e.field, e.code) for e in refused.value.errors] == [("cost", "twice")]


def test_a_first_cost_from_a_day_to_come_leaves_the_present_one() -> None:
    saw, today = product(cost="100", duty="5"), timezone.localdate()
    later = today + dt.timedelta(days=40)
    change(saw, **as_form(saw, costs=[{"valid_from": later.isoformat(), "cost": "120", "currency": "RUB"}]))
    assert (cost(saw, OLD), cost(saw, today), cost_told(saw)) == ((100, "RUB", 5), (100, "RUB", 5), 100)
    assert cost(saw, later)[0] == 120


def test_a_change_of_duty_leaves_the_cost_of_the_table_in_its_own_currency() -> None:
    make("exchange_rate", currency="CNY", on="2026-01-01", rate="12")
    saw, today = product(), timezone.localdate()
    change(saw, costs=[{"valid_from": "2026-01-01", "cost": "5", "currency": "CNY"}])
    assert cost_told(saw) == 60
    change(saw, duty="7")
    assert cost(saw, today) == (5, "CNY", 7)
    change(saw, currency="CNY", price="80")
    assert (cost(saw, today), cost_told(saw)) == ((5, "CNY", 7), 5)
