"""What somebody may take off by themselves, and that nothing beyond it goes out by any door without approval."""

import datetime as dt
import json
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone, translation

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.approvals import deciding, sending
from klientura.kernel.errors import Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.catalog.services.first_things import ensure_catalogue
from klientura.modules.documents.services.templates import make as paper_of
from klientura.modules.orders.models import Offer
from klientura.modules.orders.services import beginnings, invoices, offers, orders
from klientura.modules.orders.services.limits import breaches_in
from klientura.modules.orders.tests.test_papers import begun
from klientura.modules.sales.services.pipelines import ensure_default_pipeline

pytestmark = pytest.mark.django_db
SYSTEM = SystemActor("test")


@pytest.fixture(autouse=True)
def _english() -> None:
    translation.activate("en")


@pytest.fixture
def company() -> Company:
    return found_company()


def make(key: str, **values: Any) -> int:
    return write.create(SYSTEM, shape_of(key), values)


@pytest.fixture
def shop(company: Company) -> dict[str, int]:
    """Goods at 1000 and at 500; employees take off 10 % on a line, 7 % on the whole."""
    ensure_catalogue(SYSTEM)
    branch = make("product_category", name="Станки")
    made = {
        "own": make("own_company", name="Наша", inn="7700000016"),
        "branch": branch,
        "inner": make("product_category", name="Токарные", parent=branch),
        "saw": make("product", name="Пила", price="1000"),
        "oil": make("product", name="Масло", price="500"),
    }
    made["lathe"] = make("product", name="Станок", price="1000", category=made["inner"])
    make("discount_limit", name="Сотрудники", role="employee", on_line="10", on_whole="7")
    return made


def client_of(company: Company, who: str = "employee") -> int:
    return write.create(company.actor(who), shape_of("organisation"), {"name": "Ромашка"})


def offer(company: Company, shop: dict[str, int], *lines: dict[str, Any], who: str = "employee") -> int:
    values = {"company": shop["own"], "party": client_of(company, who), "lines": list(lines)}
    return write.create(company.actor(who), shape_of("offer"), values)


def line(product: int, **more: Any) -> dict[str, Any]:
    return {"product": product, "quantity": "1", **more}


def status(key: str, number: int) -> str:
    found: str = read.get(SYSTEM, shape_of(key), number)["status"]
    return found


@pytest.mark.parametrize(
    ("given", "off"),
    [({"given_discount": "25"}, "25"), ({"given_price": "700"}, "30"), ({"given_price": "900", "given_discount": "10"}, "19")],
)  # fmt: skip
def test_a_discount_beyond_the_limit_does_not_go_out(
    company: Company, shop: dict[str, int], given: dict[str, str], off: str
) -> None:
    number = offer(company, shop, line(shop["saw"], **given))
    found = breaches_in(company.actor("employee"), "offer", number)
    assert [(b.place, b.off) for b in found] == [(0, Decimal(off)), (None, Decimal(off))]
    with pytest.raises(Invalid) as refused:
        offers.issue(company.actor("employee"), number)
    assert refused.value.errors[0].code == "approval"
    assert status("offer", number) == "draft"


def test_within_the_limit_it_goes(company: Company, shop: dict[str, int]) -> None:
    number = offer(company, shop, line(shop["saw"], given_discount="10"), line(shop["oil"], quantity="2"))
    offers.issue(company.actor("employee"), number)
    assert status("offer", number) == "issued"


def test_the_whole_has_a_limit_of_its_own(company: Company, shop: dict[str, int]) -> None:
    number = offer(
        company, shop, line(shop["saw"], given_discount="8"), line(shop["oil"], given_discount="8")
    )
    found = breaches_in(company.actor("employee"), "offer", number)
    assert [(b.place, b.off, b.limit) for b in found] == [(None, Decimal(8), Decimal(7))]


def test_who_has_no_limits_gives_what_they_like(company: Company, shop: dict[str, int]) -> None:
    number = offer(company, shop, line(shop["saw"], given_discount="60"))
    for who in ("administrator", "manager"):
        assert breaches_in(company.actor(who), "offer", number) == []
    make("discount_limit", name="Руководители", role="manager", on_line="20")
    assert len(breaches_in(company.actor("manager"), "offer", number)) == 1
    offers.issue(company.actor("administrator"), number)


