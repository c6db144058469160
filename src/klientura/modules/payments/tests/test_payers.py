"""Whose a payment is when no client has the payer's INN: by the invoice he names, by his name; asked before one is made anew."""

import json
from typing import Any

import pytest

from klientura.kernel.testing.company import Company, found_company
from klientura.modules.parties.models import Party
from klientura.modules.payments.models import Payment
from klientura.modules.payments.queries.candidates import free_payments
from klientura.modules.payments.services.matching import suggest
from klientura.modules.payments.tests.firm import ACTOR, bill, found_firm, make, money, rest, row, state

pytestmark = pytest.mark.django_db
INN = "7736050003"


@pytest.fixture
def company() -> Company:
    return found_company()


@pytest.fixture
def firm(company: Company) -> dict[str, int]:
    return found_firm()


def came(firm: dict[str, int], name: str, amount: str = "1000", **more: Any) -> int:
    """Money of a payer whom nobody knows yet."""
    return money(firm, amount, party=None, payer_name=name, **{"payer_inn": INN, **more})


def told(payment: int) -> list[list[tuple[int, str]]]:
    (free,) = free_payments(ACTOR, ids=[payment])
    return [[(s.bill.id, s.why) for s in shares] for shares in suggest(ACTOR, [free])[payment].suggested]


def test_an_invoice_named_in_the_purpose_tells_whose_the_money_is(
    firm: dict[str, int], company: Company
) -> None:
    invoice, _other = bill(firm, "1000"), bill(firm, "1000")
    payment = came(firm, "Касса взаимопомощи", purpose="Оплата по счёту Н-1")
    assert told(payment) == [[(invoice, "number")]]
    browser = company.client("administrator")
    assert "Ромашка" in browser.get("/matching").content.decode()
    browser.post(f"/matching/{payment}/accept", {"shares": f"{invoice}:1000.00"})
    assert (state(invoice)[0], rest(payment)[0], row("payment", payment)["party"].id) == (
        "paid",
        "done",
        firm["client"],
    )


@pytest.mark.parametrize(
    "name",
    ["АО «ромашка»", 'ООО "Ромашка"', "РОМАШКА, ПАО", "Общество с ограниченной ответственностью «Ромашка»"],
)
def test_a_name_but_for_its_form_and_quotes_tells_it_too(firm: dict[str, int], name: str) -> None:
    invoice = bill(firm, "1000")
    assert told(came(firm, name, purpose="За товар")) == [[(invoice, "sum")]]
    assert told(came(firm, "Ромашка Плюс", purpose="За товар")) == []


def test_a_known_inn_comes_before_a_like_name(firm: dict[str, int]) -> None:
    bill(firm, "1000")
    make("organisation", name="Газ", inn=INN)
    assert told(came(firm, "Ромашка", purpose="Счёт Н-1")) == []


def test_likely_clients_are_shown_before_a_new_one_is_made(firm: dict[str, int], company: Company) -> None:
    browser = company.client("administrator")
    client = make("organisation", name="Лютик")
    first, second = came(firm, "ООО «ЛЮТИК»"), came(firm, "ООО «ЛЮТИК»")
    before = Party.objects.count()
    page = browser.post(f"/matching/{first}/client").content.decode()
    assert ("Это он" in page, "Лютик" in page, Party.objects.count()) == (True, True, before)
    answer = browser.post(f"/matching/{first}/client", {"is": str(client)})
    assert row("organisation", client)["inn"] == INN
    assert {row("payment", n)["party"].id for n in (first, second)} == {client}
    undo = json.loads(answer["HX-Trigger"])["toast"]["undoUrl"]
    assert company.client("manager").post(undo).status_code == 404
    assert browser.post(undo).status_code == 200
    assert row("organisation", client)["inn"] is None
    assert {row("payment", n)["party"] for n in (first, second)} == {None}
    assert browser.post(undo).status_code == 400


def test_a_new_client_has_a_short_name_and_a_full_one_and_can_be_taken_back(
    firm: dict[str, int], company: Company
) -> None:
    browser = company.client("administrator")
    make("organisation", name="Лютик")
    payment = came(firm, 'ОБЩЕСТВО С ОГРАНИЧЕННОЙ ОТВЕТСТВЕННОСТЬЮ "Лютик"', payer_kpp="773601001")
    answer = browser.post(f"/matching/{payment}/client", {"new": "1"})
    client = row("payment", payment)["party"].id
    made = row("organisation", client)
    assert (made["name"], made["full_name"], made["legal_form"], made["kpp"]) == (
        "ООО «Лютик»", "Общество с ограниченной ответственностью «Лютик»", "ooo", "773601001",
    )  # fmt: skip
    undo = json.loads(answer["HX-Trigger"])["toast"]["undoUrl"]
    invoice = bill({**firm, "client": client}, "1000")
    browser.post(f"/matching/{payment}/accept", {"shares": f"{invoice}:1000.00"})
    assert browser.post(undo).status_code == 400  # an invoice is paid by it
    assert row("payment", payment)["party"].id == client


def test_a_new_client_taken_back_is_gone(firm: dict[str, int], company: Company) -> None:
    browser = company.client("administrator")
    payment = came(firm, "ООО «Лютик»")
    Payment.objects.filter(pk=payment).update(bank_key="from a bank")  # closed to every other undo
    answer = browser.post(f"/matching/{payment}/client")
    client = row("payment", payment)["party"].id
    assert browser.post(json.loads(answer["HX-Trigger"])["toast"]["undoUrl"]).status_code == 200
    assert Party.objects.get(pk=client).deleted_at is not None
    assert row("payment", payment)["party"] is None


def test_the_inn_is_not_written_by_whoever_may_not_edit_it(firm: dict[str, int], company: Company) -> None:
    company.hide("manager", "organisation", "inn", "read")
    boris = company.users["manager"].pk
    client = make("organisation", name="Лютик", owner=boris)
    payment = came(firm, "ООО «Лютик»", owner=boris)
    assert (
        company.client("observer").post(f"/matching/{payment}/client", {"is": str(client)}).status_code >= 400
    )
    assert row("payment", payment)["party"] is None
    assert (
        company.client("manager").post(f"/matching/{payment}/client", {"is": str(client)}).status_code == 200
    )
    assert (row("payment", payment)["party"].id, row("organisation", client)["inn"]) == (client, None)


def test_only_one_invoice_is_called_the_first_to_be_paid(firm: dict[str, int], company: Company) -> None:
    for day in ("2026-11-20", "2026-11-10", "2026-11-30"):
        bill(firm, "100", issued_on="2026-10-01", due_on=day)
    money(firm, "30")
    shown = company.client("administrator").get("/matching").content.decode()
    assert shown.count("самый ранний срок") == 1 and shown.count("ещё не оплачен") == 2
    assert "самый ранний срок · от 01.10.2026 · оплатить до 10.11.2026" in shown
