"""What clients owe: by age, as of a day, by whom; limits and stop-lists; the reconciliation statement."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.utils import timezone, translation

from klientura.kernel.errors import Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.rules.models import Rule
from klientura.kernel.store import write
from klientura.kernel.testing.company import found_company
from klientura.modules.orders.services import closing
from klientura.modules.orders.services.invoices import issue
from klientura.modules.payments.queries import receivables
from klientura.modules.payments.queries.receivables import Asked
from klientura.modules.payments.services.allocating import allocate, release
from klientura.modules.payments.services.first_things import ensure_reminder
from klientura.modules.payments.tests.firm import (
    ACTOR,
    CLIENT_INN,
    bill,
    found_firm,
    hand_over,
    make,
    money,
    row,
    state,
)
from klientura.modules.payments.web.reconciling import reconciliation_data

pytestmark = pytest.mark.django_db


@pytest.fixture
def firm() -> dict[str, int]:
    return found_firm()


def ago(days: int) -> str:
    return (timezone.localdate() - dt.timedelta(days=days)).isoformat()


def due(firm: dict[str, int], days: int | None, amount: str, **more: Any) -> int:
    when: dict[str, Any] = {"due_on": ago(days)} if days is not None else {}
    return bill(firm, amount, issued_on=ago(200), **when, **more)


def test_debts_stand_in_their_buckets(firm: dict[str, int]) -> None:
    cases = {
        None: "1",
        0: "2",
        -5: "4",
        1: "8",
        30: "16",
        31: "32",
        60: "64",
        61: "128",
        90: "256",
        91: "512",
    }
    for days, amount in cases.items():
        due(firm, days, amount)
    due(firm, 50, "1000", issued=False)
    paid = due(firm, 50, "1000")
    allocate(ACTOR, money(firm, "1200"), {"invoice": paid})
    lines = receivables.aged(ACTOR, Asked(timezone.localdate()))
    assert [(x.key, x.currency) for x in lines] == [(firm["client"], "RUB")]
    assert {b: int(v) for b, v in lines[0].sums.items()} == {
        "total": 1023, "not_due": 7, "d30": 24, "d60": 96, "d90": 384, "over": 512,
    }  # fmt: skip
    assert lines[0].advance == 200
    for bucket, total in lines[0].sums.items():
        rows = receivables.rows_of(ACTOR, Asked(timezone.localdate()), bucket)
        assert sum(r["left"] for r in rows) == total


def test_each_stage_of_a_schedule_stands_in_its_bucket(firm: dict[str, int]) -> None:
    stages = [{"due_on": ago(d), "amount": a} for d, a in ((40, "100"), (10, "200"), (-20, "300"))]
    number = due(firm, None, "600", dues=stages)
    payment = money(firm, "150", paid_on=ago(1))
    allocate(ACTOR, payment, {"invoice": number})
    today = timezone.localdate()
    for asked, owed in (
        (Asked(today), {"total": 450, "not_due": 300, "d30": 150}),
        (Asked(today - dt.timedelta(days=5)), {"total": 600, "not_due": 300, "d30": 200, "d60": 100}),
    ):
        (line,) = receivables.aged(ACTOR, asked)
        assert {b: int(v) for b, v in line.sums.items() if v} == owed
        for bucket, total in line.sums.items():
            assert sum(r["left"] for r in receivables.rows_of(ACTOR, asked, bucket)) == total
    assert row("invoice", number)["due_on"].isoformat() == ago(10), "the first stage is paid"


def test_as_of_a_day_that_has_passed(firm: dict[str, int]) -> None:
    invoice = bill(firm, "1000", issued_on="2026-09-01", due_on="2026-09-30")
    first = money(firm, "400", paid_on="2026-10-05")
    allocate(ACTOR, first, {"invoice": invoice})
    allocate(ACTOR, money(firm, "600", paid_on="2026-11-05"), {"invoice": invoice})

    def owed(day: str) -> list[tuple[int, str]]:
        lines = receivables.aged(ACTOR, Asked(dt.date.fromisoformat(day)))
        return [
            (int(x.sums["total"]), next(b for b in receivables.BUCKETS[1:] if x.sums[b]))
            for x in lines
            if x.sums["total"]
        ]

    assert owed("2026-08-31") == []
    assert owed("2026-09-15") == [(1000, "not_due")]
    assert owed("2026-10-10") == [(600, "d30")]
    assert owed("2026-11-10") == []
    release(ACTOR, first)
    assert owed("2026-11-10") == [(400, "d60")]


def test_currencies_and_companies_are_told_apart(firm: dict[str, int]) -> None:
    other = make("own_company", name="Вторая")
    due(firm, 5, "100")
    due(firm, 5, "70", currency="USD")
    due(firm, 5, "30", company=other)
    today = timezone.localdate()
    by_currency = {
        x.currency: int(x.sums["total"]) for x in receivables.aged(ACTOR, Asked(today), "currency")
    }
    assert by_currency == {"RUB": 130, "USD": 70}
    by_company = {
        (x.key, x.currency): int(x.sums["total"]) for x in receivables.aged(ACTOR, Asked(today), "company")
    }
    assert by_company == {(firm["company"], "RUB"): 100, (firm["company"], "USD"): 70, (other, "RUB"): 30}
    assert [int(x.sums["total"]) for x in receivables.aged(ACTOR, Asked(today, company=other))] == [30]


def test_days_sales_outstanding(firm: dict[str, int]) -> None:
    first = bill(firm, "3000", issued_on="2026-09-10")
    bill(firm, "1000", issued_on="2026-10-10")
    allocate(ACTOR, money(firm, "1500", paid_on="2026-10-20"), {"invoice": first})
    months = receivables.turnover(ACTOR, Asked(dt.date(2026, 11, 22)), "RUB", months=3)
    assert [(m.first.month, int(m.billed), int(m.paid), int(m.owed), m.dso) for m in months] == [
        (9, 3000, 0, 3000, Decimal("30.0")),
        (10, 1000, 1500, 2500, Decimal("77.5")),
        (11, 0, 0, 2500, None),
    ]
    later = receivables.turnover(ACTOR, Asked(dt.date(2026, 11, 22)), "RUB", months=1)
    assert int(later[0].owed) == 2500


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_the_pages_and_every_figure_opens_its_rows(firm: dict[str, int], lang: str) -> None:
    due(firm, 40, "100")
    company = found_company()
    company.users["administrator"].language = lang
    company.users["administrator"].save()
    browser = company.client("administrator")
    page = browser.get("/receivables").content.decode()
    assert "Ромашка" in page
    assert "bucket=d60" in page
    rows = browser.get(f"/receivables/rows?party={firm['client']}&currency=RUB&bucket=d60").content.decode()
    assert "100" in rows
    odd = ("?on=завтра", "?company=9999999999999999999999", "?on=0001-01-01", "?currency=XXX")
    for address in ("?by=owner", "?by=company", "?by=currency", "?on=2026-10-01", *odd):
        for where in ("/receivables", "/receivables/rows", "/receivables/turnover"):
            assert browser.get(where + address).status_code == 200, where + address
    months = browser.get(f"/receivables/turnover?company={firm['company']}").content.decode()
    assert "%22field%22%3A%22company%22" in months
    table = browser.get("/receivables?format=csv").content.decode("utf-8-sig")
    assert "Ромашка;RUB;100.00" in table


def test_each_sees_the_debts_of_the_invoices_that_are_theirs(firm: dict[str, int]) -> None:
    company = found_company()
    due(firm, 5, "100", owner=company.users["employee"].pk, team=company.teams["near"].pk)
    due(firm, 5, "70", owner=company.users["outsider"].pk, team=company.teams["far"].pk)
    today = timezone.localdate()
    seen = {
        who: [int(x.sums["total"]) for x in receivables.aged(company.actor(who), Asked(today), "currency")]
        for who in ("administrator", "employee", "outsider", "manager")
    }
    assert seen == {"administrator": [170], "employee": [100], "outsider": [70], "manager": [100]}
    company.hide("employee", "invoice", "amount")
    page = company.client("employee").get("/receivables").content.decode()
    assert "отчёт вам не открыт" in page.lower() or "lock" in page
    assert company.client("observer").get("/receivables?format=csv").status_code == 403


def test_a_client_at_the_limit_or_on_the_stop_list_gets_no_further_invoice(firm: dict[str, int]) -> None:
    company = found_company()
    bill(firm, "800")
    terms = make("credit_terms", party=firm["client"], credit_limit="1000")
    draft = bill(firm, "300", issued=False)
    with pytest.raises(Invalid) as caught:
        issue(ACTOR, draft)
    assert (caught.value.errors[0].code, state(draft)[0]) == ("credit", "draft")
    browser = company.client("administrator")
    with translation.override("ru"):
        page = browser.get(f"/invoice/{draft}?tab=payments").content.decode()
    assert "превышен на" in page
    assert browser.post(f"/invoice/{draft}/actions/issue").status_code == 422
    money(firm, "100")  # paid in advance
    issue(ACTOR, draft)
    write.update(ACTOR, shape_of("credit_terms"), terms, {"stopped": True, "reason": "Суд"})
    stopped = bill(firm, "1", issued=False)
    with pytest.raises(Invalid):
        issue(ACTOR, stopped)
    assert (
        company.client("employee")
        .post("/credit_release/new", {"invoice": stopped, "reason": "Прошу"})
        .status_code
        == 403
    )
    write.create(
        company.actor("administrator"),
        shape_of("credit_release"),
        {"invoice": stopped, "reason": "Слово директора"},
    )
    issue(ACTOR, stopped)
    issue(ACTOR, stopped)
    assert state(stopped)[0] == "issued"
    with pytest.raises(Invalid):
        make("credit_terms", party=firm["client"], credit_limit="1")
    with pytest.raises(Invalid):
        make("credit_terms", party=make("organisation", name="Иная"), stopped=True)


def test_the_card_of_a_client_tells_of_money(firm: dict[str, int]) -> None:
    due(firm, 10, "700")
    money(firm, "50")
    make("credit_terms", party=firm["client"], credit_limit="1000")
    page = (
        found_company()
        .client("administrator")
        .get(f"/organisation/{firm['client']}?tab=settlements")
        .content.decode()
    )
    for text in ("700,00", "50,00", "350,00", "/reconciliation/"):
        assert text in page


@pytest.mark.parametrize("lang", ["ru", "en"])
def test_the_reconciliation_statement(firm: dict[str, int], lang: Any) -> None:
    hand_over(firm, "1000", issued_on="2026-08-01")
    money(firm, "400", paid_on="2026-08-20", number="7")
    bill(firm, "777", issued_on="2026-10-04")
    hand_over(firm, "500", issued_on="2026-10-05")
    money(firm, "200", paid_on="2026-10-10", number="8")
    money(firm, "50", paid_on="2026-10-11", direction="out", number="9")
    with translation.override(lang):
        data = reconciliation_data(
            ACTOR, firm["client"], firm["company"], "RUB", dt.date(2026, 10, 1), dt.date(2026, 12, 31), lang
        )
    mark = "," if lang == "ru" else "."
    assert data["opening"][1:] == [f"600{mark}00", ""]
    assert [r[2:] for r in data["rows"]] == [[f"500{mark}00", ""], ["", f"200{mark}00"], [f"50{mark}00", ""]]
    assert data["turnover"][1:] == [f"550{mark}00", f"200{mark}00"]
    assert data["closing"][1:] == [f"950{mark}00", ""]
    assert ("Девятьсот пятьдесят рублей" if lang == "ru" else "Nine hundred and fifty roubles") in data[
        "result"
    ]
    browser = found_company().client("administrator")
    answer = browser.get(
        f"/reconciliation/{firm['client']}?company={firm['company']}&from=2026-10-01&to=2026-12-31&archive=1"
    )
    assert (answer.status_code, answer.content[:4]) == (200, b"%PDF")
    for bad in ("from=x", "from=2026-02-01&to=2026-01-01", "currency=XXX", "from=1000-01-01"):
        assert browser.get(f"/reconciliation/{firm['client']}?{bad}").status_code == 400
    assert browser.get("/reconciliation/404").status_code == 404
    assert browser.get(f"/reconciliation/{firm['client']}?company=404").status_code == 404


def test_the_reconciliation_stands_on_closing_papers_not_on_invoices(firm: dict[str, int]) -> None:
    """What an accountant found: 27 456,25 handed over, 5 520 billed, 3 000 paid."""
    bill(firm, "5520", issued_on="2026-11-02")
    papers = [hand_over(firm, "27456.25", kind="upd", issued_on="2026-11-10")]
    papers += [hand_over(firm, amount, kind=kind) for kind, amount in (("act", "10"), ("waybill", "20"))]
    hand_over(firm, "40", issued=False)
    closing.cancel(ACTOR, hand_over(firm, "80"))
    closing.sign(ACTOR, papers[0])
    money(firm, "3000", paid_on="2026-11-10", number="15")
    act = {number: row("closing_paper", number)["number"] for number in papers}
    with translation.override("ru"):
        data = reconciliation_data(
            ACTOR, firm["client"], firm["company"], "RUB", dt.date(2026, 11, 1), dt.date(2026, 11, 30), "ru"
        )
    assert [line[1:] for line in data["rows"]] == [
        [f"Акт № {act[papers[1]]} от 02.11.2026", "10,00", ""],
        [f"Накладная № {act[papers[2]]} от 02.11.2026", "20,00", ""],
        [f"УПД № {act[papers[0]]} от 10.11.2026", "27\u202f456,25", ""],
        ["Оплата № 15 от 10.11.2026", "", "3\u202f000,00"],
    ]
    assert data["closing"][1:] == ["24\u202f486,25", ""]
    for text in (data["between"], data["preamble"]):
        assert "ИНН 7700000016" in text
        assert f"ИНН {CLIENT_INN}" in text
    company = found_company()
    company.grant("observer", "closing_paper", "read", "none")
    assert company.client("observer").get(f"/reconciliation/{firm['client']}").status_code == 403


def test_the_ready_reminder_is_off_and_tells_the_owner_when_on() -> None:
    from klientura.kernel.rules import keeping, moments
    from klientura.kernel.rules.models import Run

    company = found_company()
    firm = found_firm()
    actor = company.actor("administrator")
    ensure_reminder(actor)
    ensure_reminder(actor)
    rule = Rule.objects.get()
    assert not rule.active
    # Since yesterday, whatever the time is now: the reminder comes at nine o'clock of the fifth day.
    late = due(firm, 6, "100", owner=company.users["manager"].pk)
    paid = due(firm, 6, "100")
    allocate(ACTOR, money(firm, "100"), {"invoice": paid})
    keeping.change(actor, rule.pk, {"active": True})
    Rule.objects.update(watermark=timezone.now() - dt.timedelta(days=2))
    moments.look()
    run = Run.objects.get()
    assert run.record_ids == [late]
