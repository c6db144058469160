"""Groups and sums: what one statement says is what adding by hand says, for every reader."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, summaries, write
from klientura.kernel.store.summaries import Grouping, Line, TooMuch, by_group, grouping_of, whole
from klientura.kernel.testing.company import Company, found_company

DEALS = shape_of("opportunity")


@pytest.fixture
def company(db: None) -> Company:
    return found_company()


@pytest.fixture
def admin(company: Company) -> Actor:
    return company.actor("administrator")


@pytest.fixture
def deals(company: Company, admin: Actor) -> list[int]:
    pipeline = write.create(admin, shape_of("pipeline"), {"name": "Прямые"})
    write.create(admin, shape_of("stage"), {"pipeline": pipeline, "name": "Начало", "kind": "open"})
    rows = [
        ("100", "RUB", "2026-01-31", "employee"),
        ("200.50", "RUB", "2026-02-01", "employee"),
        ("7", "USD", "2026-02-10", "colleague"),
        (None, "RUB", None, "outsider"),
    ]
    return write.create_many(
        admin, DEALS,
        [
            {"name": f"Сделка {n}", "pipeline": pipeline, "amount": amount, "currency": currency, "close_date": day,
             "owner": company.users[who].pk}
            for n, (amount, currency, day, who) in enumerate(rows)
        ],
    )  # fmt: skip


def found(actor: Actor, key: str, **more: Any) -> list[Line]:
    return by_group(actor, DEALS, grouping_of(actor, DEALS, key), ["amount"], **more)[0]


def test_groups_count_and_add_up_each_currency_alone(
    company: Company, admin: Actor, deals: list[int]
) -> None:
    lines = {line.value: (line.number, dict(line.sums.get("amount", {}))) for line in found(admin, "owner")}
    assert lines == {
        company.users["employee"].pk: (2, {"RUB": Decimal("300.50")}),
        company.users["colleague"].pk: (1, {"USD": Decimal(7)}),
        company.users["outsider"].pk: (1, {}),
    }
    months = [(line.value, line.number) for line in found(admin, "close_date.month")]
    assert months == [(dt.date(2026, 1, 1), 1), (dt.date(2026, 2, 1), 2), (None, 1)]
    assert [line.value for line in found(admin, "close_date.quarter")] == [dt.date(2026, 1, 1), None]


def test_the_whole_is_the_sum_of_its_groups(admin: Actor, deals: list[int]) -> None:
    line = whole(admin, DEALS, ["amount"])
    assert line is not None and line.number == 4
    assert dict(line.sums["amount"]) == {"RUB": Decimal("300.50"), "USD": Decimal(7)}
    some = whole(admin, DEALS, ["amount"], tree={"field": "amount", "op": "lt", "value": 150})
    assert some is not None and some.number == 2


def test_the_condition_of_a_group_leaves_that_group(admin: Actor, deals: list[int]) -> None:
    for key in ("owner", "currency", "status", "close_date.month", "close_date.year", "created_at.month"):
        try:
            grouping = grouping_of(admin, DEALS, key)
        except BadRequest:
            assert not summaries.may_group(DEALS.fields[key.split(".")[0]])
            continue
        for line in found(admin, key):
            rows = read.page(admin, DEALS, tree=summaries.condition(grouping, line.value)).rows
            assert len(rows) == line.number, (key, line.value)


def test_days_begin_in_the_time_zone_of_the_reader(admin: Actor, deals: list[int]) -> None:
    with connection.cursor() as cursor:
        cursor.execute("update opportunity set created_at = '2026-03-31 22:30+00' where id = %s", [deals[0]])
    grouping = Grouping(DEALS.fields["created_at"], "month")
    for zone, first in (("Europe/Moscow", dt.date(2026, 4, 1)), ("UTC", dt.date(2026, 3, 1))):
        with timezone.override(zone):
            lines, _cut = by_group(
                admin, DEALS, grouping, [], tree={"field": "id", "op": "eq", "value": deals[0]}
            )
            assert [line.value for line in lines] == [first]
            rows = read.page(admin, DEALS, tree=summaries.condition(grouping, first)).rows
            assert [r["id"] for r in rows] == [deals[0]]


def test_nothing_is_told_of_what_is_not_open(company: Company, deals: list[int]) -> None:
    actor = company.actor("employee")
    assert sum(line.number for line in found(actor, "owner")) == 3  # of the reader's team
    company.hide("employee", "opportunity", "amount")
    actor = company.actor("employee")
    line = whole(actor, DEALS, ["amount"])
    assert line is not None and not line.sums
    company.hide("employee", "opportunity", "close_date")
    with pytest.raises(BadRequest):
        grouping_of(company.actor("employee"), DEALS, "close_date.month")


def test_what_one_cannot_group_by(admin: Actor) -> None:
    for key in ("", "nothing", "name", "close_date", "close_date.week", "owner.month", "amount"):
        with pytest.raises(BadRequest):
            grouping_of(admin, DEALS, key)


def test_one_statement_however_many_groups_and_columns(admin: Actor, deals: list[int]) -> None:
    grouping = grouping_of(admin, DEALS, "owner")
    with CaptureQueriesContext(
        connection,
    ) as seen:
        by_group(admin, DEALS, grouping, ["amount", "probability"])
    assert sum("count(*)" in q["sql"] for q in seen.captured_queries) == 1


def test_what_takes_too_long_is_given_up(
    admin: Actor, deals: list[int], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(summaries, "LONGEST_MS", 1)
    slow = Predicate(sql.SQL("(select pg_sleep(1)) is not null"), ())
    with pytest.raises(TooMuch):
        whole(admin, DEALS, ["amount"], more=[slow])
    assert read.count(admin, DEALS).number == 4


def test_the_screens(company: Company, admin: Actor, deals: list[int]) -> None:
    browser = company.client("administrator")
    page = browser.get("/opportunity?group=close_date.month").content.decode()
    assert "/opportunity/summary?" in page and 'id="totals"' not in page
    groups = browser.get("/opportunity/summary?group=close_date.month").content.decode()
    assert "Январь 2026" in groups and groups.count("<details") == 3
    rows = browser.get("/opportunity?rows=1").content.decode()
    assert "Сделка 0" in rows and "<html" not in rows
    totals = browser.get("/opportunity/summary").content.decode()
    assert "300,50" in totals and "$" in totals
    assert browser.get("/opportunity/summary?group=nothing").status_code == 400
    assert browser.get("/opportunity?group=nothing").status_code == 400
