"""Bank statements: looked at, posted once however often they come, matched when it is sure; the rest by hand."""

import threading
from decimal import Decimal
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Denied, Invalid, NotFound
from klientura.kernel.jobs import service
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read
from klientura.kernel.testing.company import Company, found_company
from klientura.kit.tests.test_bank import document, statement
from klientura.modules.payments.models import BankStatement, Payment
from klientura.modules.payments.queries.candidates import free_payments
from klientura.modules.payments.services import posting, statements
from klientura.modules.payments.services.matching import judge_papers, suggest
from klientura.modules.payments.tests.firm import (
    ACTOR,
    CLIENT_INN,
    bill,
    found_firm,
    make,
    money,
    rest,
    row,
    state,
)

pytestmark = pytest.mark.django_db


PEOPLE: list[Company] = []
"""The company of the test at work."""


@pytest.fixture
def firm() -> dict[str, int]:
    PEOPLE[:] = [found_company()]
    return found_firm()


def accountant() -> Actor:
    return PEOPLE[0].actor("administrator")


def browser_of(who: str) -> Client:
    return PEOPLE[0].client(who)


def paper(number: str, amount: str, purpose: str, **more: str) -> str:
    return document(Номер=number, Сумма=amount, НазначениеПлатежа=purpose, **more)


def take(*papers: str) -> BankStatement:
    return statements.take_in(ACTOR, "kl_to_1c.txt", statement(*papers).encode("cp1251"))


def post(taken: BankStatement) -> dict[str, Any]:
    job = service.run_inline(posting.post(accountant(), taken.pk, queue=False))
    assert job.state == "done", job.message
    return dict(job.result or {})


def test_what_is_sure_is_allocated_and_nothing_else(firm: dict[str, int]) -> None:
    first, second, third = bill(firm, "1000"), bill(firm, "500"), bill(firm, "70")
    taken = take(
        paper("1", "1000.00", "Оплата по счету № Н-1 от 02.11.2026"),
        paper("2", "570.00", "По счетам №№ Н-2, Н-3".replace("№№", "№")),
        paper("3", "1000.00", "Оплата по счету № Н-1 от 02.11.2026"),  # paid already
        paper("4", "5.00", "Оплата по счету № Н-2"),
        paper("5", "7.00", "За аренду", ПлательщикИНН="7736050003", Плательщик1="Чужая"),
    )
    assert not Payment.objects.exists()
    look = statements.look(ACTOR, statements.read_statement(taken))
    assert (look.new, look.sure, look.unknown, look.known) == (5, 2, 1, 0)
    assert not Payment.objects.exists()
    result = post(taken)
    assert (result["made"], result["sure"], result["known"], result["refused"]) == (5, 2, 0, 0)
    assert [state(n)[0] for n in (first, second, third)] == ["paid"] * 3
    assert state(first)[2] == "2026-11-13"
    found = {p.number: (p.status, p.party_id) for p in Payment.objects.all()}
    client = firm["client"]
    assert found == {
        "1": ("done", client), "2": ("done", client), "3": ("free", client), "4": ("free", client), "5": ("free", None),
    }  # fmt: skip


def test_twice_and_overlapping_makes_no_double(firm: dict[str, int]) -> None:
    papers = [paper(str(n), "10.00", "Аванс") for n in range(3)]
    twin = paper("2", "10.00", "Аванс")
    assert post(take(*papers))["made"] == 3
    again = post(take(*papers))
    assert (again["made"], again["known"]) == (0, 3)
    later = post(take(*papers[1:], twin, paper("9", "10.00", "Аванс")))
    assert (later["made"], later["known"]) == (2, 2)
    assert post(take(*papers, twin))["made"] == 0
    assert Payment.objects.count() == 5


def test_another_account_is_told_before_anything_is_written(firm: dict[str, int]) -> None:
    raw = statement(document()).replace("40702810938000000001", "40702810938000000999")
    with pytest.raises(Invalid) as caught:
        statements.take_in(ACTOR, "чужая.txt", raw.encode("cp1251"))
    assert "40702810938000000999" in str(caught.value.errors[0].message)
    assert not BankStatement.objects.exists()


@pytest.mark.parametrize("raw", [b"", b"\x00\x01\x02", b"1CClientBankExchange\n", "Привет".encode()])
def test_files_that_are_no_statement(firm: dict[str, int], raw: bytes) -> None:
    browser = browser_of("administrator")
    answer = browser.post("/bank-statements", {"file": SimpleUploadedFile("x.txt", raw)})
    assert answer.status_code in {302, 422}
    if answer.status_code == 302:  # a table of one word: its columns have to be said
        assert "Колонк" in browser.get(answer["Location"]).content.decode() or answer["Location"]


