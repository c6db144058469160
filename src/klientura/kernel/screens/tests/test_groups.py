"""Groups of a list: in the order of the board's columns, and ticked as a whole for acts over many records."""

import html
import json
import re

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def company() -> Company:
    company = found_company()
    values = [
        {
            "name": f"Фирма {n}",
            "status": ("new", "prospect", "active")[n % 3],
            "city": "Уфа" if n < 6 else "Омск",
        }
        for n in range(9)
    ]
    write.create_many(company.actor("employee"), shape_of("organisation"), values)
    write.create(company.actor("outsider"), shape_of("organisation"), {"name": "Чужая", "status": "new"})
    return company


def boxes(browser: Client, query: str) -> dict[str, str]:
    """The boxes of the groups: value → how many records the group holds."""
    page = html.unescape(browser.get(f"/organisation/summary?{query}").content.decode())
    return dict(re.findall(r'value="([^>]*?)" data-select-group data-number="(\d+)"', page))


def seal(browser: Client, query: str, *values: str) -> tuple[int, str]:
    answer = browser.post(f"/organisation/groups/seal?{query}", {"value": list(values)}, headers=HTMX)
    return answer.status_code, answer.content.decode()


def cities() -> list[str]:
    rows = read.page(ACTOR, shape_of("organisation"), sort="id", keys=["city"]).rows
    return [row["city"] for row in rows]


def test_a_whole_group_is_changed_and_nothing_else(company: Company) -> None:
    browser = company.client("employee")
    codes = {c.code for c in shape_of("organisation").fields["status"].params.choices}
    assert {"new", "prospect", "active"} <= codes
    assert boxes(browser, "group=status") == {'"new"': "3", '"prospect"': "3", '"active"': "3"}
    status, sealed = seal(
        browser, 'group=status&filter={"field":"city","op":"eq","value":"Уфа"}', '"new"', '"active"'
    )
    assert status == 200
    sent = {"all_matching": "1", "list": sealed, "field": "city", "city": "Тула"}
    assert browser.post("/organisation/bulk/edit", sent, headers=HTMX).status_code == 200
    assert cities() == ["Тула", "Уфа", "Тула", "Тула", "Уфа", "Тула", "Омск", "Омск", "Омск", None]


@pytest.mark.parametrize(
    "query", ["group=created_at.month", "group=owner", "group=updated_at.quarter", "group=parent"]
)
def test_groups_of_every_sort_can_be_ticked(company: Company, query: str) -> None:
    browser = company.client("employee")
    found = boxes(browser, query)
    assert sum(map(int, found.values())) == 9, found
    status, sealed = seal(browser, query, *found)
    assert status == 200
    asked = {"all_matching": "1", "list": sealed, "field": "city"}
    dialog = browser.post("/organisation/bulk/form", asked, headers=HTMX)
    assert dialog.status_code == 200
    assert "9" in re.findall(r"<h2[^>]*>([^<]*)</h2>", dialog.content.decode())[0]


@pytest.mark.parametrize("value", ["", "x", "[", "{}", "[1]", '"\\u0000"', "1e400", '"' + "я" * 5000 + '"'])
def test_a_group_that_is_none_is_no_fault(company: Company, value: str) -> None:
    browser = company.client("employee")
    for query in ("group=status", "group=created_at.month", "group=owner"):
        status, sealed = seal(browser, query, value)
        assert status in {200, 400}
        if status == 200:
            sent = {"all_matching": "1", "list": sealed, "field": "city", "city": "Тула"}
            assert browser.post("/organisation/bulk/edit", sent, headers=HTMX).status_code in {200, 400}
    assert "Тула" not in cities()


def test_groups_obey_rights(company: Company) -> None:
    assert boxes(company.client("observer"), "group=status") == {}
    browser = company.client("employee")
    sealed = seal(browser, "group=status", '"new"')[1]
    company.hide("employee", "organisation", "status")
    assert seal(browser, "group=status", '"new"')[0] == seal(browser, "group=nothing", '"new"')[0] == 400
    sent = {"all_matching": "1", "list": sealed, "field": "city", "city": "Тула"}
    assert browser.post("/organisation/bulk/edit", sent, headers=HTMX).status_code == 400
    assert seal(browser, "", '"new"')[0] == 400
    assert "Тула" not in cities()


def test_groups_by_stage_stand_in_the_order_of_the_board(company: Company) -> None:
    admin = company.actor("administrator")
    pipeline = write.create(admin, shape_of("pipeline"), {"name": "Продажи", "place": 1})
    names = ("Первый", "Второй", "Третий")
    stages = {
        name: write.create(
            admin, shape_of("stage"),
            {"name": name, "pipeline": pipeline, "place": 10 - n, "kind": "open", "probability": 10},
        )
        for n, name in enumerate(names)
    }  # fmt: skip
    for name, count in (("Первый", 3), ("Второй", 1), ("Третий", 2)):
        for n in range(count):
            values = {"name": f"{name} {n}", "pipeline": pipeline, "stage": stages[name]}
            write.create(admin, shape_of("opportunity"), values)
    browser = company.client("administrator")

    def groups() -> list[str]:
        page = browser.get("/opportunity/summary?group=stage").content.decode()
        return re.findall(r"Первый|Второй|Третий", page)

    assert list(dict.fromkeys(groups())) == ["Третий", "Второй", "Первый"]
    with CaptureQueriesContext(connection) as few:
        groups()
    other = write.create(admin, shape_of("pipeline"), {"name": "Другая", "place": 2})
    for n in range(6):
        stage = write.create(
            admin, shape_of("stage"), {"name": f"Э{n}", "pipeline": other, "place": n, "kind": "open", "probability": 5}
        )  # fmt: skip
        write.create(admin, shape_of("opportunity"), {"name": "x", "pipeline": other, "stage": stage})
    with CaptureQueriesContext(connection) as many:
        groups()
    assert len(few) == len(many)


def test_a_text_that_comes_back_is_grouped_however_it_is_written(company: Company) -> None:
    """And the list of a group holds as many records as its head says."""
    made = write.create_many(
        company.actor("employee"), shape_of("organisation"),
        [{"name": "Гром", "city": "УФА"}, {"name": "Ёж", "city": "Орёл"}, {"name": "Еж", "city": "Орел"}],
    )  # fmt: skip
    assert len(made) == 3
    write.create(company.actor("employee"), shape_of("person"), {"last_name": "Ким"})
    browser = company.client("employee")
    found = boxes(browser, "group=city")
    assert sorted(found.values()) == ["2", "3", "7"]
    for value, number in found.items():
        tree = {"field": "city", "op": "eq", "value": json.loads(value)}
        within = read.count(company.actor("employee"), shape_of("organisation"), tree=tree)
        assert within.number == int(number)
        assert seal(browser, "group=city", value)[0] == 200
    assert browser.get("/organisation/summary?group=name").status_code == 400  # nothing comes back there
    for key in ("city", "source"):
        assert f"group={key}" in browser.get("/organisation").content.decode()
        assert f"group={key}" in browser.get("/person").content.decode()
    company.hide("employee", "organisation", "city")
    assert browser.get("/organisation/summary?group=city").status_code == 400
    assert "group=city" not in browser.get("/organisation").content.decode()
