"""Offers in editions, orders made of them, invoices and closing papers of what is left: the chain of a sale and its papers."""

from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import BadRequest, Invalid
from klientura.kernel.files.keeping import looked_up
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import found_company
from klientura.kit.formats import format_paper_date
from klientura.modules.catalog.services.first_things import ensure_catalogue
from klientura.modules.conversations.models import Outgoing
from klientura.modules.conversations.services.sending import files_of
from klientura.modules.conversations.tests.written import mailbox
from klientura.modules.orders.queries.printed import act_data, invoice_data, offer_data
from klientura.modules.orders.queries.transfer import transfer_data
from klientura.modules.orders.services import beginnings, closing, invoices, offers, orders
from klientura.modules.sales.services.pipelines import ensure_default_pipeline

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")


def make(key: str, **values: Any) -> int:
    return write.create(ACTOR, shape_of(key), values)


def row_of(key: str, number: int) -> read.Row:
    return read.get(ACTOR, shape_of(key), number)


def begun(values: dict[str, Any], lines: dict[str, Any]) -> dict[str, Any]:
    """What a form that was begun so sends when it is saved as it is."""

    def plain(value: Any) -> Any:
        return value.id if isinstance(value, read.Ref) else value

    return {
        **{k: plain(v) for k, v in values.items()},
        "lines": [{k: plain(v) for k, v in line.items()} for line in lines["lines"]],
    }


@pytest.fixture
def firm() -> dict[str, int]:
    """A company of ours, a client with requisites, goods at 22 % and a service without tax."""
    ensure_catalogue(ACTOR)
    ensure_default_pipeline(ACTOR)
    taxes = read.page(ACTOR, shape_of("tax"), sort="place", limit=20, keys=["id", "title"]).rows
    unit = read.page(ACTOR, shape_of("unit"), sort="id", limit=1, keys=["id"]).rows[0]["id"]
    free = next(t["id"] for t in taxes if t["title"] == "Без НДС")
    address = {"kind": "legal", "city": "Москва", "street": "Тверская, 1"}
    return {
        "company": make("own_company", name="Наша", full_name="ООО «Наша»",
            inn="7700000016", kpp="770001001", address="Москва, Арбат, 2", director="Ким А. С."),
        "client": make("organisation", name="Ромашка", inn="7707083893", kpp="773601001", addresses=[address]),
        "saw": make("product", name="Пила", code="П-1", price="1000", tax=taxes[0]["id"], unit=unit),
        "setup": make("product", name="Настройка", kind="service", price="300", tax=free),
    }  # fmt: skip


def paper(firm: dict[str, int], key: str, **more: Any) -> int:
    lines = [{"product": firm["saw"], "quantity": "10"}, {"product": firm["setup"]}]
    values = {"company": firm["company"], "party": firm["client"], "issued_on": "2026-11-22", "lines": lines}
    return make(key, **{**values, **more})


def test_a_new_edition_replaces_the_one_before_and_keeps_its_number(firm: dict[str, int]) -> None:
    first = paper(firm, "offer", intro="Добрый день")
    offers.issue(ACTOR, first)
    assert (row_of("offer", first)["number"], row_of("offer", first)["edition"]) == ("1", 1)
    with pytest.raises(Invalid):
        write.update(ACTOR, shape_of("offer"), first, {"intro": "Другое"})
    values = begun(*offers.next_edition(ACTOR, first))
    assert (values["intro"], values["previous"], len(values["lines"])) == ("Добрый день", first, 2)
    second = make("offer", **values)
    assert row_of("offer", first)["status"] == "issued"
    offers.issue(ACTOR, second)
    offers.issue(ACTOR, second)
    told = [(row_of("offer", n)["number"], row_of("offer", n)["status"]) for n in (first, second)]
    assert told == [("1", "replaced"), ("1/2", "issued")]
    third = make("offer", **begun(*offers.next_edition(ACTOR, second)))
    offers.issue(ACTOR, third)
    assert row_of("offer", third)["number"] == "1/3"
    late = make("offer", **{**values, "previous": first})
    with pytest.raises(Invalid) as caught:
        offers.issue(ACTOR, late)
    assert [e.field for e in caught.value.errors] == ["previous"]
    stranger = make("offer", **{**values, "previous": third, "party": make("organisation", name="Другая")})
    with pytest.raises(Invalid) as other:
        offers.issue(ACTOR, stranger)
    assert [e.field for e in other.value.errors] == ["party"]
    assert row_of("offer", third)["status"] == "issued"


