"""Payments: allocated, overpaid, taken off, refunded, reversed; by two at once."""

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection

from klientura.kernel.errors import BadRequest, Denied, Invalid, NotFound
from klientura.kernel.notify.models import Notification
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import found_company
from klientura.modules.orders.services.invoices import cancel
from klientura.modules.payments.services.allocating import Share, allocate, allocate_shares, release, reverse
from klientura.modules.payments.tests.firm import ACTOR, bill, found_firm, make, money, rest, row, state

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm() -> dict[str, int]:
    return found_firm()


def test_one_payment_on_several_invoices_and_several_payments_on_one(firm: dict[str, int]) -> None:
    first, second = bill(firm, "1000"), bill(firm, "500")
    big = money(firm, "1200")
    allocate_shares(ACTOR, [Share(big, first), Share(big, second)])
    assert state(first) == ("paid", 1000, "2026-11-10")
    assert state(second) == ("part_paid", 200, None)
    assert rest(big) == ("done", 1200, 0)
    late = money(firm, "400", paid_on="2026-11-20")
    allocate(ACTOR, late, {"invoice": str(second)})
    assert state(second) == ("paid", 500, "2026-11-20")
    assert rest(late) == ("part", 300, 100)  # the rest is an advance
    third = bill(firm, "90")
    allocate(ACTOR, late, {"invoice": third})
    assert (state(third)[0], rest(late)) == ("paid", ("part", 390, 10))


def test_taking_off_puts_the_invoice_back(firm: dict[str, int]) -> None:
    first, second, payment = bill(firm), bill(firm), money(firm, "1500")
    allocate_shares(ACTOR, [Share(payment, first), Share(payment, second)])
    release(ACTOR, payment, {"invoice": str(second)})
    assert (state(first)[0], state(second), rest(payment)) == (
        "paid",
        ("issued", 0, None),
        ("part", 1000, 500),
    )
    release(ACTOR, payment)
    release(ACTOR, payment)
    assert (state(first), rest(payment)) == (("issued", 0, None), ("free", 0, 1500))
    allocate(ACTOR, payment, {"invoice": first})
    assert state(first)[0] == "paid"


def test_a_refund_and_a_reversal_keep_history(firm: dict[str, int]) -> None:
    invoice, payment = bill(firm), money(firm)
    allocate(ACTOR, payment, {"invoice": invoice})
    back = money(firm, "300", direction="out", paid_on="2026-11-15")
    allocate(ACTOR, back, {"invoice": invoice})
    assert (state(invoice), rest(back)) == (("part_paid", 700, None), ("done", 300, 0))
    with pytest.raises(Invalid):  # no more is given back than came
        allocate_shares(ACTOR, [Share(money(firm, "900", direction="out"), invoice, Decimal(800))])
    with pytest.raises(Invalid) as unsaid:
        reverse(ACTOR, back)
    assert unsaid.value.errors[0].field == "reversal_reason"
    version = reverse(ACTOR, back, {"reversal_reason": "Ошибка банка"})
    assert reverse(ACTOR, back, {"reversal_reason": "ещё раз"}) == version
    assert (state(invoice)[0], rest(back)) == ("paid", ("reversed", 0, 0))
    with pytest.raises(Invalid):
        allocate(ACTOR, back, {"invoice": invoice})
    with pytest.raises(Invalid):
        write.update(ACTOR, shape_of("payment"), back, {"amount": "5"})
    with pytest.raises(BadRequest):
        write.trash(ACTOR, shape_of("payment"), [back])
    assert row("payment", back)["reversal_reason"] == "Ошибка банка"


@pytest.mark.parametrize(
    "case",
    [
        "draft",
        "cancelled",
        "other_client",
        "other_company",
        "currency",
        "too_much",
        "more_than_owed",
        "nothing_left",
    ],
)
def test_what_does_not_fit_is_refused(firm: dict[str, int], case: str) -> None:
    more: dict[str, Any] = {}
    if case == "other_client":
        more["party"] = make("organisation", name="Другая")
    if case == "other_company":
        more["company"] = make("own_company", name="Вторая")
    if case == "currency":
        more["currency"] = "USD"
    invoice = bill(firm, issued=case != "draft", **more)
    if case == "cancelled":
        cancel(ACTOR, invoice)
    if case == "nothing_left":
        allocate(ACTOR, money(firm), {"invoice": invoice})
    payment = money(firm, "2000")
    amount = {"too_much": Decimal(2001), "more_than_owed": Decimal(1001)}.get(case)
    before = state(invoice)
    with pytest.raises(Invalid):
        allocate_shares(ACTOR, [Share(payment, invoice, amount)])
    assert (state(invoice), rest(payment)) == (before, ("free", 0, 2000))


