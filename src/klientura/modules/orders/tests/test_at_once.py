"""Two people at one paper at the same moment: whoever comes second waits, and sees what the first has done."""

import pytest

from klientura.kernel.errors import BadRequest, Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.at_once import at_once
from klientura.modules.orders.models import Invoice, Order
from klientura.modules.orders.services import beginnings, invoices, orders
from klientura.modules.orders.tests.test_papers import ACTOR, begun, firm, make, paper

__all__ = ["firm"]
pytestmark = pytest.mark.django_db(transaction=True)


def test_an_order_is_not_cancelled_while_an_invoice_of_it_is_issued(firm: dict[str, int]) -> None:
    order = paper(firm, "order")
    orders.confirm(ACTOR, order)
    bill = make("invoice", **begun(*beginnings.invoice_of_order(ACTOR, order)))
    assert at_once(lambda: invoices.issue(ACTOR, bill), lambda: orders.cancel(ACTOR, order)) is Invalid
    assert (Order.objects.get().status, Invoice.objects.get().status) == ("confirmed", "issued")


def test_no_invoice_is_issued_while_its_order_is_cancelled(firm: dict[str, int]) -> None:
    order = paper(firm, "order")
    orders.confirm(ACTOR, order)
    bill = make("invoice", **begun(*beginnings.invoice_of_order(ACTOR, order)))
    assert at_once(lambda: orders.cancel(ACTOR, order), lambda: invoices.issue(ACTOR, bill)) is Invalid
    assert (Order.objects.get().status, Invoice.objects.get().status) == ("cancelled", "draft")


def test_a_paper_is_not_thrown_away_while_it_is_issued(firm: dict[str, int]) -> None:
    bill = paper(firm, "invoice")

    def throw_away() -> None:
        write.trash(ACTOR, shape_of("invoice"), [bill])

    assert at_once(lambda: invoices.issue(ACTOR, bill), throw_away) is BadRequest
    assert (Invoice.objects.get().status, Invoice.objects.get().deleted_at) == ("issued", None)