def test_the_answer_of_the_client(firm: dict[str, int]) -> None:
    yes, no = paper(firm, "offer"), paper(firm, "offer")
    with pytest.raises(Invalid):
        offers.accept(ACTOR, yes, {})
    for number in (yes, no):
        offers.issue(ACTOR, number)
    offers.accept(ACTOR, yes, {"answer": "Берём"})
    offers.decline(ACTOR, no, {"answer": "Дорого"})
    told = [(row_of("offer", n)["status"], row_of("offer", n)["answer"]) for n in (yes, no)]
    assert told == [("accepted", "Берём"), ("declined", "Дорого")]
    with pytest.raises(Invalid):
        offers.decline(ACTOR, yes, {"answer": "Передумали"})
    browser = found_company().client("administrator")
    assert f"/order/new?from=offer-{yes}" in browser.get(f"/offer/{yes}").content.decode()
    declined = browser.get(f"/offer/{no}").content.decode()
    assert "/order/new?from=" not in declined
    assert f"/offer/new?from=offer-{no}" in declined


def test_invoices_and_closing_papers_take_what_is_left_of_an_order(firm: dict[str, int]) -> None:
    offer = paper(firm, "offer", payment_terms="100 % предоплата")
    offers.issue(ACTOR, offer)
    order = make("order", **begun(*beginnings.from_offer(ACTOR, offer)))
    orders.confirm(ACTOR, order)
    row = row_of("order", order)
    told = (row["number"], row["status"], row["amount"], row["payment_terms"], row["offer"].id)
    assert told == ("1", "confirmed", 10300, "100 % предоплата", offer)
    values = begun(*beginnings.invoice_of_order(ACTOR, order))
    values["lines"] = [{**values["lines"][0], "quantity": "4"}]
    first = make("invoice", **values)
    invoices.issue(ACTOR, first)
    assert row_of("order", order)["invoiced"] == 4000
    rest = begun(*beginnings.invoice_of_order(ACTOR, order))
    assert [Decimal(line["quantity"]) for line in rest["lines"]] == [6, 1]
    second = make("invoice", **rest)
    invoices.issue(ACTOR, second)
    assert row_of("order", order)["invoiced"] == 10300
    assert begun(*beginnings.invoice_of_order(ACTOR, order))["lines"] == []
    invoices.cancel(ACTOR, first)
    assert row_of("order", order)["invoiced"] == 6300
    handed = make("closing_paper", **begun(*beginnings.closing_of_order(ACTOR, order)))
    assert (
        row_of("closing_paper", handed)["basis"]
        == f"Заказ № 1 от {format_paper_date(timezone.localdate(), 'ru')}"
    )
    with pytest.raises(Invalid):
        closing.sign(ACTOR, handed)
    closing.issue(ACTOR, handed)
    closing.sign(ACTOR, handed)
    assert (row_of("order", order)["delivered"], row_of("closing_paper", handed)["status"]) == (
        10300,
        "signed",
    )
    with pytest.raises(Invalid):
        orders.cancel(ACTOR, order)
    orders.fulfil(ACTOR, order)
    orders.reopen(ACTOR, order)
    assert (row_of("order", order)["status"], row_of("order", order)["done_on"]) == ("confirmed", None)


def test_a_numbered_paper_is_not_thrown_away(firm: dict[str, int]) -> None:
    for key, verb in (("offer", offers.issue), ("order", orders.confirm), ("closing_paper", closing.issue)):
        number = paper(firm, key)
        verb(ACTOR, number)
        with pytest.raises(BadRequest):
            write.trash(ACTOR, shape_of(key), [number])
        with pytest.raises(Invalid):
            write.update(ACTOR, shape_of(key), number, {"lines": []})
        write.trash(ACTOR, shape_of(key), [paper(firm, key)])
        empty = paper(firm, key, lines=[])
        with pytest.raises(Invalid) as caught:
            verb(ACTOR, empty)
        assert [e.field for e in caught.value.errors] == ["lines"]


def test_what_a_transfer_document_says(firm: dict[str, int]) -> None:
    number = paper(firm, "closing_paper", basis="Договор № 7")
    closing.issue(ACTOR, number)
    data = transfer_data(ACTOR, number)
    saw, setup = data["lines"]
    told = (data["status"], data["number"], data["seller"]["inn"], data["buyer"]["address"])
    assert told == ("1", "1", "7700000016/770001001", "Москва, Тверская, 1")
    line = (saw["article"], saw["quantity"], saw["net"], saw["rate"], saw["tax"], saw["total"])
    assert line == ("П-1", "10", "8\u202f196,72", "22%", "1\u202f803,28", "10\u202f000,00")
    assert (setup["rate"], setup["tax"], setup["net"]) == ("без НДС", "без НДС", "300,00")
    assert (data["net"], data["tax"], data["total"]) == ("8\u202f496,72", "1\u202f803,28", "10\u202f300,00")