def test_what_the_rules_of_discount_give_is_nobodys_discount(company: Company, shop: dict[str, int]) -> None:
    make("discount_rule", name="Распродажа", percent="40")
    assert breaches_in(company.actor("employee"), "offer", offer(company, shop, line(shop["saw"]))) == []
    by_hand = offer(company, shop, line(shop["saw"], given_price="600"))
    assert breaches_in(company.actor("employee"), "offer", by_hand) == []
    beyond = offer(company, shop, line(shop["saw"], given_price="590"))
    assert breaches_in(company.actor("employee"), "offer", beyond) != []


def test_the_closest_category_counts(company: Company, shop: dict[str, int]) -> None:
    make("discount_limit", name="Станки", role="employee", category=shop["branch"], on_line="3")
    number = offer(
        company, shop, line(shop["lathe"], given_discount="5"), line(shop["saw"], given_discount="5")
    )
    assert [(b.place, b.limit) for b in breaches_in(company.actor("employee"), "offer", number)] == [
        (0, Decimal(3))
    ]
    make("discount_limit", name="Токарные", role="employee", category=shop["inner"], on_line="6")
    assert breaches_in(company.actor("employee"), "offer", number) == []
    make("discount_limit", name="Токарные строже", role="employee", category=shop["inner"], on_line="4")
    assert [b.limit for b in breaches_in(company.actor("employee"), "offer", number)] == [Decimal(4)]


def test_the_price_list_of_the_client_counts(company: Company, shop: dict[str, int]) -> None:
    """A list that is not offered to the client, and a day of the past, choose no other price."""
    cheap = make("price_list", name="Своим", currency="RUB", markup="-50", roles=["dealer"])
    dear = make("price_list", name="Дорогой", currency="RUB", markup="100", place=9)
    client = client_of(company)

    def found(price_list: int, **given: str) -> list[Any]:
        number = write.create(company.actor("employee"), shape_of("offer"), {
            "company": shop["own"], "party": client, "price_list": price_list, "issued_on": "2020-01-01",
            "lines": [line(shop["saw"], **given)]})  # fmt: skip
        return [b.off for b in breaches_in(company.actor("employee"), "offer", number)]

    assert found(cheap) == [Decimal(50), Decimal(50)]
    assert found(dear, given_price="1000") == []
    assert found(dear, given_price="800") == [Decimal(20), Decimal(20)]


def test_typing_the_name_of_a_product_frees_from_no_limit(company: Company, shop: dict[str, int]) -> None:
    typed = {"quantity": "1", "name": " пила", "given_price": "600"}
    assert breaches_in(company.actor("employee"), "offer", offer(company, shop, typed))[0].off == Decimal(40)
    service = {"quantity": "1", "name": "Выезд мастера", "given_price": "600"}
    assert breaches_in(company.actor("employee"), "offer", offer(company, shop, service)) == []


def test_without_a_rate_nobody_knows_the_discount(company: Company, shop: dict[str, int]) -> None:
    values = {"company": shop["own"], "party": client_of(company), "currency": "USD"}
    number = write.create(company.actor("employee"), shape_of("offer"), values | {"lines": [line(shop["saw"], given_price="1")]})  # fmt: skip
    assert [b.off for b in breaches_in(company.actor("employee"), "offer", number)] == [None]
    with pytest.raises(Invalid) as refused:
        offers.issue(company.actor("employee"), number)
    assert "exchange rate" in str(refused.value.errors[0].message)


def approved_offer(company: Company, shop: dict[str, int], quantity: str = "1") -> int:
    """An offer at 750 instead of 1000, approved and issued."""
    number = offer(company, shop, {**line(shop["saw"], given_discount="25"), "quantity": quantity})
    approval = sending.send(company.actor("employee"), shape_of("offer"), number)
    deciding.decide(company.actor("manager"), approval.pk, "agreed")
    offers.issue(company.actor("employee"), number)
    return number


def ordered(company: Company, number: int, quantity: str, **more: Any) -> int:
    values = begun(*beginnings.from_offer(company.actor("employee"), number)) | more
    values["lines"][0]["quantity"] = quantity
    return write.create(company.actor("employee"), shape_of("order"), values)


