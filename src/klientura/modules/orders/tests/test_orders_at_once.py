"""Two orders of one offer, taken into work at the same moment: what the offer let out is taken once."""

import pytest

from klientura.kernel.errors import Invalid
from klientura.kernel.testing.at_once import at_once
from klientura.kernel.testing.company import Company
from klientura.modules.orders.services import orders
from klientura.modules.orders.tests.test_limits import approved_offer, company, ordered, shop, status

pytestmark = pytest.mark.django_db(transaction=True)
__all__ = ["company", "shop"]


def test_what_an_offer_lets_out_is_not_taken_twice(company: Company, shop: dict[str, int]) -> None:
    offer, employee = approved_offer(company, shop, "10"), company.actor("employee")
    first, second = ordered(company, offer, "6"), ordered(company, offer, "6")
    refused = at_once(lambda: orders.confirm(employee, first), lambda: orders.confirm(employee, second))
    assert refused is Invalid
    assert (status("order", first), status("order", second)) == ("confirmed", "draft")
