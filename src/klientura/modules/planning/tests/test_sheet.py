"""The sheet of plans: typed, pasted, filled in, kept; all or nothing, and nobody else's."""

import html
import re
from typing import Any

import pytest

from klientura.kernel.access.models import User
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.planning.tests.test_facts import deal, stages
from klientura.modules.planning.tests.test_plans import ACTOR, plan

pytestmark = pytest.mark.django_db
__all__ = ["stages"]
SHEET = {"year": "2026", "measure": "won_sum", "kind": "month", "by": "owner", "currency": "RUB"}


@pytest.fixture
def company() -> Company:
    return found_company()


def send(company: Company, who: str = "administrator", **cells: str) -> Any:
    return company.client(who).post(
        "/plans/sheet", {**SHEET, **{k.replace("_", "-"): v for k, v in cells.items()}}
    )


def plans() -> dict[tuple[Any, str], str]:
    rows = read.page(ACTOR, shape_of("quota"), limit=200).rows
    return {
        (r["owner"].id if r["owner"] else None, r["starts_on"].isoformat()[:7]): str(r["amount"])
        for r in rows
    }


def test_new_ones_changed_ones_and_emptied_ones_in_one_go(company: Company) -> None:
    mine, other = company.users["employee"].pk, company.users["colleague"].pk
    plan(owner=mine, starts_on="2026-01-01", amount="100")
    plan(owner=mine, starts_on="2026-02-01", amount="200")
    cells = {
        f"c-{mine}-1": "1 500,50", f"w-{mine}-1": "100", f"v-{mine}-1": "1", f"c-{mine}-2": "", f"w-{mine}-2": "200", f"v-{mine}-2": "1",
        f"c-{other}-3": "7000", f"c-{other}-4": "",
    }  # fmt: skip
    answer = send(company, **cells)
    assert answer.status_code == 302
    assert plans() == {(mine, "2026-01"): "1500.50", (other, "2026-03"): "7000.00"}
    assert "Сохранено 3 плана" in company.client("administrator").get(answer["Location"]).content.decode()


def test_a_plan_that_was_emptied_in_the_list_is_filled_in_again(company: Company) -> None:
    mine = company.users["employee"].pk
    number = plan(owner=mine, starts_on="2026-01-01", amount="100", currency="USD")
    write.update(ACTOR, shape_of("quota"), number, {"amount": None})
    shown = company.client("administrator").get("/plans/sheet", SHEET).content.decode()
    assert f'name="v-{mine}-1" value="2"' in shown
    answer = send(company, **{f"c-{mine}-1": "300", f"w-{mine}-1": "", f"v-{mine}-1": "2"})
    assert answer.status_code == 302 and plans() == {(mine, "2026-01"): "300.00"}
    assert read.get(ACTOR, shape_of("quota"), number)["currency"] == "RUB"


@pytest.mark.parametrize("bad", ["сто", "-5", "1e5", "0,001", "99999999999999999999"])
def test_one_bad_cell_keeps_everything_as_it_was_typed(company: Company, bad: str) -> None:
    mine = company.users["employee"].pk
    answer = send(company, **{f"c-{mine}-1": "500", f"c-{mine}-2": bad})
    shown = html.unescape(answer.content.decode())
    assert answer.status_code == 422
    assert f'value="{bad}"' in shown and 'value="500"' in shown
    assert shown.count('aria-invalid="true"') == 1
    assert plans() == {}


def test_what_somebody_else_changed_meanwhile_is_not_overwritten(company: Company) -> None:
    mine = company.users["employee"].pk
    plan(owner=mine, starts_on="2026-01-01", amount="100")
    answer = send(company, **{f"c-{mine}-1": "900", f"w-{mine}-1": "", f"v-{mine}-1": "0"})
    assert answer.status_code == 422
    assert plans() == {(mine, "2026-01"): "100.00"}


def test_heads_set_the_plans_of_their_teams_alone(company: Company) -> None:
    mine, far = company.users["employee"].pk, company.users["outsider"].pk
    shown = company.client("manager").get("/plans/sheet", SHEET).content.decode()
    assert f'name="c-{mine}-1"' in shown
    assert f"c-{far}-1" not in shown
    send(company, "manager", **{f"c-{mine}-1": "100", f"c-{far}-1": "100"})
    assert plans() == {(mine, "2026-01"): "100.00"}
    assert send(company, "employee", **{f"c-{mine}-1": "5"}).status_code == 403
    assert plans() == {(mine, "2026-01"): "100.00"}
    shown = company.client("employee").get("/plans/sheet", SHEET).content.decode()
    assert "data-plan-cell" not in shown and "100" in shown


def test_a_person_who_has_left_keeps_the_old_plans_and_gets_no_new_ones(company: Company) -> None:
    mine = company.users["employee"].pk
    plan(owner=mine, starts_on="2026-01-01", amount="100")
    User.objects.filter(pk=mine).update(is_active=False)
    send(company, **{f"c-{mine}-1": "50", f"w-{mine}-1": "100", f"v-{mine}-1": "1", f"c-{mine}-2": "70"})
    assert plans() == {(mine, "2026-01"): "50.00"}


def test_as_the_year_before_and_by_the_season(company: Company, stages: dict[str, int]) -> None:
    mine = company.users["employee"].pk
    deal(stages, "100", day="2025-01-15", owner=mine)
    deal(stages, "300", day="2025-05-15", owner=mine)
    shown = send(company, act="before", percent="10").content.decode()
    assert _value(shown, f"c-{mine}-1") == "110" and _value(shown, f"c-{mine}-5") == "330"
    shown = send(company, act="season", **{f"t-{mine}": "1000"}).content.decode()
    assert _value(shown, f"c-{mine}-1") == "250" and _value(shown, f"c-{mine}-5") == "750"
    shown = send(company, act="even", **{f"t-{mine}": "100"}).content.decode()
    assert _value(shown, f"c-{mine}-1") == "8,34" and _value(shown, f"c-{mine}-12") == "8,33"
    assert plans() == {}
    assert "опереться не на что" in send(company, act="before", year="2024").content.decode()
    assert "Укажите прирост" in send(company, act="before", percent="много").content.decode()


def _value(shown: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', shown)
    assert found is not None
    return found[1]


@pytest.mark.parametrize("by", ["owner", "team", "company", "category"])
@pytest.mark.parametrize("kind", ["month", "quarter", "year"])
@pytest.mark.parametrize("measure", ["won_sum", "won_count"])
def test_every_sheet_keeps_what_is_typed(company: Company, by: str, kind: str, measure: str) -> None:
    row = {"owner": company.users["employee"].pk, "team": company.teams["far"].pk, "company": 0}.get(by)
    if row is None:
        from klientura.modules.payments.tests.firm import make

        row = make("product_category", name="Насосы")
    asked = {"by": by, "kind": kind, "measure": measure}
    assert send(company, **asked, **{f"c-{row}-1": "12"}).status_code == 302
    assert (
        _value(
            company.client("administrator").get("/plans/sheet", {**SHEET, **asked}).content.decode(),
            f"c-{row}-1",
        )
        == "12"
    )
    assert (
        send(company, **asked, **{f"c-{row}-1": "15", f"w-{row}-1": "12", f"v-{row}-1": "1"}).status_code
        == 302
    )
    assert (
        _value(
            company.client("administrator").get("/plans/sheet", {**SHEET, **asked}).content.decode(),
            f"c-{row}-1",
        )
        == "15"
    )
