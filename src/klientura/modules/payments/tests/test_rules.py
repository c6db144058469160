"""Rules along the chain: an invoice is paid, and its deal moves on by itself."""

import pytest

from klientura.kernel.rules import keeping
from klientura.kernel.rules.tests.support import last, settle
from klientura.kernel.testing.company import found_company
from klientura.modules.payments.services.allocating import allocate, release
from klientura.modules.payments.tests.firm import bill, found_firm, money
from klientura.modules.sales.tests.regulated import ACTOR, deal, deal_of, pipeline_with

pytestmark = pytest.mark.django_db


def test_a_paid_invoice_moves_its_deal(db: None) -> None:
    company = found_company()
    firm, (_pipeline, stages) = found_firm(), pipeline_with()
    rule = keeping.create(
        company.actor("administrator"),
        {
            "name": "Оплачен — выиграна",
            "object": "invoice",
            "active": True,
            "trigger": {"kind": "changed", "fields": ["status"], "to": "paid"},
            "steps": [
                {
                    "kind": "set_linked",
                    "by": "opportunity",
                    "values": {"stage": {"from": "value", "value": stages["third"]}},
                }
            ],
        },
    )
    number = deal(ACTOR, stages["first"], party=firm["client"])
    invoice, payment = bill(firm, "1000", opportunity=number), money(firm, "1000")
    settle()
    assert deal_of(number)["stage"].id == stages["first"], "an invoice that was issued is not paid"
    allocate(ACTOR, payment, {"invoice": invoice})
    settle()
    assert deal_of(number)["stage"].id == stages["third"]
    assert last(rule).outcomes[0]["done"][0]["id"] == number
    release(ACTOR, payment)
    settle()
    assert deal_of(number)["stage"].id == stages["third"], "the rule says nothing of going back"