def test_no_more_than_was_offered_goes_at_its_price(company: Company, shop: dict[str, int]) -> None:
    number, employee = approved_offer(company, shop, "10"), company.actor("employee")
    with pytest.raises(Invalid):
        orders.confirm(employee, ordered(company, number, "11"))
    orders.confirm(employee, ordered(company, number, "6"))
    with pytest.raises(Invalid):  # four are left
        orders.confirm(employee, ordered(company, number, "5"))
    orders.confirm(employee, ordered(company, number, "4"))
    with pytest.raises(Invalid):
        orders.confirm(employee, ordered(company, number, "1"))


def test_only_an_offer_in_force_to_the_same_client_counts(company: Company, shop: dict[str, int]) -> None:
    number, employee = approved_offer(company, shop, "10"), company.actor("employee")
    with pytest.raises(Invalid):
        orders.confirm(employee, ordered(company, number, "1", party=client_of(company)))
    Offer.objects.filter(pk=number).update(valid_until=timezone.localdate() - dt.timedelta(days=1))
    with pytest.raises(Invalid):
        orders.confirm(employee, ordered(company, number, "1"))
    Offer.objects.filter(pk=number).update(valid_until=timezone.localdate())
    orders.confirm(employee, ordered(company, number, "1"))


def test_a_deal_in_common_is_no_promise(company: Company, shop: dict[str, int]) -> None:
    ensure_default_pipeline(SYSTEM)
    employee, client = company.actor("employee"), client_of(company)
    deal = write.create(employee, shape_of("opportunity"), {"name": "Поставка", "party": client})
    values = {"company": shop["own"], "party": client, "opportunity": deal, "lines": [line(shop["saw"], given_discount="25")]}  # fmt: skip
    number = write.create(employee, shape_of("offer"), values)
    deciding.decide(company.actor("manager"), sending.send(employee, shape_of("offer"), number).pk, "agreed")
    offers.issue(employee, number)
    with pytest.raises(Invalid):
        orders.confirm(employee, write.create(employee, shape_of("order"), values))


def test_it_goes_one_up_when_the_head_has_a_limit_too(company: Company, shop: dict[str, int]) -> None:
    make("discount_limit", name="Руководители", role="manager", on_line="15")
    employee = company.actor("employee")
    number = offer(company, shop, line(shop["saw"], given_discount="60"))
    approval = sending.send(employee, shape_of("offer"), number)
    assert deciding.decide(company.actor("manager"), approval.pk, "agreed").state == "pending"
    with pytest.raises(Invalid):
        offers.issue(employee, number)
    assert deciding.decide(company.actor("administrator"), approval.pk, "agreed").state == "approved"
    offers.issue(employee, number)


def test_approved_it_goes_and_so_does_what_follows(company: Company, shop: dict[str, int]) -> None:
    employee = company.actor("employee")
    number = offer(company, shop, line(shop["saw"], given_discount="25"))
    approval = sending.send(employee, shape_of("offer"), number, "Большой клиент")
    assert "25" in approval.reason
    with pytest.raises(Invalid):
        offers.issue(employee, number)
    deciding.decide(company.actor("manager"), approval.pk, "agreed")
    offers.issue(employee, number)
    assert status("offer", number) == "issued"
    order = write.create(employee, shape_of("order"), begun(*beginnings.from_offer(employee, number)))
    orders.confirm(employee, order)
    invoice = write.create(
        employee, shape_of("invoice"), begun(*beginnings.invoice_of_order(employee, order))
    )
    invoices.issue(employee, invoice)
    assert status("invoice", invoice) == "issued"
    deeper = begun(*beginnings.from_offer(employee, number))
    deeper["lines"][0]["given_discount"] = "30"
    with pytest.raises(Invalid):
        orders.confirm(employee, write.create(employee, shape_of("order"), deeper))


def test_what_is_changed_after_approval_is_not_approved(company: Company, shop: dict[str, int]) -> None:
    employee, shape = company.actor("employee"), shape_of("offer")
    number = offer(company, shop, line(shop["saw"], given_discount="25"))
    deciding.decide(company.actor("manager"), sending.send(employee, shape, number).pk, "agreed")
    write.update(employee, shape, number, {"lines": [line(shop["saw"], given_discount="26")]})
    with pytest.raises(Invalid):
        offers.issue(employee, number)


