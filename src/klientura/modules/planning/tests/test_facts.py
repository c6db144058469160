"""Plan and fact: facts are counted where they belong, every figure opens its rows, and rights hold everywhere."""

import datetime as dt
import html
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.orders.services import orders
from klientura.modules.payments.tests.firm import bill, found_firm, make, money
from klientura.modules.planning.queries.asked import Asked
from klientura.modules.planning.queries.facts import facts
from klientura.modules.planning.queries.standing import money_for, report
from klientura.modules.planning.tests.test_plans import ACTOR, plan
from klientura.modules.sales.services import stages as moving

pytestmark = pytest.mark.django_db
D = Decimal
FIRST, LAST = dt.date(2026, 11, 1), dt.date(2026, 11, 30)
FIGURE = re.compile(r'<a class="link" href="(/plans/rows\?[^"]+)">([^<]+)</a>')


@pytest.fixture
def company() -> Company:
    return found_company()


@pytest.fixture
def stages() -> dict[str, int]:
    pipeline = write.create(ACTOR, shape_of("pipeline"), {"name": "Продажи"})
    made = {}
    for place, kind in enumerate(("open", "won", "lost")):
        values = {"name": kind, "pipeline": pipeline, "kind": kind, "place": place}
        made[kind] = write.create(ACTOR, shape_of("stage"), values)
    return made


def deal(stages: dict[str, int], amount: str, day: str = "2026-11-10", kind: str = "won", **more: Any) -> int:
    number = write.create(
        ACTOR,
        shape_of("opportunity"),
        {"name": "Поставка", "amount": amount, "stage": stages["open"], **more},
    )
    if kind != "open":
        moving.move_stage(
            ACTOR, number, {"stage": stages[kind], **({"loss_reason": "price"} if kind == "lost" else {})}
        )
    with connection.cursor() as cursor:
        cursor.execute("update opportunity set closed_at = %s where id = %s", [f"{day} 12:00+03", number])
    return number


def asked(measure: Any = "won_sum", by: Any = "owner", **more: Any) -> Asked:
    return Asked(measure, FIRST, LAST, by, **more)


def sums(company: Company, given: Asked, who: str = "administrator") -> dict[Any, Decimal]:
    found = facts(company.actor(who), given, money_for("RUB", LAST))
    return {key: each.money for key, each in found.by_key().items()}


def test_won_deals_count_for_whom_they_belong_to_on_the_day_they_were_won(
    company: Company, stages: dict[str, int]
) -> None:
    mine, other = company.users["employee"].pk, company.users["outsider"].pk
    deal(stages, "100.10", owner=mine)
    deal(stages, "200", day="2026-11-30", owner=mine)
    deal(stages, "400", day="2026-12-01", owner=mine)
    deal(stages, "800", kind="lost", owner=mine)
    deal(stages, "1600", owner=other)
    assert sums(company, asked()) == {mine: Decimal("300.10"), other: Decimal(1600)}
    assert sums(company, asked(), "manager") == {mine: Decimal("300.10")}


def test_a_shared_deal_is_cut_without_losing_a_kopeck(company: Company, stages: dict[str, int]) -> None:
    people = [company.users[who].pk for who in ("employee", "colleague", "outsider")]
    shares = [{"user": pk, "percent": p} for pk, p in zip(people, ("33.33", "33.33", "33.34"), strict=True)]
    deal(stages, "100.01", owner=people[0], shares=shares)
    found = sums(company, asked())
    assert set(found) == set(people)
    assert sum(found.values()) == Decimal("100.01")
    assert sums(company, asked(by="company")) == {None: Decimal("100.01")}
    assert sums(company, asked(by="company", owner=people[2])) == {None: found[people[2]]}


def test_goods_and_their_branches(company: Company, stages: dict[str, int]) -> None:
    top = make("product_category", name="Техника")
    low = make("product_category", name="Насосы", parent=top)
    pump = make("product", name="Насос", price="10", category=low)
    line = {"product": pump, "quantity": "3", "given_price": "10"}
    deal(stages, None, lines=[line, {"name": "Доставка", "quantity": "1", "given_price": "5"}])  # type: ignore[arg-type]
    assert sums(company, asked(by="product")) == {pump: Decimal(30), None: Decimal(5)}
    assert sums(company, asked(by="category")) == {top: Decimal(30), low: Decimal(30)}
    assert sums(company, asked(by="company", category=top)) == {None: Decimal(30)}


