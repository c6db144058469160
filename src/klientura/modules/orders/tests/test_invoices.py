"""Invoices: made from deals, numbered without gaps, kept as they were issued, printed in both languages."""

import threading
from typing import Any

import pytest
from django.db import connection, transaction
from django.utils import translation

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import BadRequest, Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import found_company
from klientura.modules.catalog.services.first_things import ensure_catalogue
from klientura.modules.documents.services.numbering import next_number
from klientura.modules.orders.queries.printed import invoice_data
from klientura.modules.orders.services.invoices import cancel, issue
from klientura.modules.sales.services.pipelines import ensure_default_pipeline

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
ACCOUNT = {"bic": "044525225", "account": "40702810938000000001", "correspondent": "30101810400000000225", "bank": "ПАО Сбербанк"}  # fmt: skip


def make(key: str, **values: Any) -> int:
    return write.create(ACTOR, shape_of(key), values)


@pytest.fixture
def firm() -> dict[str, int]:
    """A company of ours with an account, a client with requisites, and a product at 22 %."""
    ensure_catalogue(ACTOR)
    ensure_default_pipeline(ACTOR)
    tax = read.page(ACTOR, shape_of("tax"), sort="place", limit=1, keys=["id"]).rows[0]["id"]
    unit = read.page(ACTOR, shape_of("unit"), sort="id", limit=1, keys=["id"]).rows[0]["id"]
    return {
        "company": make(
            "own_company", name="Наша", full_name="ООО «Наша»", inn="7700000016", kpp="770001001", prefix="Н-",
            director="Ким А. С.", accounts=[ACCOUNT],
        ),
        "client": make("organisation", name="Ромашка", inn="7707083893", addresses=[{"kind": "legal", "city": "Москва", "street": "Тверская, 1"}]),
        "saw": make("product", name="Пила", price="1000", tax=tax, unit=unit),
    }  # fmt: skip


def invoice(firm: dict[str, int], **more: Any) -> int:
    values = {"company": firm["company"], "party": firm["client"], "issued_on": "2026-11-22", **more}
    return make("invoice", **{"lines": [{"product": firm["saw"], "quantity": "3"}], **values})


def row_of(number: int) -> read.Row:
    return read.get(ACTOR, shape_of("invoice"), number)


def test_an_invoice_is_numbered_when_it_is_issued_once(firm: dict[str, int]) -> None:
    first, second = invoice(firm), invoice(firm)
    assert (row_of(first)["number"], row_of(first)["status"], row_of(first)["amount"]) == (
        None,
        "draft",
        3000,
    )
    issue(ACTOR, second)
    issue(ACTOR, second)
    issue(ACTOR, first)
    assert [(row_of(n)["number"], row_of(n)["status"]) for n in (first, second)] == [("Н-2", "issued"), ("Н-1", "issued")]  # fmt: skip
    next_year = invoice(firm, issued_on="2027-01-09")
    issue(ACTOR, next_year)
    assert row_of(next_year)["number"] == "Н-1"


def test_what_was_issued_stays(firm: dict[str, int]) -> None:
    shape, number = shape_of("invoice"), invoice(firm)
    issue(ACTOR, number)
    line = read.parts_of(ACTOR, shape, [number])[number]["lines"][0]
    changes: list[dict[str, Any]] = [
        {"lines": [{"id": line["id"], "quantity": "1"}]}, {"lines": []}, {"currency": "USD"}, {"issued_on": "2026-11-21"},
        {"party": make("organisation", name="Другая")}, {"tax_mode": "on_top"},
    ]  # fmt: skip
    for change in changes:
        with pytest.raises(Invalid):
            write.update(ACTOR, shape, number, change)
    write.update(ACTOR, shape, number, {"due_on": "2026-12-01", "note": "Спасибо"})
    assert row_of(number)["amount"] == 3000
    with pytest.raises(BadRequest):
        write.trash(ACTOR, shape, [number])
    cancel(ACTOR, number)
    assert (row_of(number)["status"], row_of(number)["number"]) == ("cancelled", "Н-1")
    write.trash(ACTOR, shape, [invoice(firm)])


def test_what_cannot_be_issued(firm: dict[str, int]) -> None:
    empty = invoice(firm, lines=[])
    with pytest.raises(Invalid) as caught:
        issue(ACTOR, empty)
    assert [e.field for e in caught.value.errors] == ["lines"]
    free = invoice(firm, lines=[{"product": firm["saw"], "given_price": "0"}])
    with pytest.raises(Invalid):
        issue(ACTOR, free)
    values = {
        "company": firm["company"],
        "party": firm["client"],
        "issued_on": "2026-11-22",
        "due_on": "2026-11-01",
    }
    with pytest.raises(Invalid) as late:
        write.create(found_company().actor("administrator"), shape_of("invoice"), values)
    assert {e.field for e in late.value.errors} == {"due_on"}
    assert row_of(free)["number"] is None


