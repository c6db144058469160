"""Schedules of payment: shares to the kopeck, the next day, what is printed."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.errors import Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.modules.orders.queries.printed import invoice_data
from klientura.modules.orders.services.invoices import issue
from klientura.modules.orders.services.schedules import next_due
from klientura.modules.orders.services.settling import Paid, settle

ACTOR = SystemActor("test")
HALVES = [
    {"due_on": "2026-12-20", "percent": "50"},
    {"due_on": "2026-12-01", "percent": "50", "name": "Аванс"},
]


def bill(amount: str = "100.01", dues: list[dict[str, Any]] | None = None) -> int:
    values = {
        "company": write.create(ACTOR, shape_of("own_company"), {"name": "Наша", "inn": "7700000016"}),
        "party": write.create(ACTOR, shape_of("organisation"), {"name": "Ромашка"}),
        "issued_on": "2026-11-02", "lines": [{"name": "Работы", "quantity": "1", "given_price": amount}],
        "dues": HALVES if dues is None else dues,
    }  # fmt: skip
    return write.create(ACTOR, shape_of("invoice"), values)


def row(number: int) -> dict[str, Any]:
    return read.get(ACTOR, shape_of("invoice"), number)


def stages(number: int) -> list[Decimal]:
    return [d["amount"] for d in read.parts_of(ACTOR, shape_of("invoice"), [number])[number]["dues"]]


@pytest.mark.django_db
def test_shares_add_up_to_the_kopeck_and_follow_the_sum() -> None:
    number = bill()
    assert sum(stages(number)) == Decimal("100.01")
    assert row(number)["due_on"] == dt.date(2026, 12, 1), "the first day, whatever the order of the lines"
    write.update(
        ACTOR,
        shape_of("invoice"),
        number,
        {"lines": [{"name": "Работы", "quantity": "3", "given_price": "33.33"}]},
    )
    assert sum(stages(number)) == row(number)["amount"] == Decimal("99.99")
    write.update(ACTOR, shape_of("invoice"), number, {"dues": []})
    assert stages(number) == []


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("dues", "field"),
    [
        ([{"due_on": "2026-12-01", "percent": "60"}], "dues"), ([{"due_on": "2026-12-01", "amount": "99"}], "dues"),
        ([{"due_on": "2026-12-01"}], "dues.0.amount"), ([{"due_on": "2026-12-01", "percent": "0"}], "dues.0.percent"),
        ([{"due_on": "2026-12-01", "percent": "101"}], "dues.0.percent"), ([{"due_on": "2026-12-01", "amount": "-5"}], "dues.0.amount"),
        ([{"percent": "100"}], "dues.0.due_on"),
    ],
)  # fmt: skip
def test_what_does_not_add_up_is_refused_by_its_place(dues: list[dict[str, Any]], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        bill("100", dues)
    assert field in [e.field for e in refused.value.errors]


@pytest.mark.django_db
def test_a_sum_may_stand_beside_a_share_and_a_stage_be_changed_alone() -> None:
    number = bill(
        "100", [{"due_on": "2026-12-01", "percent": "30"}, {"due_on": "2026-12-20", "amount": "70"}]
    )
    assert stages(number) == [30, 70]
    issue(ACTOR, number)
    found = read.parts_of(ACTOR, shape_of("invoice"), [number])[number]["dues"]
    later = [{"id": found[0]["id"], "due_on": "2026-12-05"}, {"id": found[1]["id"], "due_on": "2026-12-20"}]
    write.update(ACTOR, shape_of("invoice"), number, {"dues": later})
    assert stages(number) == [30, 70]
    assert row(number)["due_on"] == dt.date(2026, 12, 5)


@pytest.mark.django_db
def test_what_is_paid_leads_to_the_next_day() -> None:
    number = bill("100")
    issue(ACTOR, number)
    for paid, day in ((49, 1), (50, 20), (100, 20), (10, 1)):
        settle(None, {number: Paid(Decimal(paid), dt.date(2026, 11, 10))})
        assert row(number)["due_on"] == dt.date(2026, 12, day), paid
    plain = bill("100", [])
    write.update(ACTOR, shape_of("invoice"), plain, {"due_on": "2026-12-31"})
    issue(ACTOR, plain)
    settle(None, {plain: Paid(Decimal(40), dt.date(2026, 11, 10))})
    assert row(plain)["due_on"] == dt.date(2026, 12, 31)


@pytest.mark.django_db
def test_the_stages_are_printed() -> None:
    facts = invoice_data(ACTOR, bill("1000"), "ru")["facts"]
    assert [f["label"] for f in facts] == ["Аванс", "Оплата"]
    assert facts[0]["text"] == "500,00\xa0₽ до 01.12.2026"


@pytest.mark.django_db
def test_many_are_settled_by_as_many_statements_as_two() -> None:
    def counted(many: int) -> int:
        numbers = [bill("100") for _one in range(many)]
        for number in numbers:
            issue(ACTOR, number)
        with CaptureQueriesContext(connection) as seen:
            settle(None, {n: Paid(Decimal(10), dt.date(2026, 11, 10)) for n in numbers})
        return len(seen)

    assert counted(2) == counted(7)


days = st.dates(dt.date(2026, 1, 1), dt.date(2027, 12, 31))
sums = st.decimals(Decimal("0.01"), Decimal(10**6), places=2)


@given(st.lists(st.tuples(days, sums), min_size=1, max_size=9), sums)
def test_before_the_next_day_everything_is_paid_and_by_it_not(
    stages: list[tuple[dt.date, Decimal]], paid: Decimal
) -> None:
    day = next_due([{"due_on": d, "amount": a} for d, a in stages], paid)
    assert day in {d for d, _a in stages}
    assert sum(a for d, a in stages if d < day) <= paid or day == max(d for d, _a in stages)
    if sum(a for _d, a in stages) > paid:
        assert sum(a for d, a in stages if d <= day) > paid
