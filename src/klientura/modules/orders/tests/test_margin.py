"""What is left after the cost with duty, in the currency of the paper; told to nobody from whom costs are hidden."""

from decimal import Decimal
from typing import Any

import pytest

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.approvals import sending
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.catalog.services.first_things import ensure_catalogue
from klientura.modules.catalog.services.margin import margins, sees_margin, whole
from klientura.modules.orders.services.limits import terms_of

pytestmark = pytest.mark.django_db
SYSTEM = SystemActor("test")


@pytest.fixture
def company() -> Company:
    ensure_catalogue(SYSTEM)
    return found_company()


def make(key: str, **values: Any) -> int:
    return write.create(SYSTEM, shape_of(key), values)


@pytest.fixture
def offer(company: Company) -> int:
    """A saw at 1000 that costs 5 dollars and 10 % duty, and something by hand whose cost nobody knows."""
    make("exchange_rate", currency="USD", on="2026-01-01", rate="80")
    saw = make("product", name="Пила", price="1000", currency="RUB")
    write.update(
        SYSTEM, shape_of("product"), saw, {"cost": "5", "currency": "USD", "price": "12.5", "duty": "10"}
    )
    own, mine = make("own_company", name="Наша"), company.users["employee"].pk
    lines = [{"product": saw, "quantity": "2"}, {"name": "Доставка", "given_price": "300"}]
    client = make("organisation", name="Ромашка", owner=mine)
    return make("offer", company=own, party=client, issued_on="2026-03-01", owner=mine, lines=lines)


def test_the_margin_is_what_cost_and_duty_leave(offer: int) -> None:
    shape = shape_of("offer")
    found = margins(
        read.parts_of(SYSTEM, shape, [offer])[offer]["lines"], terms_of(read.get(SYSTEM, shape, offer))
    )
    assert [(m.net, m.cost, m.left, m.percent) for m in found] == [
        (Decimal(2000), Decimal(880), Decimal(1120), Decimal(56)), (Decimal(300), None, None, None),
    ]  # fmt: skip
    assert (whole(found).left, whole(found).percent) == (Decimal(1120), Decimal(56))


def test_who_does_not_see_costs_is_told_nothing(company: Company, offer: int) -> None:
    assert sees_margin(company.actor("employee"))
    page = " ".join(company.client("employee").get(f"/offer/{offer}?tab=margin").content.decode().split())
    assert "1 120,00" in page and "56 %" in page
    company.hide("employee", "product", "cost")
    assert not sees_margin(company.actor("employee"))
    page = (
        company.client("employee").get(f"/offer/{offer}?tab=margin").content.decode().replace("\u00a0", " ")
    )
    assert "1 120,00" not in page and "880,00" not in page


def test_the_form_warns_of_a_thin_margin_those_who_see_costs(company: Company, offer: int) -> None:
    make("discount_limit", name="Маржа", role="employee", least_margin="60")
    form = {
        "currency": "RUB",
        "tax_mode": "included",
        "issued_on": "2026-03-01",
        "lines-present": "1",
        "lines-0-quantity": "1",
    }
    form["lines-0-product"] = str(
        read.parts_of(SYSTEM, shape_of("offer"), [offer])[offer]["lines"][0]["product"]
    )

    def note() -> str:
        found: str = company.client("employee").post("/offer/lines/lines", form).json()["note"]
        return found

    assert "56 %" in note() and "60 %" in note()
    company.hide("employee", "product", "cost")
    assert note() == ""


def test_who_decides_sees_the_sum_and_what_is_left_of_it(company: Company, offer: int) -> None:
    company.grant("manager", "party", "read", "all")
    company.grant("manager", "organisation", "read", "all")
    made = sending.send(company.actor("employee"), shape_of("offer"), offer)
    dialog = f"/approvals/{made.pk}/decide"

    def told() -> str:
        return " ".join(company.client("manager").get(dialog).content.decode().split())

    assert "Ромашка" in told() and "2 300,00" in told() and "1 120,00" in told() and "56 %" in told()
    assert "approval-bad" not in told() and "checked" not in told()  # nothing is chosen before one chooses
    empty = company.client("manager").post(dialog, {"verdict": "", "words": ""})
    assert empty.status_code == 422
    company.hide("manager", "product", "cost")
    assert "56 %" not in told() and "2 300,00" in told()
    company.hide("manager", "offer", "amount")
    assert "2 300,00" not in told()


def test_a_loss_is_marked_beside_the_decision(company: Company, offer: int) -> None:
    product = read.parts_of(SYSTEM, shape_of("offer"), [offer])[offer]["lines"][0]["product"]
    write.update(
        SYSTEM,
        shape_of("offer"),
        offer,
        {"lines": [{"product": product, "quantity": "1", "given_price": "300"}]},
    )
    made = sending.send(company.actor("employee"), shape_of("offer"), offer)
    told = company.client("manager").get(f"/approvals/{made.pk}/decide").content.decode()
    assert 'class="approval-bad"' in told and "140,00" in told
