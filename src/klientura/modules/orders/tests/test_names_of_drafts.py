"""A draft has no number: it is told from others by kind, client and sum, wherever it stands, as far as the reader sees these."""

import pytest
from django.utils import translation

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company
from klientura.kit.formats import format_money
from klientura.modules.orders.services import invoices, orders
from klientura.modules.orders.tests.test_papers import ACTOR, firm, make, paper

__all__ = ["firm"]
pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return found_company()


def title(key: str, number: int) -> str:
    return str(read.get(ACTOR, shape_of(key), number, keys=["title"])["title"])


def test_a_draft_is_called_by_kind_client_and_sum_until_it_has_a_number(firm: dict[str, int]) -> None:
    bill = paper(firm, "invoice")
    client = read.titles(ACTOR, shape_of("party"), [firm["client"]])[firm["client"]]
    amount = read.get(ACTOR, shape_of("invoice"), bill)["amount"]
    with translation.override("ru"):
        said = title("invoice", bill).replace("\xa0", " ")
        assert said.startswith(f"Черновик счёта, {client}, ")
        assert said.endswith("₽")
        assert format_money(amount, "RUB", "ru", brief=True).replace("\xa0", " ") in said
    with translation.override("en"):
        assert title("invoice", bill).startswith(f"Draft invoice, {client}, ₽")
        assert read.titles(ACTOR, shape_of("invoice"), [bill])[bill] == title("invoice", bill)
        other = make("organisation", name="Новая фирма")
        line = {"name": "Работы", "quantity": "1", "given_price": "77.50"}
        write.update(ACTOR, shape_of("invoice"), bill, {"party": other, "lines": [line]})
        assert title("invoice", bill) == "Draft invoice, Новая фирма, ₽77.50"
        write.update(ACTOR, shape_of("organisation"), other, {"name": "Переименована"})
        assert title("invoice", bill) == "Draft invoice, Переименована, ₽77.50"
    invoices.issue(ACTOR, bill)
    assert title("invoice", bill) == read.get(ACTOR, shape_of("invoice"), bill)["number"]


def test_it_is_called_so_in_links_lists_cards_and_the_api(firm: dict[str, int], company: Company) -> None:
    order = paper(firm, "order")
    bill = paper(firm, "invoice", order=order)
    with translation.override("ru"):
        assert read.get(ACTOR, shape_of("invoice"), bill)["order"].title.startswith("Черновик заказа, ")
    browser = company.client("administrator")
    card = browser.get(f"/invoice/{bill}").content.decode()
    assert "Черновик счёта, " in card
    assert "Черновик заказа, " in card
    assert f"№ {bill}<" not in card
    assert "Черновик счёта, " in browser.get("/invoice").content.decode()
    said = company.api("administrator").get(f"/api/v1/invoice/{bill}?fields=title,order").json()
    assert said["title"].startswith(("Черновик счёта, ", "Draft invoice, "))
    orders.confirm(ACTOR, order)
    invoices.issue(ACTOR, bill)
    number = title("invoice", bill)
    assert f"Счёт № {number} от " in browser.get(f"/invoice/{bill}").content.decode()


def test_who_does_not_see_the_client_or_the_sum_is_not_told_them(
    firm: dict[str, int], company: Company
) -> None:
    bill = paper(firm, "invoice", owner=company.users["employee"].pk)
    company.hide("employee", "invoice", "party")
    company.hide("employee", "invoice", "amount")
    with translation.override("ru"):
        row = read.get(company.actor("employee"), shape_of("invoice"), bill, keys=["title"])
    assert row["title"] == "Черновик счёта"


def test_a_page_of_drafts_costs_one_statement(
    firm: dict[str, int], django_assert_num_queries: object
) -> None:
    for _number in range(5):
        paper(firm, "invoice")
    shape = shape_of("invoice")
    with django_assert_num_queries(1):  # type: ignore[operator]
        rows = read.page(ACTOR, shape, sort="-id", keys=["title"]).rows
    assert len({row["id"] for row in rows}) == 5
    assert all(row["title"] for row in rows)