def test_an_invoice_from_a_deal_takes_what_was_agreed(firm: dict[str, int]) -> None:
    lines = [
        {"product": firm["saw"], "quantity": "2", "given_discount": "10"},
        {"name": "Доставка", "given_price": "500"},
    ]
    deal = make("opportunity", name="Поставка", party=firm["client"], lines=lines)
    write.update(ACTOR, shape_of("product"), firm["saw"], {"price": "9999"})
    browser = found_company().client("administrator")
    card = browser.get(f"/opportunity/{deal}").content.decode()
    assert f'href="/invoice/new?from=opportunity-{deal}"' in card
    page = browser.get(f"/invoice/new?from=opportunity-{deal}").content.decode()
    assert 'name="lines-0-given_price"' in page
    assert 'value="1000,00"' in page
    assert "Ромашка" in page
    assert not read.page(ACTOR, shape_of("invoice"), sort="id", limit=1, keys=["id"]).rows
    assert browser.get("/invoice/new?from=opportunity-404").status_code == 404
    assert browser.get("/invoice/new?from=task-1").status_code == 200


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_what_the_paper_says(firm: dict[str, int], lang: Any) -> None:
    number = invoice(firm, due_on="2026-12-01")
    issue(ACTOR, number)
    with translation.override(lang):
        data = invoice_data(ACTOR, number, lang)
    inn, words, total, tax, title = {
        "ru": (
            "ИНН",
            "Три тысячи рублей 00 копеек",
            "3\u202f000,00",
            "540,98",
            "Счёт на оплату № Н-1 от 22\u00a0ноября 2026\u00a0г.",
        ),
        "en": (
            "INN",
            "Three thousand roubles 00 kopecks",
            "3,000.00",
            "540.98",
            "Invoice No. Н-1 of 22 Nov 2026",
        ),
    }[lang]
    assert data["buyer"] == f"Ромашка, {inn} 7707083893, Москва, Тверская, 1"
    assert (data["words"], data["lines"][0]["sum"], [t["sum"] for t in data["taxes"]]) == (
        words,
        total,
        [tax],
    )
    assert data["title"] == title
    assert "<svg" in data["qr"]


@pytest.mark.parametrize("size", [1, 60])
def test_the_pdf(firm: dict[str, int], size: int) -> None:
    lines = [{"product": firm["saw"], "name": "Пила «Дружба» & <b> #set $x$ @ref *" + "о" * 80, "quantity": n + 1} for n in range(size)]  # fmt: skip
    number = invoice(firm, lines=lines)
    browser = found_company().client("administrator")
    for address in (f"/invoice/{number}/pdf", f"/invoice/{number}/pdf?archive=1"):
        answer = browser.get(address)
        assert (answer.status_code, answer["Content-Type"]) == (200, "application/pdf")
        assert answer.content.startswith(b"%PDF")
    assert browser.get("/invoice/404/pdf").status_code == 404


def test_who_does_not_see_an_invoice_does_not_print_it(firm: dict[str, int]) -> None:
    number = invoice(firm)
    company = found_company()
    company.grant("observer", "invoice", "read", "none")
    assert company.client("observer").get(f"/invoice/{number}/pdf").status_code in {403, 404}
    assert company.client(None).get(f"/invoice/{number}/pdf").status_code == 302


def test_a_hidden_client_is_not_printed(firm: dict[str, int]) -> None:
    number = invoice(firm)
    company = found_company()
    company.grant("observer", "invoice", "read", "all")
    company.grant("observer", "organisation", "read", "none")
    company.grant("observer", "party", "read", "none")
    data = invoice_data(company.actor("observer"), number, "ru")
    assert "Ромашка" not in str(data)


@pytest.mark.django_db(transaction=True)
def test_a_hundred_at_once_leave_no_gap_and_no_double() -> None:
    company = make("own_company", name="Наша")
    given: list[int] = []

    def ask(place: int) -> None:
        try:
            with transaction.atomic():
                number = next_number(company, "invoice", 2026)
                if place % 5 == 0:
                    raise LookupError  # taken back with its transaction
            given.append(number)
        except LookupError:
            pass
        finally:
            connection.close()

    for wave in range(4):
        threads = [threading.Thread(target=ask, args=(wave * 25 + n,)) for n in range(25)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert sorted(given) == list(range(1, 81))