def test_money_given_back_comes_in_and_other_expenses_do_not(firm: dict[str, int]) -> None:
    way = {
        "ПлательщикСчет": "40702810938000000001",
        "ПолучательСчет": "40702810400000000777",
        "ПолучательИНН": CLIENT_INN,
        "Получатель1": "Ромашка",
    }
    taken = take(paper("1", "5.00", "Возврат предоплаты", **way), paper("2", "6.00", "Аренда офиса", **way))
    assert post(taken)["made"] == 1
    found = Payment.objects.get()
    assert (found.direction, found.party_id, found.amount) == ("out", firm["client"], 5)


@pytest.mark.parametrize(
    "case",
    [
        "holding",
        "other_company",
        "same_number_two_years",
        "other_day",
        "other_sum",
        "unknown_number",
        "contract",
        "currency",
        "hidden",
    ],
)
def test_traps_are_not_sure(firm: dict[str, int], case: str) -> None:
    purpose, amount = "Оплата по счету № Н-1 от 02.11.2026", "1000.00"
    bill(firm)
    actor = ACTOR
    if case == "holding":
        make("organisation", name="Ромашка, филиал", inn=CLIENT_INN, kpp="770743001")
    if case == "other_company":
        other = make("own_company", name="Вторая", prefix="В-")
        bill(firm, company=other)
        purpose = "Оплата по счету № В-1"
    if case == "same_number_two_years":
        bill(firm, issued_on="2025-11-02")
        purpose = "Оплата по счету № Н-1"
    if case == "other_day":
        purpose = "Оплата по счету № Н-1 от 02.11.2025"
    if case == "other_sum":
        amount = "999.99"
    if case == "unknown_number":
        purpose = "Оплата по счетам № Н-1 и Н-77"
    if case == "contract":
        purpose = "Оплата по договору № Н-1"
    if case == "currency":
        bill(firm, currency="USD", issued_on="2025-11-02")
        purpose = "Счет Н-1 от 02.11.2025"
    if case == "hidden":
        company = PEOPLE[0]
        for what in ("organisation", "person"):
            company.grant("manager", what, "read", "own")
        actor = company.actor("manager")
    companies = {"40702810938000000001": firm["company"]}
    papers = statements.read_statement(take(paper("1", amount, purpose))).papers
    judged = judge_papers(actor, papers, companies)
    assert judged[0].found.sure == []


def test_a_broken_paper_is_told_with_its_line_and_the_rest_is_posted(firm: dict[str, int]) -> None:
    taken = take(paper("1", "ноль", "x"), paper("2", "5.00", "y"))
    browser = browser_of("administrator")
    page = browser.get(f"/bank-statements/{taken.pk}").content.decode()
    assert "Строка 16" in page
    assert "ноль" in page
    assert post(taken)["made"] == 1
    assert f'href="/bank-statements/{taken.pk}"' in browser.get("/progress").content.decode()
    assert browser.get(f"/bank-statements/{taken.pk}/file").content == bytes(taken.content)


