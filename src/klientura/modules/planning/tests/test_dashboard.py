"""The dashboard: lights, deviations first, each number opens its rows, nobody sees what is not theirs."""

import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.testing.company import Company, found_company
from klientura.modules.planning.tests.test_forecast import deal, stages
from klientura.modules.planning.tests.test_plans import plan

pytestmark = pytest.mark.django_db
__all__ = ["stages"]
TILE = re.compile(r'class="plan-tile" href="([^"]+)" data-light="(\w+)"')


@pytest.fixture
def company() -> Company:
    return found_company()


def shown(company: Company, who: str = "administrator", **query: Any) -> str:
    answer = company.client(who).get("/dashboard", query)
    assert answer.status_code == 200, answer.content[:300]
    return html.unescape(answer.content.decode())


def test_what_is_behind_comes_first_and_every_tile_opens_something(
    company: Company, stages: dict[str, int]
) -> None:
    mine = company.users["employee"].pk
    deal(stages["new"], "100", "2020-01-01", owner=mine, team=company.teams["near"].pk)
    plan(owner=None, team=None, starts_on=timezone.localdate().isoformat(), amount="1000000")
    for who in ("administrator", "manager", "employee", "observer"):
        for whose in ("mine", "team", "company"):
            tiles = TILE.findall(shown(company, who, whose=whose))
            order = [("behind", "near", "unplanned", "good", "done").index(light) for _url, light in tiles]
            assert tiles and order == sorted(order)
            for url, _light in tiles:
                assert company.client(who).get(url).status_code == 200, url


def test_whose_figures_are_offered(company: Company, stages: dict[str, int]) -> None:
    assert "whose=company" in shown(company, "administrator")
    for who in ("manager", "employee"):
        assert "whose=company" not in shown(company, who)
        assert "whose=team" in shown(company, who)
    assert shown(company, "employee", whose="company").count("plan-tile-value") > 0  # as wide as is theirs


def test_a_head_sees_who_is_behind_and_nobody_of_another_team(
    company: Company, stages: dict[str, int]
) -> None:
    month = timezone.localdate().replace(day=1).isoformat()
    for who in ("employee", "outsider"):
        plan(owner=company.users[who].pk, starts_on=month, amount="1000000")
    page = shown(company, "manager", whose="team")
    pace_has_begun = "Вера Ткач" in shown(company, "administrator", whose="company")
    assert ("Вера Ткач" in page) == pace_has_begun
    assert "Дина Юсупова" not in page


def test_without_rights_there_are_no_figures(company: Company, stages: dict[str, int]) -> None:
    deal(stages["late"], "777", None, owner=company.users["employee"].pk)
    company.hide("employee", "opportunity", "amount")
    assert "777" not in shown(company, "employee")
    for key in ("opportunity", "task", "invoice"):
        company.grant("employee", key, "read", "none")
    assert "Показывать пока нечего" in shown(company, "employee")


def test_the_number_of_queries_does_not_grow(company: Company, stages: dict[str, int]) -> None:
    browser = company.client("administrator")

    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert browser.get("/dashboard").status_code == 200
        return len(caught)

    def more(*people: str) -> None:
        for who in people:
            deal(stages["late"], "1", "2020-01-01", owner=company.users[who].pk)
            plan(owner=company.users[who].pk, starts_on=timezone.localdate().isoformat(), amount="99999999")

    more("employee")
    count()
    few = count()
    more("colleague", "outsider", "manager")
    assert count() == few