def test_other_currencies_are_reckoned_and_those_without_a_rate_are_told_apart(
    company: Company, stages: dict[str, int]
) -> None:
    make("exchange_rate", currency="USD", on="2026-01-01", rate="90", nominal="1")
    deal(stages, "10", currency="USD")
    deal(stages, "10", currency="CNY")
    found = facts(company.actor("administrator"), asked(by="company"), money_for("RUB", LAST))
    assert (found.by_key()[None].money, found.without_rate) == (Decimal(900), 1)


def test_orders_in_force_and_payments_that_found_their_invoice(company: Company) -> None:
    firm = found_firm()
    line = {"name": "Работы", "quantity": "1", "given_price": "500"}
    draft, order = (
        make("order", company=firm["company"], party=firm["client"], issued_on="2026-11-05", lines=[line])
        for _n in range(2)
    )
    orders.confirm(ACTOR, order)
    invoice = bill(firm, "1000")
    money(firm, "600", invoice=invoice)
    money(firm, "77")
    assert draft != order
    assert sums(company, asked("order_sum", "company")) == {None: Decimal(500)}
    assert sums(company, asked("paid_sum", "company")) == {None: Decimal(600)}


def test_teams_hold_the_teams_below_and_the_plans_of_people(company: Company, stages: dict[str, int]) -> None:
    near, head = company.teams["near"].pk, company.teams["head"].pk
    mine = company.users["employee"].pk
    deal(stages, "50", owner=mine, team=near)
    plan(owner=mine, team=near, amount="100")
    plan(team=head, amount="300")
    found = report(company.actor("administrator"), asked(by="team"), money_for("RUB", LAST))
    lines = {each.key: each for each in found.lines}
    assert (lines[head].actual, lines[head].target, lines[head].plan.of_people) == (D(50), D(300), D(100))
    assert lines[head].plan.people_differ
    assert (lines[near].actual, lines[near].target) == (D(50), D(100))
    assert found.whole is not None
    assert (found.whole.actual, found.whole.target) == (D(50), D(300))


def test_a_year_is_planned_by_itself_or_by_its_months(company: Company, stages: dict[str, int]) -> None:
    mine = company.users["employee"].pk
    for month in (1, 2):
        plan(owner=mine, starts_on=f"2026-{month:02}-01", amount="100")
    year = Asked("won_sum", dt.date(2026, 1, 1), dt.date(2026, 12, 31), "owner")
    actor, rub = company.actor("administrator"), money_for("RUB", LAST)
    assert report(actor, year, rub).lines[0].target == 200
    plan(owner=mine, period="year", amount="1000")
    line = report(actor, year, rub).lines[0]
    assert (line.target, line.plan.parts) == (D(1000), D(200))


def page(company: Company, who: str = "administrator", **query: Any) -> str:
    answer = company.client(who).get("/plans", {"on": "2026-11-01", **query})
    assert answer.status_code == 200, answer.content[:300]
    return html.unescape(answer.content.decode())


@pytest.mark.parametrize("who", ["administrator", "manager", "employee"])
@pytest.mark.parametrize("by", ["owner", "team", "company", "city"])
def test_every_fact_opens_rows_that_come_to_it(
    company: Company, stages: dict[str, int], who: str, by: str
) -> None:
    near, mine = company.teams["near"].pk, company.users["employee"].pk
    client = write.create(
        ACTOR, shape_of("organisation"), {"name": "Ромашка", "city": "Казань", "owner": mine, "team": near}
    )
    deal(stages, "120", owner=mine, team=near, party=client)
    deal(stages, "1000", owner=company.users["outsider"].pk, team=company.teams["far"].pk, party=client)
    plan(owner=mine, team=near, amount="200")
    found = FIGURE.findall(page(company, who, by=by))
    assert found
    for url, text in found:
        answer = company.client(who).get(url)
        shown = html.unescape(answer.content.decode())
        digits = re.sub(r"\D", "", text)
        assert answer.status_code == 200
        assert digits in re.sub(r"[^\d·,<]", "", shown.split("page-sub")[1].split("</header>")[0]), (
            url,
            text,
        )


def test_a_person_does_not_see_the_plan_of_another_team(company: Company, stages: dict[str, int]) -> None:
    plan(owner=company.users["outsider"].pk, team=company.teams["far"].pk, amount="987654")
    plan(owner=None, team=None, amount="876543")
    assert "987" in page(company, "administrator")
    for who in ("employee", "manager"):
        for by in ("owner", "team", "company"):
            shown = page(company, who, by=by)
            assert "987\u202f654" not in shown and "987\u00a0654" not in shown
            assert "876\u202f543" not in shown and "876\u00a0543" not in shown


