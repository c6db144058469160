"""Papers made of configured ones: whole configurations go along, pieces of them are lines as any others."""

from typing import Any

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.store.copying import as_given
from klientura.kernel.testing.company import found_company
from klientura.modules.catalog.services.first_things import ensure_catalogue
from klientura.modules.orders.services import beginnings

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


def make(key: str, **values: Any) -> int:
    return write.create(ACTOR, shape_of(key), values)


@pytest.fixture
def offer() -> int:
    """An offer of two lathes, each with one chuck that has to be chosen."""
    ensure_catalogue(ACTOR)
    lathe, chuck = make("product", name="Станок", price="1000"), make("product", name="Патрон", price="90")
    options = [{"product": chuck, "price": "60"}]
    make("option_group", product=lathe, name="Патрон", at_least=1, at_most=1, options=options)
    lines = [
        {"product": lathe, "quantity": "2", "configuration": f"1:{chuck}x1"},
        {"product": chuck, "configuration": "1"},
    ]
    own, client = make("own_company", name="Наша"), make("organisation", name="Ромашка")
    return make("offer", company=own, party=client, lines=lines)


def kept(key: str, number: int) -> list[Any]:
    lines = read.parts_of(ACTOR, shape_of(key), [number])[number]["lines"]
    return [(line["quantity"], line["price"], line["configuration"] is not None) for line in lines]


def test_an_order_of_an_offer_holds_its_configuration(offer: int) -> None:
    order = make("order", **as_given(*beginnings.from_offer(ACTOR, offer)))
    assert kept("order", order) == [(2, 1000, True), (2, 60, True)]
    invoice = make("invoice", **as_given(*beginnings.invoice_of_order(ACTOR, order)))
    assert kept("invoice", invoice) == [(2, 1000, True), (2, 60, True)]


def test_an_invoice_for_a_part_of_it_takes_lines_alone(offer: int) -> None:
    order = make("order", **as_given(*beginnings.from_offer(ACTOR, offer)))
    first = as_given(*beginnings.invoice_of_order(ACTOR, order))
    chuck = {**first["lines"][1], "quantity": "1"}
    assert kept("invoice", make("invoice", **{**first, "lines": [chuck]})) == [(1, 60, False)]
    rest = make("invoice", **as_given(*beginnings.invoice_of_order(ACTOR, order)))
    assert kept("invoice", rest) == [(2, 1000, False), (1, 60, False)]


def test_the_dialog_tells_nothing_of_products_that_are_closed(offer: int) -> None:
    company = found_company()
    head = read.parts_of(ACTOR, shape_of("offer"), [offer])[offer]["lines"][0]
    form = {"lines-present": "1", "lines-0-product": str(head["product"]), "lines-0-quantity": "1"}
    address = "/configure/offer?part=lines&place=0"
    assert company.client("employee").post(address, form).status_code == 200
    company.grant("employee", "product", "read", "none")
    answer = company.client("employee").post(address, form)
    assert answer.status_code in {403, 404} and "Патрон" not in answer.content.decode()
