"""What papers decide alike whichever way they are written: empty taxes, orders of others, price lists, kits, calculated rates."""

from decimal import Decimal
from typing import Any

import pytest

from klientura.kernel.errors import Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import bulk, read, write
from klientura.kernel.testing.company import found_company
from klientura.modules.orders.queries.printed import invoice_data
from klientura.modules.orders.queries.transfer import transfer_data
from klientura.modules.orders.services import orders
from klientura.modules.orders.tests.test_papers import ACTOR, firm, make, paper

__all__ = ["firm"]
pytestmark = pytest.mark.django_db


def lines(key: str, number: int) -> list[dict[str, Any]]:
    return list(read.named_parts_of(ACTOR, shape_of(key), [number])[number]["lines"])


def change(key: str, number: int, **values: Any) -> None:
    write.update(ACTOR, shape_of(key), number, values)


def test_an_empty_tax_is_that_of_the_product_when_made_and_when_edited(firm: dict[str, int]) -> None:
    bill = paper(firm, "invoice", lines=[{"product": firm["saw"], "quantity": "1", "tax": None}])
    (line,) = lines("invoice", bill)
    assert line["tax_rate"] == 22
    change("invoice", bill, lines=[{"id": line["id"], "product": firm["saw"], "quantity": "1", "tax": None}])
    assert lines("invoice", bill)[0]["tax"] == line["tax"]
    none = read.page(ACTOR, shape_of("tax"), tree={"field": "name", "op": "eq", "value": "Без НДС"}).rows[0][
        "id"
    ]
    change("invoice", bill, lines=[{"id": line["id"], "product": firm["saw"], "quantity": "1", "tax": none}])
    assert lines("invoice", bill)[0]["tax_rate"] is None


@pytest.mark.parametrize("key", ["invoice", "closing_paper"])
def test_no_paper_names_the_order_of_another_client(firm: dict[str, int], key: str) -> None:
    company = found_company()
    order = paper(firm, "order")
    orders.confirm(ACTOR, order)
    other = make("organisation", name="Другая")
    with pytest.raises(Invalid):
        paper(firm, key, order=order, party=other)
    draft = paper(firm, key, order=order)
    with pytest.raises(Invalid):
        change(key, draft, party=other)
    api = company.api("administrator")
    answer = api.patch(f"/api/v1/{key}/{draft}", {"party": other}, content_type="application/json")
    assert answer.status_code in {400, 422, 428}
    loose = paper(firm, key, party=other)
    outcome = bulk.edit(ACTOR, shape_of(key), bulk.Selection(ids=(loose,)), {"order": order})
    assert (outcome.changed, list(outcome.refused)) == (0, [loose])
    assert (
        company.client("administrator").post(f"/{key}/{draft}/fact/party", {"party": str(other)}).status_code
        != 200
    )
    assert read.get(ACTOR, shape_of(key), draft)["party"].id == firm["client"]


def test_another_client_of_a_draft_brings_its_own_price_list(firm: dict[str, int]) -> None:
    partners = make("price_list", name="Партнёрам", roles=["partner"], currency="RUB")
    retail = make("price_list", name="Розница", currency="RUB")
    change("product", firm["saw"], prices=[
        {"price_list": partners, "min_quantity": "0", "price": "600"}, {"price_list": retail, "min_quantity": "0", "price": "900"},
    ])  # fmt: skip
    partner = make("organisation", name="Партнёр", roles=["partner"])
    goods = [{"product": firm["saw"], "quantity": "1"}]
    chosen, named = (
        paper(firm, "invoice", lines=goods),
        paper(firm, "invoice", lines=goods, price_list=retail),
    )
    assert lines("invoice", chosen)[0]["price"] == 900
    for bill in (chosen, named):
        change("invoice", bill, party=partner)
    assert (lines("invoice", chosen)[0]["price"], read.get(ACTOR, shape_of("invoice"), chosen)["amount"]) == (
        600,
        600,
    )
    assert lines("invoice", named)[0]["price"] == 900  # people have named this list
    by_hand = paper(firm, "invoice", lines=[{**goods[0], "given_price": "1"}])
    change("invoice", by_hand, party=partner)
    assert lines("invoice", by_hand)[0]["price"] == 1


def test_a_kit_costs_what_so_many_parts_cost(firm: dict[str, int]) -> None:
    retail = make("price_list", name="Розница", currency="RUB")
    change("product", firm["saw"], prices=[
        {"price_list": retail, "min_quantity": "0", "price": "900"}, {"price_list": retail, "min_quantity": "10", "price": "500"},
    ])  # fmt: skip
    kit = make(
        "product",
        name="Набор",
        kind="kit",
        kit_price="sum",
        components=[{"component": firm["saw"], "quantity": "2"}],
    )
    few, many = (paper(firm, "invoice", lines=[{"product": kit, "quantity": n}]) for n in ("4", "5"))
    assert [lines("invoice", n)[0]["price"] for n in (few, many)] == [Decimal(1800), Decimal(1000)]


def test_a_calculated_rate_is_printed_as_such(firm: dict[str, int]) -> None:
    taxes = read.page(
        ACTOR, shape_of("tax"), tree={"field": "calculated", "op": "eq", "value": True}, sort="place"
    ).rows
    goods = [{"name": "Аванс", "quantity": "1", "given_price": "122", "tax": taxes[0]["id"]}]
    bill, upd = paper(firm, "invoice", lines=goods), paper(firm, "closing_paper", lines=goods)
    assert [t["label"] for t in invoice_data(ACTOR, bill, "ru")["taxes"]] == ["В том числе НДС 22/122:"]
    assert transfer_data(ACTOR, upd)["lines"][0]["rate"] == "22/122"
    usual = paper(firm, "invoice", lines=[{"product": firm["saw"], "quantity": "1"}])
    assert invoice_data(ACTOR, usual, "ru")["taxes"][0]["label"] == "В том числе НДС 22 %:"


def test_the_pdf_is_offered_to_those_alone_who_get_it(firm: dict[str, int]) -> None:
    company = found_company()
    bill = paper(firm, "invoice", owner=company.users["employee"].pk)
    way = f"/invoice/{bill}/pdf"
    browser = company.client("employee")
    assert (way in browser.get(f"/invoice/{bill}").content.decode()) == (browser.get(way).status_code == 200)
    company.hide("employee", "invoice", "amount")
    browser = company.client("employee")
    assert browser.get(way).status_code == 403
    assert way not in browser.get(f"/invoice/{bill}").content.decode()
    assert way in company.client("administrator").get(f"/invoice/{bill}").content.decode()
