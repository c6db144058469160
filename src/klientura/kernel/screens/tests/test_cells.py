"""One cell of a list: who may edit it, why not, what becomes of the row, and who was faster."""

import html
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
from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.testing.factories import World

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
OF_UFA = '&filter={"field":"city","op":"eq","value":"Уфа"}'


@pytest.fixture
def company() -> Iterator[Company]:
    yield found_company()
    registry.forget()


@pytest.fixture
def firm(company: Company) -> int:
    return write.create(company.actor("employee"), shape_of("organisation"), {"name": "Альфа", "city": "Уфа"})


def ask(browser: Client, number: int, key: str, query: str = "", **values: str) -> tuple[int, str]:
    """Ask for the editor of a cell, or save what it was given."""
    address = f"/organisation/{number}/cell/{key}?columns=name,city,updated_at{query}"
    answer = browser.post(address, values) if values else browser.get(address)
    return answer.status_code, html.unescape(answer.content.decode())


def city(number: int) -> str:
    value: str = read.get(ACTOR, shape_of("organisation"), number, keys=["city"])["city"]
    return value


def test_a_cell_is_saved_and_answers_its_row(company: Company, firm: int) -> None:
    browser = company.client("employee")
    status, editor = ask(browser, firm, "city")
    assert (status, 'value="Уфа"' in editor, 'name="version" value="1"' in editor) == (200, True, True)
    status, row = ask(browser, firm, "city", version="1", city="Омск")
    assert status == 200
    assert "Омск" in row
    assert "Альфа" in row
    assert row.count("<td") == 4  # the tick, and the columns of the list
    assert "is-left" not in row
    assert city(firm) == "Омск"


def test_a_record_that_no_longer_belongs_is_marked_and_stays(company: Company, firm: int) -> None:
    browser = company.client("employee")
    assert "is-left" not in ask(browser, firm, "city", OF_UFA + "&fresh=1")[1]
    status, row = ask(browser, firm, "city", OF_UFA, version="1", city="Омск")
    assert status == 200
    assert 'class="is-left"' in row
    assert "Омск" in row


def test_a_refused_value_comes_back_with_what_is_wrong(company: Company, firm: int) -> None:
    browser = company.client("employee")
    status, editor = ask(browser, firm, "name", version="1", name="")
    assert (status, "field-error" in editor) == (422, True)
    status, editor = ask(browser, firm, "inn", version="1", inn="123")
    assert status == 422
    assert 'value="123"' in editor


def test_who_was_faster_is_told_with_both_values(company: Company, firm: int) -> None:
    write.update(company.actor("manager"), shape_of("organisation"), firm, {"city": "Тула"})
    browser = company.client("employee")
    status, told = ask(browser, firm, "city", version="1", city="Омск")
    assert status == 409
    for part in ("Тула", "Омск", company.users["manager"].name, 'name="version" value="2"'):
        assert part in told
    assert city(firm) == "Тула"
    assert ask(browser, firm, "city", version="2", city="Омск")[0] == 200
    assert city(firm) == "Омск"


def test_read_only_cells_say_why(company: Company, firm: int) -> None:
    employee = company.client("employee")
    told = {key: ask(employee, firm, key)[1] for key in ("updated_at", "phone", "city")}
    assert "data-cell-closed" in told["updated_at"]
    assert "data-cell-editor" in told["city"]
    status, page = ask(company.client("observer"), firm, "city")
    assert (status, "data-cell-closed" in page) == (200, True)
    assert ask(company.client("observer"), firm, "city", city="Омск", version="1")[0] == 403
    assert city(firm) == "Уфа"


def test_what_an_action_keeps_names_the_action(company: Company) -> None:
    world = World(ACTOR, (company.users["employee"].pk,), (company.teams["near"].pk,))
    deal = world.create("opportunity", 1)
    page = company.client("administrator").get(f"/opportunity/{deal}/cell/stage").content.decode()
    assert "data-cell-closed" in page
    verb = next(
        a.label
        for a in shape_of("opportunity").spec.actions
        if a.key == shape_of("opportunity").fields["stage"].by_verb
    )
    assert f"«{verb}»" in html.unescape(page)


def test_a_hidden_field_is_as_one_that_is_not_there(company: Company, firm: int) -> None:
    company.hide("employee", "organisation", "city")
    browser = company.client("employee")
    for key in ("city", "nothing"):
        assert browser.get(f"/organisation/{firm}/cell/{key}").status_code == 404
        assert browser.post(f"/organisation/{firm}/cell/{key}", {key: "Омск"}).status_code == 404
    assert city(firm) == "Уфа"


def test_a_field_locked_by_its_record_or_for_the_role_is_told_and_held(company: Company, firm: int) -> None:
    when = {"field": "city", "op": "eq", "value": "Уфа"}
    set_conditions(company.actor("administrator"), "organisation", "website", {"locked": when})
    registry.follow_latest()
    browser = company.client("employee")
    assert "data-cell-closed" in ask(browser, firm, "website")[1]
    assert ask(browser, firm, "website", version="1", website="example.org")[0] == 403
    assert "data-cell-editor" in ask(browser, firm, "city")[1]
    company.hide("employee", "organisation", "city", level="read")
    assert "data-cell-closed" in ask(browser, firm, "city")[1]
    assert ask(browser, firm, "city", version="1", city="Омск")[0] == 403
    assert city(firm) == "Уфа"


def test_a_cell_costs_the_same_in_a_long_list(company: Company, firm: int) -> None:
    browser = company.client("employee")

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            assert ask(browser, firm, "city", version=str(version()), city=f"Город {version()}")[0] == 200
        return len(seen)

    def version() -> int:
        number: int = read.get(ACTOR, shape_of("organisation"), firm, keys=["version"])["version"]
        return number

    queries()
    few = queries()
    write.create_many(
        company.actor("employee"), shape_of("organisation"), [{"name": f"Ф{n}"} for n in range(30)]
    )
    assert queries() == few
