"""The columns of a list: how wide they are, how many are pinned, and that a list nobody changed is drawn as before."""

import re

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
WIDTHS = re.compile(r'<col width="(\d+)">')


@pytest.fixture
def company() -> Company:
    company = found_company()
    write.create(company.actor("employee"), shape_of("organisation"), {"name": "Альфа", "city": "Уфа"})
    return company


def test_widths_and_pins_return_with_the_list_and_cost_no_query(company: Company) -> None:
    browser = company.client("employee")
    browser.get("/organisation")
    with CaptureQueriesContext(connection) as before:
        plain = browser.get("/organisation").content.decode()
    assert "<col " not in plain
    assert 'data-pin="1"' in plain
    given = {"columns": "name,city,website", "widths": "name:300,city:77", "pin": "2"}
    assert browser.post("/organisation/remember", given).status_code == 204
    with CaptureQueriesContext(connection) as after:
        page = browser.get("/organisation").content.decode()
    assert WIDTHS.findall(page) == ["40", "300", "77", "160"]
    assert 'data-pin="2"' in page
    assert len(after) == len(before)
    assert browser.get("/organisation?widths=&pin=1").content.decode().count("<col ") == 0
    browser.post("/organisation/remember", {"columns": "", "widths": "", "pin": "1"})
    assert browser.get("/organisation").content.decode().count("<col ") == 0


def test_a_view_keeps_what_its_address_says_of_columns(company: Company) -> None:
    browser = company.client("employee")
    where = "/organisation/views/new?columns=name,city&widths=name:222,city:99&pin=2"
    made = browser.post(where, {"name": "Широкое"}, headers={"HX-Request": "true"})
    opened = browser.get(made["HX-Redirect"]).content.decode()
    assert WIDTHS.findall(opened) == ["40", "222", "99"]
    assert 'data-pin="2"' in opened
    changed = browser.get(made["HX-Redirect"].replace("&view_kept=1", "") + "&widths=name:444&pin=1")
    assert WIDTHS.findall(changed.content.decode()) == ["40", "444", "160"]
    assert 'class="views-changed"' in changed.content.decode()


@pytest.mark.parametrize(
    "said", ["name", "name:x", "name:-5", "name:٣٠٠", "nothing:100", "name:99999", ":", ",,,"]
)
def test_widths_that_are_none_only_look_otherwise(company: Company, said: str) -> None:
    answer = company.client("employee").get("/organisation", {"widths": said, "pin": said})
    assert answer.status_code == 200
    assert "<col " not in answer.content.decode()


def test_a_hidden_field_has_no_width(company: Company) -> None:
    company.client("employee").post("/organisation/remember", {"widths": "city:300,name:200"})
    company.hide("employee", "organisation", "city")
    page = company.client("employee").get("/organisation").content.decode()
    assert "city:300" not in page
    assert "city%3A300" not in page
    answer = company.client("employee").post("/organisation/remember", {"widths": "city:300,name:210"})
    assert answer.status_code == 204  # as a key that is not there: no width is kept, and nothing is told
    assert "210" in company.client("employee").get("/organisation").content.decode()
