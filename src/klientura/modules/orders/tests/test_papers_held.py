"""What papers hold fast: their order, their company, their number; and what a cancelled one does not do any more."""

import pytest

from klientura.kernel.errors import BadRequest, Invalid
from klientura.kernel.merging.merge import merge
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import found_company
from klientura.modules.orders.services import beginnings, closing, invoices, offers, orders
from klientura.modules.orders.tests.test_papers import ACTOR, begun, firm, make, paper, row_of

__all__ = ["firm"]
pytestmark = pytest.mark.django_db


def refused(error: pytest.ExceptionInfo[Invalid]) -> list[str]:
    return [e.field for e in error.value.errors]


def test_nothing_is_issued_for_a_cancelled_order(firm: dict[str, int]) -> None:
    order = paper(firm, "order")
    orders.confirm(ACTOR, order)
    bill = make("invoice", **begun(*beginnings.invoice_of_order(ACTOR, order)))
    handed = make("closing_paper", **begun(*beginnings.closing_of_order(ACTOR, order)))
    orders.cancel(ACTOR, order)
    with pytest.raises(Invalid) as caught:
        invoices.issue(ACTOR, bill)
    assert refused(caught) == ["order"]
    with pytest.raises(Invalid) as caught:
        closing.issue(ACTOR, handed)
    assert refused(caught) == ["order"]
    assert (row_of("invoice", bill)["number"], row_of("closing_paper", handed)["number"]) == (None, None)


def test_an_issued_paper_stays_with_its_order(firm: dict[str, int]) -> None:
    first, second = paper(firm, "order"), paper(firm, "order")
    for order in (first, second):
        orders.confirm(ACTOR, order)
    bill = make("invoice", **begun(*beginnings.invoice_of_order(ACTOR, first)))
    handed = make("closing_paper", **begun(*beginnings.closing_of_order(ACTOR, first)))
    invoices.issue(ACTOR, bill)
    closing.issue(ACTOR, handed)
    for key, number in (("invoice", bill), ("closing_paper", handed)):
        with pytest.raises(Invalid) as caught:
            write.update(ACTOR, shape_of(key), number, {"order": second})
        assert refused(caught) == ["order"]
    assert (row_of("order", first)["invoiced"], row_of("order", first)["delivered"]) == (10300, 10300)


def test_an_edition_is_of_the_company_of_the_first(firm: dict[str, int]) -> None:
    first = paper(firm, "offer")
    offers.issue(ACTOR, first)
    values = begun(*offers.next_edition(ACTOR, first))
    second = make("offer", **{**values, "company": make("own_company", name="Вторая")})
    with pytest.raises(Invalid) as caught:
        offers.issue(ACTOR, second)
    assert refused(caught) == ["company"]
    assert row_of("offer", first)["status"] == "issued"


def test_drafts_are_not_cancelled_and_the_cancelled_are_not_issued(firm: dict[str, int]) -> None:
    bill = paper(firm, "invoice")
    with pytest.raises(Invalid):
        invoices.cancel(ACTOR, bill)
    invoices.issue(ACTOR, bill)
    invoices.cancel(ACTOR, bill)
    invoices.cancel(ACTOR, bill)
    with pytest.raises(Invalid):
        invoices.issue(ACTOR, bill)
    assert row_of("invoice", bill)["status"] == "cancelled"


def test_a_company_with_papers_is_not_thrown_away(firm: dict[str, int]) -> None:
    bill, company = paper(firm, "invoice"), shape_of("own_company")
    with pytest.raises(BadRequest):
        write.trash(ACTOR, company, [firm["company"]])
    assert found_company().client("administrator").get(f"/invoice/{bill}/pdf").status_code == 200
    write.trash(ACTOR, shape_of("invoice"), [bill])
    write.trash(ACTOR, company, [firm["company"]])


def test_a_company_with_papers_does_not_become_another(firm: dict[str, int]) -> None:
    other, boss = make("own_company", name="Вторая"), found_company().actor("administrator")
    first, second = paper(firm, "invoice"), paper(firm, "invoice", company=other)
    for bill in (first, second):
        invoices.issue(ACTOR, bill)
    with pytest.raises(BadRequest):
        merge(boss, shape_of("own_company"), firm["company"], [other])
    assert row_of("invoice", second)["company"].id == other
    unused = make("own_company", name="Третья")
    merge(boss, shape_of("own_company"), firm["company"], [unused])
