"""A table pasted into a list: what it would change is told cell by cell, then done as one operation that can be undone."""

import html
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.sheet.reading import MOST_CELLS, table_in
from klientura.kernel.store import read, write
from klientura.kernel.store.models import Operation
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def company() -> Company:
    return found_company()


@pytest.fixture
def firms(company: Company) -> list[int]:
    values = [{"name": f"Фирма {n}", "city": "Уфа", "turnover": n} for n in range(3)]
    return write.create_many(company.actor("employee"), shape_of("organisation"), values)


def ask(
    browser: Client, ids: list[int], fields: str, text: str, key: str = "organisation"
) -> tuple[int, str]:
    """The preview of a paste."""
    sent = {"ids": ",".join(map(str, ids)), "fields": fields, "text": text}
    answer = browser.post(f"/{key}/paste", sent, headers=HTMX)
    return answer.status_code, html.unescape(answer.content.decode())


def carry_out(browser: Client, page: str, key: str = "organisation") -> int:
    found = re.search(r'name="sealed" value="([^"]+)"', page)
    assert found
    return browser.post(f"/{key}/paste/apply", {"sealed": found[1]}, headers=HTMX).status_code


def stored(ids: list[int], *keys: str) -> list[Any]:
    rows = {r["id"]: r for r in read.page(ACTOR, shape_of("organisation"), keys=list(keys)).rows}
    return [[rows[i][k] for k in keys] if len(keys) > 1 else rows[i][keys[0]] for i in ids]


def test_a_table_changes_what_was_shown_as_one_operation(company: Company, firms: list[int]) -> None:
    browser = company.client("employee")
    status, page = ask(browser, firms, "city,turnover", "Омск\t1 500,50 ₽\nУфа\tмного\nТула\t\n")
    assert status == 200
    assert (
        len(re.findall(r"<tr><td", page)) == 4
    )  # two cities stay, one sum cannot be read; Омск, Тула, a sum, an emptied one
    assert "«много»" in page
    assert stored(firms, "city") == ["Уфа"] * 3
    assert carry_out(browser, page) == 200
    assert stored(firms, "city", "turnover") == [
        ["Омск", Decimal("1500.50")],
        ["Уфа", Decimal(1)],
        ["Тула", None],
    ]
    operation = Operation.objects.get()
    assert (operation.kind, operation.records, operation.actor_id) == (
        "edit",
        2,
        company.users["employee"].pk,
    )
    assert browser.post(f"/operations/{operation.pk}/undo", headers=HTMX).status_code == 200
    assert stored(firms, "city", "turnover") == [["Уфа", Decimal(n)] for n in range(3)]


def test_one_value_fills_all_that_is_marked(company: Company, firms: list[int]) -> None:
    browser = company.client("employee")
    _status, page = ask(browser, firms[:2], "city", "Тверь")
    assert carry_out(browser, page) == 200
    assert stored(firms, "city") == ["Тверь", "Тверь", "Уфа"]


def test_people_and_records_are_meant_by_their_names(company: Company, firms: list[int]) -> None:
    browser = company.client("manager")
    twins = write.create_many(ACTOR, shape_of("organisation"), [{"name": "Двойник"}] * 2)
    _status, page = ask(browser, firms, "parent,owner", "Фирма 2\tСоул\nДвойник\tНикто\nНет такой\tВера Ткач")
    for reason in ("«Двойник»", "«Никто»", "«Нет такой»", "Глеб Соул", "Фирма 2"):
        assert reason in page
    assert carry_out(browser, page) == 200
    parents = [v.id if v else None for v in stored(firms, "parent")]
    assert parents == [firms[2], None, None]
    assert [v.id for v in stored(firms, "owner")] == [
        company.users["colleague"].pk, company.users["employee"].pk, company.users["employee"].pk,
    ]  # fmt: skip
    assert len(twins) == 2