@pytest.mark.parametrize("kind", ["upd", "transfer", "waybill", "act"])
def test_closing_papers_are_printed(firm: dict[str, int], kind: str) -> None:
    lines = [{"product": firm["saw"], "name": "Пила «Дружба» & <b> #set $x$ @ref *" + "о" * 60, "quantity": n + 1} for n in range(40)]  # fmt: skip
    number = paper(firm, "closing_paper", kind=kind, lines=lines, note="Спасибо\nи до встречи")
    browser = found_company().client("administrator")
    for address in (f"/closing_paper/{number}/pdf", f"/closing_paper/{number}/pdf?archive=1"):
        answer = browser.get(address)
        assert (answer.status_code, answer.content[:4]) == (200, b"%PDF")
    if kind == "act":
        assert "претензий" in act_data(ACTOR, number, "ru")["said"]


def test_offers_and_orders_are_printed_for_those_who_see_them(firm: dict[str, int]) -> None:
    company = found_company()
    offer, order = (
        paper(firm, "offer", intro="Здравствуйте", delivery_terms="Самовывоз"),
        paper(firm, "order"),
    )
    assert {"label": "Поставка", "text": "Самовывоз"} in offer_data(ACTOR, offer, "ru")["facts"]
    for address in (f"/offer/{offer}/pdf", f"/order/{order}/pdf"):
        assert company.client("administrator").get(address).content.startswith(b"%PDF")
        assert company.client(None).get(address).status_code == 302
    company.grant("observer", "offer", "read", "none")
    assert company.client("observer").get(f"/offer/{offer}/pdf").status_code in {403, 404}


def test_a_paper_goes_into_a_letter_to_its_client(firm: dict[str, int]) -> None:
    company = found_company()
    write.update(ACTOR, shape_of("organisation"), firm["client"], {"email": "zakaz@romashka.ru"})
    offer = paper(firm, "offer")
    offers.issue(ACTOR, offer)
    browser = company.client("administrator")
    assert browser.post(f"/offer/{offer}/letter").status_code == 403
    assert f"/offer/{offer}/letter" not in browser.get(f"/offer/{offer}").content.decode()
    mailbox(company.users["administrator"], smtp_host="smtp.our.ru")
    card = browser.get(f"/offer/{offer}").content.decode()
    assert f'hx-post="/offer/{offer}/letter"' in card
    assert "/mail/new?about=offer" not in card
    answer = browser.post(f"/offer/{offer}/letter")
    draft = Outgoing.objects.get()
    assert answer["Location"] == f"/mail/drafts/{draft.pk}"
    assert draft.subject == "Коммерческое предложение № 1 от 22 ноября 2026 г."
    assert draft.to == [["Ромашка", "zakaz@romashka.ru"]]
    assert [f.name.endswith(".pdf") for f in looked_up(files_of(draft)).values()] == [True]
    company.grant("observer", "offer", "read", "none")
    mailbox(company.users["observer"], "second@our.ru", smtp_host="smtp.our.ru")
    assert company.client("observer").post(f"/offer/{offer}/letter").status_code in {403, 404}
    assert Outgoing.objects.count() == 1


def test_what_an_invoice_is_for_is_delivered_once(firm: dict[str, int]) -> None:
    order = paper(firm, "order")
    orders.confirm(ACTOR, order)
    values = begun(*beginnings.invoice_of_order(ACTOR, order))
    bill = make("invoice", **values)
    invoices.issue(ACTOR, bill)
    part = begun(*beginnings.closing_of_invoice(ACTOR, bill))
    part["lines"] = [{**part["lines"][0], "quantity": "7"}]
    closing.issue(ACTOR, make("closing_paper", **part))
    rest = begun(*beginnings.closing_of_invoice(ACTOR, bill))
    assert [Decimal(line["quantity"]) for line in rest["lines"]] == [3, 1]
    closing.issue(ACTOR, make("closing_paper", **rest))
    assert begun(*beginnings.closing_of_invoice(ACTOR, bill))["lines"] == []
    assert invoice_data(ACTOR, bill, "ru")["basis"].startswith("Заказ № 1 от")


def test_a_tax_invoice_names_its_buyer(firm: dict[str, int]) -> None:
    nameless = make("organisation", name="Без реквизитов")
    number = paper(firm, "closing_paper", party=nameless)
    with pytest.raises(Invalid) as caught:
        closing.issue(ACTOR, number)
    assert [e.field for e in caught.value.errors] == ["party"]
    answer = found_company().client("administrator").post(f"/closing_paper/{number}/actions/issue", headers={"hx-request": "true"})  # fmt: skip
    assert (answer.status_code, answer["HX-Retarget"]) == (422, "#dialog-body")
    assert "ИНН" in answer.content.decode()
    closing.issue(ACTOR, paper(firm, "closing_paper", party=nameless, kind="act"))
