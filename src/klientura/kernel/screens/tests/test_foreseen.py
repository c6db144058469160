"""What a change of many records would do is told before it is done, and nothing is written by telling it."""

import html
import re
from collections.abc import Iterator

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects import registry
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.schema.conditions import set_conditions
from klientura.kernel.store import read, write
from klientura.kernel.store.bulk import Selection
from klientura.kernel.store.foresight import foresee
from klientura.kernel.tags.models import KnownTag
from klientura.kernel.testing.company import Company, found_company

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def company() -> Iterator[Company]:
    company = found_company()
    shape = shape_of("organisation")
    write.create_many(
        company.actor("employee"), shape,
        [{"name": f"Ф{n}", "city": "Уфа" if n < 4 else "Омск", "website": "example.org" if n == 0 else None} for n in range(10)],
    )  # fmt: skip
    write.create(company.actor("outsider"), shape, {"name": "Чужая", "city": "Пермь"})
    yield company
    registry.forget()


def told(browser: Client, value: str, **more: str) -> str:
    """What the dialog of a change says under its control."""
    seal = re.search(r'name="list" value="([^"]*)"', browser.get("/organisation").content.decode())
    assert seal
    sent = {"all_matching": "1", "list": seal[1], "field": "city", "city": value, **more}
    answer = browser.post("/organisation/bulk/preview", sent, headers=HTMX)
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def test_how_many_change_and_how_many_are_so_already(company: Company) -> None:
    page = told(company.client("employee"), "Уфа")
    assert re.findall(r"<li[^>]*>\D*(\d+)", page) == ["6", "4"]
    assert page.count("<tr>") == 5
    assert page.count("Омск") == 5
    assert "Чужая" not in page
    cities = [r["city"] for r in read.page(ACTOR, shape_of("organisation"), sort="id", keys=["city"]).rows]
    assert cities == ["Уфа"] * 4 + ["Омск"] * 6 + ["Пермь"]


def test_what_may_not_be_changed_is_counted_apart(company: Company) -> None:
    company.grant("employee", "organisation", "read", "all")
    page = told(company.client("employee"), "Уфа")
    assert re.findall(r"<li[^>]*>\D*(\d+)", page) == ["6", "4", "1"]
    assert "Пермь" not in page


def test_a_locked_field_is_counted_and_left(company: Company) -> None:
    when = {"field": "website", "op": "not_empty"}
    set_conditions(company.actor("administrator"), "organisation", "city", {"locked": when})
    registry.follow_latest()
    actor, shape = company.actor("employee"), shape_of("organisation")
    found = foresee(actor, shape, Selection(), shape.fields["city"], "Тула")
    assert (found.changing, found.same, found.closed, found.locked) == (9, 0, 0, 1)
    assert found.refused == {}


def test_the_rules_of_the_object_are_asked_of_the_first(company: Company) -> None:
    actor, shape = company.actor("manager"), shape_of("organisation")
    boss = write.create(actor, shape, {"name": "Глава"})
    write.update(actor, shape, boss, {"parent": None})
    first = read.page(actor, shape, sort="id", limit=1, keys=["id"]).rows[0]["id"]
    found = foresee(actor, shape, Selection(ids=(first, boss)), shape.fields["parent"], first)
    assert found.changing == 2
    assert sum(found.refused.values()) == 1  # nobody stands above themselves


def test_a_value_that_is_none_and_a_field_that_is_hidden(company: Company) -> None:
    browser = company.client("employee")
    assert "foreseen" not in told(browser, "а" * 5000)
    company.hide("employee", "organisation", "city")
    sent = {"ids": "1", "field": "city", "city": "Уфа"}
    assert browser.post("/organisation/bulk/preview", sent, headers=HTMX).status_code == 404
    assert (
        company.client("observer").post("/organisation/bulk/preview", sent, headers=HTMX).status_code == 403
    )


def test_the_number_of_records_costs_no_query(company: Company) -> None:
    actor, shape = company.actor("manager"), shape_of("organisation")

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            foresee(actor, shape, Selection(), shape.fields["city"], "Тула")
        return len(seen)

    few = queries()
    write.create_many(company.actor("employee"), shape, [{"name": f"Ещё {n}"} for n in range(150)])
    assert queries() == few
    assert foresee(actor, shape, Selection(), shape.fields["city"], "Тула").tried == 100


def test_assigning_is_offered_to_those_who_may(company: Company) -> None:
    assert "user-check" in company.client("employee").get("/organisation").content.decode()
    company.hide("employee", "organisation", "owner", level="read")
    assert "user-check" not in company.client("employee").get("/organisation").content.decode()


def test_a_look_makes_no_new_tags(company: Company) -> None:
    browser = company.client("employee")
    told(browser, "", field="tags", tags="никем ещё не сказано", how="add", present="tags")
    assert not KnownTag.objects.exists()
