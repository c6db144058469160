"""Terms of a client: days to pay, two papers at one moment against one limit, permissions for closing papers."""

import datetime as dt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kernel.errors import Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.at_once import at_once
from klientura.kernel.testing.company import found_company
from klientura.kit.working_days import Day, WorkingTime
from klientura.modules.orders.services import closing, invoices
from klientura.modules.payments.queries.terms import working_days_after
from klientura.modules.payments.tests.firm import ACTOR, bill, found_firm, hand_over, make, row

DAYS = st.dates(dt.date(2020, 1, 1), dt.date(2030, 1, 1))


@pytest.fixture
def firm() -> dict[str, int]:
    return found_firm()


def due(number: int) -> str | None:
    found = row("invoice", number)["due_on"]
    return found.isoformat() if found else None


@pytest.mark.django_db
def test_an_invoice_is_to_be_paid_by_the_terms_of_its_client(firm: dict[str, int]) -> None:
    assert due(bill(firm, issued=False)) is None
    terms = make("credit_terms", party=firm["client"], payment_days=10)
    draft = bill(firm, issued=False)
    assert due(draft) == "2026-11-12"
    assert due(bill(firm, issued=False, due_on="2026-11-05")) == "2026-11-05"  # what people say stays
    write.update(ACTOR, shape_of("invoice"), draft, {"issued_on": "2026-11-03"})
    assert due(draft) == "2026-11-13"
    write.update(ACTOR, shape_of("invoice"), draft, {"due_on": "2026-12-31"})
    write.update(ACTOR, shape_of("invoice"), draft, {"issued_on": "2026-11-09"})
    assert due(draft) == "2026-12-31"
    write.update(ACTOR, shape_of("credit_terms"), terms, {"days_kind": "working", "payment_days": 3})
    assert due(bill(firm, issued=False)) == "2026-11-06"  # 4 November is a holiday in Russia
    other = make("organisation", name="Другая")
    moved = bill(firm, issued=False)
    write.update(ACTOR, shape_of("invoice"), moved, {"party": other})
    assert due(moved) is None
    for bad in (-1, 731):
        with pytest.raises(Invalid):
            make("credit_terms", party=other, payment_days=bad)


@given(DAYS, st.integers(0, 60))
def test_working_days_are_counted_as_one_counts_them(day: dt.date, days: int) -> None:
    time = WorkingTime(country="")
    until = working_days_after(day, days, time)
    between = [day + dt.timedelta(days=n) for n in range(1, (until - day).days + 1)]
    assert sum(time.day(d) is Day.WORKING for d in between) == days
    assert until == day if not days else time.day(until) is Day.WORKING
    assert working_days_after(day, days, WorkingTime(week=frozenset(), country="")) == day + dt.timedelta(
        days=days
    )


@pytest.mark.django_db(transaction=True)
def test_two_papers_issued_at_one_moment_do_not_pass_the_limit_together() -> None:
    firm = found_firm()
    make("credit_terms", party=firm["client"], credit_limit="1000")
    first, second = bill(firm, "700", issued=False), bill(firm, "700", issued=False)
    assert at_once(lambda: invoices.issue(ACTOR, first), lambda: invoices.issue(ACTOR, second)) is Invalid
    assert (row("invoice", first)["status"], row("invoice", second)["status"]) == ("issued", "draft")


@pytest.mark.django_db
def test_a_closing_paper_without_an_order_may_be_permitted_above_the_limit(firm: dict[str, int]) -> None:
    company = found_company()
    make("credit_terms", party=firm["client"], credit_limit="100")
    paper, other = (hand_over(firm, "700", issued=False) for _n in range(2))
    asked = {"closing_paper": paper, "reason": "Слово директора"}
    assert company.client("employee").post("/credit_release/new", asked).status_code == 403
    with pytest.raises(Invalid):
        closing.issue(ACTOR, paper)
    card = company.client("administrator").get(f"/closing_paper/{paper}").content.decode()
    assert f"/credit_release/new?from=closing_paper-{paper}" in card
    made = company.client("administrator").post("/credit_release/new", asked)
    assert made.status_code in {200, 302}
    closing.issue(ACTOR, paper)
    with pytest.raises(Invalid):
        closing.issue(ACTOR, other)
    with pytest.raises(Invalid):
        make("credit_release", reason="Так")