def test_every_door_holds(company: Company, shop: dict[str, int]) -> None:
    number = offer(company, shop, line(shop["saw"], given_discount="25"))
    api, browser = company.api("employee"), company.client("employee")
    answer = api.post(f"/api/v1/offer/{number}/actions/issue", "{}", content_type="application/json")
    assert answer.status_code == 422 and answer.json()["errors"][0]["code"] == "approval"
    assert (
        api.patch(
            f"/api/v1/offer/{number}",
            {"status": "issued"},
            content_type="application/json",
            headers={"If-Match": '"1"'},
        ).status_code
        == 422
    )
    refused = browser.post(f"/offer/{number}/actions/issue", headers={"HX-Request": "true"})
    assert refused.status_code == 422
    dialog = refused.content.decode()  # it leads to the approval, not to the lines, which are whole
    assert f'hx-get="/offer/{number}/approval"' in dialog and "#part-lines" not in dialog
    assert browser.post(f"/offer/{number}/letter", headers={"HX-Request": "true"}).status_code == 422
    assert browser.post(f"/offer/{number}/links", {"days": "30"}).status_code in {200, 422}
    assert status("offer", number) == "draft"
    page = browser.get(f"/offer/{number}").content.decode()
    assert "без согласования — до" in page and f"/offer/{number}/approval" in page
    sending.send(company.actor("employee"), shape_of("offer"), number)
    waits = browser.post(f"/offer/{number}/actions/issue", headers={"HX-Request": "true"})
    assert waits.status_code == 400
    assert json.loads(waits["HX-Trigger"])["toast"]["text"].startswith("Ждёт согласования")


def test_the_form_tells_while_it_is_filled_in(company: Company, shop: dict[str, int]) -> None:
    def told(who: str, discount: str) -> dict[str, Any]:
        form = {
            "company": shop["own"], "currency": "RUB", "tax_mode": "included", "lines-present": "1", "lines-0-product": shop["saw"],
            "lines-0-quantity": "1", "lines-0-given_discount": discount,
        }  # fmt: skip
        found: dict[str, Any] = company.client(who).post("/offer/lines/lines", form).json()
        return found

    assert told("employee", "25")["lines"][0]["notes"].keys() == {"given_discount"}
    assert "Строка 1. Скидка 25 %, без согласования — до 10 %." in told("employee", "25")["note"]
    assert told("employee", "5")["note"] == "Скидку до 7 % вы даёте сами, сверх — согласование."
    assert told("administrator", "25")["note"] == ""


def test_the_reason_is_told_to_those_who_see_what_it_tells_of(company: Company, shop: dict[str, int]) -> None:
    number = offer(company, shop, line(shop["saw"], given_discount="25"))
    approval = sending.send(company.actor("employee"), shape_of("offer"), number)
    place = f"/api/v1/approvals/{approval.pk}"
    assert "25" in company.api("manager").get(place).json()["reason"]
    company.hide("manager", "offer", "lines")
    assert company.api("manager").get(place).json()["reason"] == ""
    browser = company.client("manager")
    for page in ("/approvals", f"/approvals/{approval.pk}/decide"):
        assert "25\u00a0%" not in browser.get(page).content.decode()
        assert "25 %" not in browser.get(page).content.decode()


def test_a_draft_is_not_printed_by_a_template_of_ones_own_before_approval(
    company: Company, shop: dict[str, int]
) -> None:
    """The PDF of the product says that it is a draft; what stands in a template of one's own nobody knows."""
    form = {"name": "Своё", "about": "offer", "form": "typst", "typst": "= Предложение", "language": "ru"}
    template = write.create(company.actor("administrator"), shape_of("paper_template"), form)
    employee = company.actor("employee")
    number = offer(company, shop, line(shop["saw"], given_discount="25"))
    with pytest.raises(Invalid):
        paper_of(employee, template, "offer", number)
    assert company.client("employee").get(f"/offer/{number}/papers/{template}").status_code == 422
    approval = sending.send(employee, shape_of("offer"), number)
    deciding.decide(company.actor("manager"), approval.pk, "agreed")
    assert paper_of(employee, template, "offer", number).content
