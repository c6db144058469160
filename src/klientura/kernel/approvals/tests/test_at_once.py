"""Two people at one approval at the same moment: whoever comes second waits, and sees what the first has done."""

import pytest

from klientura.kernel.approvals import deciding, routes, sending
from klientura.kernel.approvals.models import Approval, Decision
from klientura.kernel.errors import Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.at_once import at_once
from klientura.kernel.testing.company import found_company

pytestmark = pytest.mark.django_db(transaction=True)


def test_one_decides_the_other_hears_that_it_is_over() -> None:
    company = found_company()
    two = [company.users[who].pk for who in ("manager", "colleague")]
    step = {"who": "users", "users": two, "needed": 1}
    admin, author = company.actor("administrator"), company.actor("employee")
    routes.create(
        admin, "organisation", {"name": "One of two", "filter": {}, "steps": [step], "is_active": True}
    )
    number = write.create(author, shape_of("organisation"), {"name": "Ромашка"})
    approval = sending.send(author, shape_of("organisation"), number)
    one, other = company.actor("manager"), company.actor("colleague")
    refused = at_once(
        lambda: deciding.decide(one, approval.pk, "agreed"),
        lambda: deciding.decide(other, approval.pk, "refused", "No"),
    )
    assert refused is Invalid
    assert (Approval.objects.get().state, Decision.objects.get().verdict) == ("approved", "agreed")


def test_a_record_is_sent_once() -> None:
    company = found_company()
    author, shape = company.actor("employee"), shape_of("organisation")
    number = write.create(author, shape, {"name": "Ромашка"})
    assert (
        at_once(lambda: sending.send(author, shape, number), lambda: sending.send(author, shape, number))
        is Invalid
    )
    assert Approval.objects.count() == 1