def test_closed_sums_close_the_measure(company: Company, stages: dict[str, int]) -> None:
    for key in ("opportunity", "order", "invoice"):
        company.hide("employee", key, "amount")
    shown = page(company, "employee", measure="order_sum")
    assert 'value="won_count" selected' in shown
    assert 'value="order_sum"' not in shown
    company.grant("employee", "opportunity", "read", "none")
    assert "Планы вам не открыты" in page(company, "employee")
    assert company.client("employee").get("/plans/rows?from=2026-11-01&to=2026-11-30").status_code == 404


def test_files_are_for_who_may_export(company: Company, stages: dict[str, int]) -> None:
    deal(stages, "120", owner=company.users["employee"].pk)
    answer = company.client("administrator").get("/plans", {"on": "2026-11-01", "format": "csv"})
    assert "120" in answer.content.decode("utf-8-sig")
    assert company.client("administrator").get("/plans", {"format": "xlsx"}).content[:2] == b"PK"
    assert company.client("employee").get("/plans", {"format": "csv"}).status_code == 403


@pytest.mark.parametrize(
    "query",
    [
        "on=2026-13-45",
        "on=99999",
        "owner=x",
        "team=99999999999999999999",
        "by=nobody",
        "period=week",
        "currency=XXX",
        "measure=",
        "category=5&by=product",
    ],
)
def test_an_address_that_makes_no_sense_is_as_usual(company: Company, query: str) -> None:
    for path in ("/plans", "/plans/rows", "/plans/sheet"):
        assert company.client("administrator").get(f"{path}?{query}&from=2026-11-01&to=bad").status_code in (
            200,
            302,
        )


def test_the_number_of_queries_does_not_grow(company: Company, stages: dict[str, int]) -> None:
    browser = company.client("administrator")

    def count() -> list[int]:
        found = []
        for path in (
            "/plans?on=2026-11-01",
            "/plans?on=2026-11-01&by=team",
            "/plans/rows?from=2026-11-01&to=2026-11-30",
            "/plans/sheet?year=2026",
        ):
            with CaptureQueriesContext(
                connection,
            ) as caught:
                assert browser.get(path).status_code == 200
            found.append(len(caught))
        return found

    for who in ("employee", "manager"):
        deal(stages, "1", owner=company.users[who].pk)
        plan(owner=company.users[who].pk)
    count()
    few = count()
    for who in ("colleague", "outsider", "administrator", "observer"):
        deal(stages, "1", owner=company.users[who].pk)
        plan(owner=company.users[who].pk)
    assert count() == few


def test_cities_of_closed_clients_are_not_told(company: Company, stages: dict[str, int]) -> None:
    mine, near, far = company.users["employee"].pk, company.teams["near"].pk, company.teams["far"].pk
    open_one = make("organisation", name="Ромашка", city="Казань", owner=mine, team=near)
    closed = make("organisation", name="Лютик", city="Мирный", owner=company.users["outsider"].pk, team=far)
    company.grant("employee", "organisation", "read", "own")
    company.grant("employee", "person", "read", "own")
    company.grant("employee", "party", "read", "own")
    deal(stages, "100", owner=mine, team=near, party=open_one)
    deal(stages, "200", owner=mine, team=near, party=closed)
    assert set(sums(company, asked(by="city"))) == {"казань", "мирный"}
    assert sums(company, asked(by="city"), "employee") == {"казань": Decimal(100), None: Decimal(200)}
    assert sums(company, asked(by="company", city="Мирный"), "employee") == {}
    write.trash(ACTOR, shape_of("organisation"), [open_one])
    assert sums(company, asked(by="city"), "employee") == {None: Decimal(300)}


@pytest.mark.parametrize("path", ["/plans", "/forecast"])
def test_plans_leave_with_the_right_to_export_plans(
    company: Company, stages: dict[str, int], path: str
) -> None:
    assert company.client("manager").get(f"{path}?format=csv").status_code == 200
    company.grant("manager", "quota", "export", "none")
    assert company.client("manager").get(f"{path}?format=csv").status_code == 403
    assert "format=csv" not in company.client("manager").get(path).content.decode()
    company.grant("manager", "quota", "read", "none")  # no plans, no secret
    assert company.client("manager").get(f"{path}?format=csv").status_code == 200