def test_posting_is_stopped_and_taken_up_again(firm: dict[str, int], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(posting, "AT_ONCE", 2)
    taken = take(*(paper(str(n), "10.00", "Аванс") for n in range(5)))
    job = posting.post(accountant(), taken.pk, queue=False)
    type(job).objects.filter(pk=job.pk).update(cancel_requested=True, checkpoint={"passed": 0})
    assert service.run_inline(job).state == "cancelled"
    taken.refresh_from_db()
    assert (taken.state, Payment.objects.count()) == ("stopped", 2)
    result = post(taken)
    assert (result["made"], result["known"], Payment.objects.count()) == (3, 2, 5)
    with pytest.raises(Exception, match="posted"):
        posting.post(accountant(), taken.pk, queue=False)


def test_the_screen_of_what_was_not_sure(firm: dict[str, int]) -> None:
    browser = browser_of("administrator")
    number, part = bill(firm, "1000"), bill(firm, "300", due_on="2026-12-01")
    post(take(
        paper("1", "400.00", "Оплата по счету № Н-1"),
        paper("2", "300.00", "Оплата"),
        paper("3", "7.00", "За товар", ПлательщикИНН="7736050003", ПлательщикКПП="773601001", Плательщик1="ООО «Газ»"),
        paper("4", "8.00", "За товар", ПлательщикИНН="7736050003", Плательщик1="ООО «Газ»"),
    ))  # fmt: skip
    free = {p.number: p for p in free_payments(ACTOR)}
    found = suggest(ACTOR, list(free.values()))
    said = {
        n: [[(s.bill.id, s.amount, s.why) for s in shares] for shares in found[p.id].suggested]
        for n, p in free.items()
    }
    assert said["1"][0] == [(number, Decimal(400), "part")]
    assert said["2"][0] == [(part, Decimal(300), "sum")]
    page = browser.get("/matching").content.decode()
    assert "номер указан" in page
    answer = browser.post(f"/matching/{free['2'].id}/accept", {"shares": f"{part}:300.00"})
    assert (answer.status_code, answer.content) == (200, b"")
    assert state(part)[0] == "paid"
    answer = browser.post(f"/matching/{free['2'].id}/accept", {"shares": f"{number}:1.00"})
    assert answer.status_code == 200
    assert state(number)[0] == "issued"
    for bad in ("", "x", f"{number}:", f"{number}:1e9", f"{number}:NaN", "9" * 30 + ":1"):
        answer = browser.post(f"/matching/{free['1'].id}/accept", {"shares": bad})
        assert answer.status_code == 200
        assert "match-options" in answer.content.decode()
    assert "Новый клиент" in page
    browser.post(f"/matching/{free['3'].id}/client")
    made = row("payment", free["3"].id)["party"].id
    assert row("organisation", made)["inn"] == "7736050003"
    assert row("payment", free["4"].id)["party"].id == made
    assert "уже есть" in browser.post(f"/matching/{free['3'].id}/client").content.decode()


def test_a_table_of_a_bank(firm: dict[str, int]) -> None:
    browser = browser_of("administrator")
    bill(firm)
    text = (
        "Дата;Номер;Контрагент;ИНН;Приход;Расход;Назначение платежа\n"
        "12.11.2026;5;Ромашка;7707083893;1 000,00;;Счет Н-1\nвчера;6;;;5;;\n12.11.2026;7;Аренда;;;9;Аренда\n"
    )
    answer = browser.post("/bank-statements", {"file": SimpleUploadedFile("банк.csv", text.encode("cp1251"))})
    where = answer["Location"]
    page = browser.get(where).content.decode()
    assert "Назначение платежа" in page
    assert (
        browser.post(f"{where}/columns", {"day": "0", "own_account": "40702810938000000001"}).status_code
        == 422
    )
    assert browser.post(f"{where}/columns", {"day": "0", "came": "4", "own_account": "1"}).status_code == 422
    said = {
        "day": "0",
        "number": "1",
        "name": "2",
        "inn": "3",
        "came": "4",
        "went": "5",
        "purpose": "6",
        "own_account": "40702810938000000001",
    }
    assert browser.post(f"{where}/columns", said).status_code == 302
    assert "Н-1" in browser.get(where).content.decode()
    taken = BankStatement.objects.get()
    assert post(taken)["sure"] == 1
    assert browser.post(f"{where}/forget").status_code == 400


def test_rights(firm: dict[str, int]) -> None:
    company = PEOPLE[0]
    taken = take(paper("1", "10.00", "Аванс"))
    for who in ("employee", "observer"):
        browser = company.client(who)
        assert browser.get("/bank-statements").status_code == 403
        assert browser.get(f"/bank-statements/{taken.pk}").status_code == 403
        with pytest.raises((Denied, NotFound)):
            posting.post(company.actor(who), taken.pk)
    assert company.client("observer").get("/matching").status_code == 403
    assert company.client("manager").get(f"/bank-statements/{taken.pk}").status_code == 404  # another's
    payment = money(firm)
    assert "10" not in str(free_payments(company.actor("employee"), ids=[payment]))
    assert free_payments(company.actor("employee"), ids=[payment]) == []


@pytest.mark.django_db(transaction=True)
def test_two_who_post_the_same_statement_at_once_make_no_double() -> None:
    PEOPLE[:] = [found_company()]
    firm = found_firm()
    invoice = bill(firm, "10")
    papers = [paper("1", "10.00", "Счет Н-1"), *(paper(str(n), "10.00", "Аванс") for n in range(2, 30))]
    jobs = [posting.post(accountant(), take(*papers).pk, queue=False) for _n in range(2)]

    def run(job: Any) -> None:
        try:
            service.run_inline(job)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert Payment.objects.count() == 29
    assert state(invoice)[:2] == ("paid", 10)
    assert (
        read.count(ACTOR, shape_of("payment"), tree={"field": "status", "op": "eq", "value": "done"}).number
        == 1
    )
    assert rest(Payment.objects.get(number="1").pk)[0] == "done"