def test_what_pays_invoices_stays_as_it_is(firm: dict[str, int]) -> None:
    shape, payment = shape_of("payment"), money(firm)
    allocate(ACTOR, payment, {"invoice": bill(firm)})
    changes: list[dict[str, Any]] = [
        {"amount": "900"}, {"currency": "USD"}, {"party": make("person", last_name="Иная")}, {"direction": "out"}, {"amount": "-1"},
    ]  # fmt: skip
    for change in changes:
        with pytest.raises(Invalid):
            write.update(ACTOR, shape, payment, change)
    write.update(ACTOR, shape, payment, {"amount": "1500", "purpose": "За работы"})
    assert rest(payment) == ("part", 1000, 500)
    with pytest.raises(Invalid):
        money(firm, "0")


def test_a_payment_entered_for_an_invoice_pays_it_at_once(firm: dict[str, int]) -> None:
    invoice = bill(firm)
    company = found_company()
    browser = company.client("administrator")
    assert (
        f'href="/payment/new?from=invoice-{invoice}"' in browser.get(f"/invoice/{invoice}").content.decode()
    )
    page = browser.get(f"/payment/new?from=invoice-{invoice}").content.decode()
    assert 'value="1000,00"' in page
    made = browser.post(
        "/payment/new",
        {"company": firm["company"], "party": firm["client"], "invoice": invoice, "amount": "1000", "amount_currency": "RUB",
         "direction": "in", "kind": "cash", "paid_on": "2026-11-20"},
    )  # fmt: skip
    assert made.status_code == 302
    assert state(invoice) == ("paid", 1000, "2026-11-20")
    form = {"company": firm["company"], "invoice": invoice, "amount": "1", "direction": "in", "kind": "cash"}
    again = browser.post("/payment/new", form)
    assert rest(int(again["Location"].rpartition("/")[2].partition("?")[0])) == ("free", 0, 1)  # an advance
    other = {**form, "invoice": bill(firm), "party": make("organisation", name="Другая")}
    assert browser.post("/payment/new", other).status_code == 422
    assert (
        "Н-1"
        in browser.get(f"/payment/{made['Location'].rpartition('/')[2].partition('?')[0]}").content.decode()
    )


def test_the_owner_of_the_invoice_is_told_once(firm: dict[str, int]) -> None:
    company = found_company()
    invoice = bill(firm, owner=company.users["manager"].pk)
    payment = money(firm)
    allocate(company.actor("administrator"), payment, {"invoice": invoice})
    told = Notification.objects.filter(kind="paid")
    assert [(t.user_id, t.record_id) for t in told] == [(company.users["manager"].pk, invoice)]
    page = company.client("manager").get("/notifications").content.decode()
    assert "Счёт оплачен полностью" in page


def test_rights(firm: dict[str, int]) -> None:
    company = found_company()
    theirs, invoice = money(firm), bill(firm)
    for who in ("observer", "outsider"):
        with pytest.raises((Denied, NotFound)):
            allocate(company.actor(who), theirs, {"invoice": invoice})
    company.grant("manager", "payment", "edit", "all")
    company.grant("manager", "payment", "read", "all")
    company.grant("manager", "invoice", "read", "none")
    with pytest.raises((Denied, NotFound)):
        allocate(company.actor("manager"), theirs, {"invoice": invoice})
    assert state(invoice)[0] == "issued"


@pytest.mark.django_db(transaction=True)
def test_two_who_allocate_the_same_debt_pay_it_once() -> None:
    firm = found_firm()
    invoices = [bill(firm), bill(firm)]
    payments = [money(firm, "2000") for _n in range(8)]
    refused: list[int] = []

    def pay(place: int) -> None:
        try:
            numbers = invoices if place % 2 else invoices[::-1]
            allocate_shares(ACTOR, [Share(payments[place], n) for n in numbers])
        except Invalid:
            refused.append(place)
        finally:
            connection.close()

    threads = [threading.Thread(target=pay, args=(n,)) for n in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 7
    assert [state(n)[:2] for n in invoices] == [("paid", 1000)] * 2
    assert sorted(rest(p)[1] for p in payments) == [0] * 7 + [2000]
