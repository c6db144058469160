"""Sums where they easily go wrong: rates of another year, another currency in the middle of the work, sums no column holds."""

from decimal import Decimal
from typing import Any

import pytest

from klientura.kernel.errors import Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.modules.orders.queries.transfer import transfer_data
from klientura.modules.orders.tests.test_papers import ACTOR, firm, make, paper, row_of

__all__ = ["firm"]
pytestmark = pytest.mark.django_db


def lines_of(number: int) -> list[read.Row]:
    return list(read.parts_of(ACTOR, shape_of("invoice"), [number])[number]["lines"])


def test_the_tax_is_that_of_the_day_of_the_paper(firm: dict[str, int]) -> None:
    bill = paper(firm, "invoice", issued_on="2025-12-15", tax_mode="on_top")
    assert [line["tax_rate"] for line in lines_of(bill)] == [20, None]
    assert row_of("invoice", bill)["amount"] == 12300
    write.update(ACTOR, shape_of("product"), firm["saw"], {"price": "5000"})
    write.update(ACTOR, shape_of("invoice"), bill, {"issued_on": "2026-01-15"})
    assert [(line["tax_rate"], line["price"]) for line in lines_of(bill)] == [(22, 1000), (None, 300)]
    assert row_of("invoice", bill)["amount"] == 12500
    write.update(ACTOR, shape_of("invoice"), bill, {"issued_on": None})
    assert row_of("invoice", bill)["issued_on"] is not None


@pytest.mark.parametrize(
    ("quantity", "price", "number"),
    [("999999999999", "9999999999999999", 1), ("9", "100000000000000", 2), ("9", "100000000000000", 20)],
)
def test_sums_that_no_column_holds_are_refused(
    firm: dict[str, int], quantity: str, price: str, number: int
) -> None:
    line: dict[str, Any] = {"product": firm["saw"], "quantity": quantity, "given_price": price}
    with pytest.raises(Invalid):
        paper(firm, "invoice", lines=[line] * number)


def test_a_price_said_in_the_new_currency_is_not_converted_into_it(firm: dict[str, int]) -> None:
    make("exchange_rate", currency="USD", on="2026-01-01", rate="90")
    lines = [
        {"product": firm["saw"], "given_price": "900"},
        {"product": firm["setup"], "given_price": "1800"},
    ]
    bill = paper(firm, "invoice", lines=lines)
    first, second = lines_of(bill)
    change = {"currency": "USD", "lines": [{"id": first["id"], "given_price": "12"}, {"id": second["id"]}]}
    write.update(ACTOR, shape_of("invoice"), bill, change)
    assert [line["given_price"] for line in lines_of(bill)] == [12, 20]
    assert row_of("invoice", bill)["amount"] == 32


def test_a_discount_from_a_sum_is_held_against_the_companys_currency(firm: dict[str, int]) -> None:
    make("exchange_rate", currency="USD", on="2026-01-01", rate="100")
    make("discount_rule", name="Опт", percent="10", min_total="100000")
    sums = {}
    for quantity in ("99", "100"):
        lines = [{"product": firm["saw"], "quantity": quantity}]
        bill = paper(firm, "invoice", currency="USD", lines=lines)
        sums[quantity] = row_of("invoice", bill)["amount"]
    assert sums == {"99": Decimal(990), "100": Decimal(900)}


def test_a_transfer_document_at_zero_per_cent_is_not_without_tax(firm: dict[str, int]) -> None:
    taxes = read.page(ACTOR, shape_of("tax"), sort="place", limit=20, keys=["id", "title"]).rows
    zero = next(t["id"] for t in taxes if t["title"] == "НДС 0 %")
    data = transfer_data(ACTOR, paper(firm, "closing_paper", lines=[{"product": firm["saw"], "tax": zero}]))
    assert (data["lines"][0]["rate"], data["lines"][0]["tax"], data["tax"]) == ("0%", "0,00", "0,00")
