"""The limit of a client is held against what was handed over too, not against invoices alone."""

import pytest
from django.utils import translation

from klientura.kernel.errors import Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import found_company
from klientura.modules.orders.services import closing, invoices, orders
from klientura.modules.payments.tests.firm import ACTOR, bill, found_firm, hand_over, make, money, row

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm() -> dict[str, int]:
    return found_firm()


def test_closing_papers_are_held_against_the_limit(firm: dict[str, int]) -> None:
    make("credit_terms", party=firm["client"], credit_limit="1000")
    hand_over(firm, "800")
    draft = hand_over(firm, "300", issued=False)
    with pytest.raises(Invalid) as caught:
        closing.issue(ACTOR, draft)
    assert caught.value.errors[0].code == "credit"
    browser = found_company().client("administrator")
    assert browser.post(f"/closing_paper/{draft}/actions/issue").status_code == 422
    assert row("closing_paper", draft)["status"] == "draft"
    closing.issue(ACTOR, hand_over(firm, "5000", issued=False, currency="USD"))
    bill(firm, "800")  # billed for what was handed over: it counts once
    with pytest.raises(Invalid):
        bill(firm, "300")
    money(firm, "100")
    closing.issue(ACTOR, draft)
    assert row("closing_paper", draft)["status"] == "issued"


def test_nothing_is_handed_over_to_a_stopped_client_unless_permitted(firm: dict[str, int]) -> None:
    make("credit_terms", party=firm["client"], stopped=True, reason="Суд")
    lines = [{"name": "Работы", "quantity": "1", "given_price": "10"}]
    order = make("order", company=firm["company"], party=firm["client"], issued_on="2026-11-02", lines=lines)
    orders.confirm(ACTOR, order)
    without, of_order = (
        hand_over(firm, "10", issued=False),
        hand_over(firm, "10", issued=False, order=order),
    )
    for paper in (without, of_order):
        with pytest.raises(Invalid) as caught:
            closing.issue(ACTOR, paper)
        assert "Суд" in str(caught.value.errors[0].message)
    invoice = bill(firm, "10", issued=False, order=order)
    write.create(ACTOR, shape_of("credit_release"), {"invoice": invoice, "reason": "Слово директора"})
    closing.issue(ACTOR, of_order)
    with pytest.raises(Invalid):
        closing.issue(ACTOR, without)
    invoices.issue(ACTOR, invoice)


def test_the_card_of_a_client_tells_what_was_handed_over(firm: dict[str, int]) -> None:
    hand_over(firm, "27456.25")
    hand_over(firm, "900", currency="USD")
    hand_over(firm, "40", issued=False)
    bill(firm, "5520")
    money(firm, "3000")
    make("credit_terms", party=firm["client"], credit_limit="30000")
    company = found_company()
    address = f"/organisation/{firm['client']}?tab=settlements"
    with translation.override("ru"):
        page = company.client("administrator").get(address).content.decode()
    for text in ("Отгружено не оплачено", "24\u202f456,25", "900,00", "5\u202f543,75"):
        assert text in page.replace("\xa0", "\u202f")
    company.hide("employee", "closing_paper", "amount")
    assert "24\u202f456,25" not in company.client("employee").get(address).content.decode()
