"""What was paid in a month, an advance, the money of a deal: each figure opens its rows, of what the reader sees."""

import pytest

from klientura.kernel.testing.company import found_company
from klientura.modules.payments.services.allocating import allocate
from klientura.modules.payments.tests.firm import ACTOR, bill, found_firm, make, money
from klientura.modules.sales.services.pipelines import ensure_default_pipeline

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm() -> dict[str, int]:
    return found_firm()


def test_what_was_paid_in_a_month_opens_its_rows(firm: dict[str, int]) -> None:
    company = found_company()
    invoice = bill(firm, "1000", issued_on="2026-10-01")
    for day, amount in (("2026-10-20", "100"), ("2026-11-03", "250.50")):
        allocate(ACTOR, money(firm, amount, paid_on=day), {"invoice": invoice})
    browser = company.client("administrator")
    page = browser.get("/receivables/turnover?on=2026-11-20").content.decode().replace("&amp;", "&")
    assert "/receivables/paid?on=2026-11-20" in page
    rows = browser.get("/receivables/paid?on=2026-11-20&currency=RUB").content.decode()
    assert "250,50" in rows
    assert "100,00" not in rows
    assert f"/invoice/{invoice}" in rows
    for bad in ("on=x", "on=9999-99-99&party=9" * 3, "currency=ЯЯ", ""):
        assert browser.get(f"/receivables/paid?{bad}").status_code == 200
    assert (
        f"/invoice/{invoice}"
        not in company.client("outsider").get("/receivables/paid?on=2026-11-20").content.decode()
    )


def test_an_advance_on_the_card_of_a_client_opens_its_payments(firm: dict[str, int]) -> None:
    money(firm, "700")
    page = (
        found_company()
        .client("administrator")
        .get(f"/organisation/{firm['client']}?tab=settlements")
        .content.decode()
    )
    assert "/payment?" in page
    assert "rest" in page[page.index("/payment?") :][:400]


def test_the_card_of_a_deal_tells_what_was_paid_of_its_invoices(firm: dict[str, int]) -> None:
    company = found_company()
    ensure_default_pipeline(ACTOR)
    deal = make("opportunity", name="Станок", party=firm["client"])
    invoice = bill(firm, "1000", opportunity=deal)
    payment = money(firm, "400", number="77")
    allocate(ACTOR, payment, {"invoice": invoice})
    page = company.client("administrator").get(f"/opportunity/{deal}?tab=deal-payments").content.decode()
    assert f"/payment/{payment}" in page
    assert "400,00" in page