def test_whoever_was_faster_keeps_what_they_wrote(company: Company, firms: list[int]) -> None:
    browser = company.client("employee")
    _status, page = ask(browser, firms, "city", "А\nБ\nВ")
    write.update(company.actor("manager"), shape_of("organisation"), firms[1], {"city": "Тула"})
    assert carry_out(browser, page) == 200
    assert stored(firms, "city") == ["А", "Тула", "В"]


def test_nothing_goes_past_rights(company: Company, firms: list[int]) -> None:
    theirs = write.create(
        company.actor("outsider"), shape_of("organisation"), {"name": "Чужая", "city": "Пермь"}
    )
    browser = company.client("employee")
    status, page = ask(browser, [theirs, 999_999, *firms], "city", "А\nБ\nВ")
    assert (status, "Чужая" in page, "Пермь" in page) == (200, False, False)
    assert (
        page.count(f"№ {theirs}") == page.count("№ 999999") == 1
    )  # what is not open is as what is not there
    assert carry_out(browser, page) == 200
    assert stored([theirs], "city") == ["Пермь"]
    assert stored(firms, "city") == ["В", "Уфа", "Уфа"]
    assert ask(company.client("observer"), firms, "city", "А")[0] == 403
    company.hide("employee", "organisation", "city")
    assert ask(browser, firms, "city", "А")[0] == ask(browser, firms, "nothing", "А")[0] == 404
    assert carry_out(browser, page) == 200  # sealed before: the right of the moment counts
    assert stored(firms, "city") == ["В", "Уфа", "Уфа"]
    company.hide("employee", "organisation", "turnover", level="read")
    _status, told = ask(browser, firms, "turnover", "5")
    assert 'name="sealed"' not in told


def test_what_no_one_may_paste_into_is_told(company: Company, firms: list[int]) -> None:
    _status, page = ask(company.client("employee"), firms, "updated_at,name", "01.01.2026\tНовая")
    assert page.count("01.01.2026") == 1
    assert "Новая" in page


@pytest.mark.parametrize("text", ["", "\n\n", "\t\t"])
def test_an_empty_clipboard_is_said_to_be_empty(company: Company, firms: list[int], text: str) -> None:
    assert ask(company.client("employee"), firms, "city", text)[0] == 400


def test_too_many_cells_are_a_file(company: Company, firms: list[int]) -> None:
    assert ask(company.client("employee"), firms, "city", "А\n" * (MOST_CELLS + 1))[0] == 400


@pytest.mark.parametrize("sealed", ["", "x", "a:b:c"])
def test_a_seal_of_another_making_changes_nothing(company: Company, firms: list[int], sealed: str) -> None:
    browser = company.client("employee")
    assert browser.post("/organisation/paste/apply", {"sealed": sealed}, headers=HTMX).status_code == 400
    page = ask(browser, firms, "city", "А")[1]
    assert carry_out(browser, page, "person") == 400  # of another list
    assert stored(firms, "city") == ["Уфа"] * 3


def test_a_long_table_costs_no_more_queries(company: Company) -> None:
    browser = company.client("employee")

    def queries(count: int) -> tuple[int, int]:
        made = write.create_many(
            company.actor("employee"), shape_of("organisation"), [{"name": f"Ф{n}"} for n in range(count)]
        )
        with CaptureQueriesContext(connection) as asked:
            page = ask(browser, made, "city,owner", "\n".join(["Омск\tГлеб Соул"] * count))[1]
        with CaptureQueriesContext(connection) as done:
            carry_out(browser, page)
        return len(asked), len(done)

    queries(2)
    assert queries(3) == queries(120)


def test_cells_of_several_lines_and_stray_quotes_are_read() -> None:
    assert table_in('а\t"б\nв"\r\nг\t""\r\n') == [["а", "б\nв"], ["г", ""]]
    assert table_in('5" труба\tх\n') == [['5" труба', "х"]]
