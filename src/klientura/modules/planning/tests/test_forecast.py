"""The forecast: how far deals are counted on, what is overdue, what a head says; each figure opens its deals."""

import datetime as dt
import html
import re
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.errors import Denied, Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.planning.queries.outlook import Ahead, judged, outlook
from klientura.modules.planning.queries.standing import money_for
from klientura.modules.planning.rules import first_day, last_day
from klientura.modules.planning.tests.test_plans import ACTOR, plan

pytestmark = pytest.mark.django_db
FIGURE = re.compile(r'<a class="link" href="(/forecast/rows\?[^"]+)">([^<]+)</a>')
STAT = re.compile(
    r'<a class="stat" href="(/forecast/rows\?[^"]+)"><span[^>]*>[^<]*</span><span class="stat-value">([^<]+)<'
)
D = Decimal


@pytest.fixture
def company() -> Company:
    return found_company()


@pytest.fixture
def stages() -> dict[str, int]:
    pipeline = write.create(ACTOR, shape_of("pipeline"), {"name": "Продажи"})
    made = {}
    for place, (key, kind, chance, category) in enumerate(
        (("new", "open", 10, "pipeline"), ("late", "open", 80, "commit"), ("won", "won", 100, "pipeline"))
    ):
        values = {
            "name": key,
            "pipeline": pipeline,
            "kind": kind,
            "place": place,
            "probability": chance,
            "forecast": category,
        }
        made[key] = write.create(ACTOR, shape_of("stage"), values)
    return made


TODAY = dt.date(2026, 11, 10)
FIRST, LAST = dt.date(2026, 11, 1), dt.date(2026, 12, 31)


def deal(stage: int, amount: str, day: str | None, **more: Any) -> int:
    return write.create(
        ACTOR,
        shape_of("opportunity"),
        {"name": "Поставка", "amount": amount, "stage": stage, "close_date": day, **more},
    )


def promised(company: Company, by: Any = "company", who: str = "administrator", **more: Any) -> Any:
    return outlook(company.actor(who), Ahead(FIRST, LAST, TODAY, by, **more), money_for("RUB", TODAY))


def test_a_deal_counts_as_its_stage_says_or_as_was_said_of_it(
    company: Company, stages: dict[str, int]
) -> None:
    deal(stages["new"], "100", "2026-11-20")
    deal(stages["late"], "200", "2026-11-21")
    deal(stages["new"], "400", "2026-12-31", forecast="best")
    deal(stages["late"], "800", "2026-12-01", forecast="omitted")
    deal(stages["late"], "1600", "2027-01-01")
    found = promised(company)
    november, december = dt.date(2026, 11, 1), dt.date(2026, 12, 1)
    assert {place: (p.money, p.weighted, p.number) for place, p in found.months.items()} == {
        (None, november, "pipeline"): (D(100), D(10), 1), (None, november, "commit"): (D(200), D(160), 1),
        (None, december, "best"): (D(400), D(40), 1), (None, december, "omitted"): (D(800), D(640), 1),
    }  # fmt: skip


def test_what_is_overdue_or_has_no_day_stands_in_no_month(company: Company, stages: dict[str, int]) -> None:
    deal(stages["new"], "100", "2026-11-09")
    deal(stages["new"], "200", None)
    deal(stages["new"], "300", "2026-11-10")
    found = promised(company)
    assert (found.overdue[None].money, found.undated[None].money) == (D(100), D(200))
    assert [p.money for p in found.months.values()] == [D(300)]


def test_a_shared_deal_is_promised_by_each_of_them(company: Company, stages: dict[str, int]) -> None:
    mine, other = company.users["employee"].pk, company.users["outsider"].pk
    deal(
        stages["late"],
        "100.01",
        "2026-11-20",
        owner=mine,
        shares=[{"user": mine, "percent": "50"}, {"user": other, "percent": "50"}],
    )
    found = promised(company, "owner")
    parts = {key: p.money for (key, _m, _c), p in found.months.items()}
    assert sum(parts.values()) == D("100.01")
    assert set(parts) == {mine, other}
    assert [p.money for p in promised(company, owner=other).months.values()] == [parts[other]]


def test_everyone_is_promised_what_they_may_see(company: Company, stages: dict[str, int]) -> None:
    deal(
        stages["late"], "100", "2026-11-20", owner=company.users["employee"].pk, team=company.teams["near"].pk
    )
    deal(
        stages["late"], "900", "2026-11-20", owner=company.users["outsider"].pk, team=company.teams["far"].pk
    )
    assert [p.money for p in promised(company, who="manager").months.values()] == [D(100)]
    assert [p.money for p in promised(company, team=company.teams["head"].pk).months.values()] == [D(100)]
    assert [p.money for p in promised(company, who="outsider").months.values()] == [D(900)]


def test_a_head_judges_the_own_team_once_a_month(company: Company) -> None:
    head, shape = company.actor("manager"), shape_of("forecast_judgement")
    mine = company.users["employee"].pk
    values = {"owner": mine, "starts_on": "2026-11-20", "amount": "500", "reason": "Ждём тендер"}
    number = write.create(head, shape, values)
    row = read.get(ACTOR, shape, number)
    assert (row["level"], row["starts_on"].isoformat(), row["team"].id) == (
        "person",
        "2026-11-01",
        company.teams["near"].pk,
    )
    with pytest.raises(Invalid) as refused:
        write.create(head, shape, {**values, "starts_on": "2026-11-01"})
    assert [e.code for e in refused.value.errors] == ["second"]
    with pytest.raises(Denied):
        write.create(head, shape, {**values, "owner": company.users["outsider"].pk})
    with pytest.raises(Denied):
        write.create(company.actor("employee"), shape, {**values, "starts_on": "2026-12-01"})
    ahead, rub = Ahead(FIRST, LAST, TODAY, "owner"), money_for("RUB", TODAY)
    assert judged(company.actor("employee"), ahead, rub)[mine].reason == "Ждём тендер"
    assert judged(company.actor("outsider"), ahead, rub) == {}


def this_month(**more: Any) -> dict[str, Any]:
    return {"close_date": last_day("month", first_day("month", timezone.localdate())).isoformat(), **more}


def page(company: Company, who: str = "administrator", **query: Any) -> str:
    answer = company.client(who).get("/forecast", query)
    assert answer.status_code == 200, answer.content[:300]
    return html.unescape(answer.content.decode())


@pytest.mark.parametrize("who", ["administrator", "manager"])
@pytest.mark.parametrize("by", ["owner", "team", "company"])
@pytest.mark.parametrize("period", ["month", "year"])
def test_every_figure_opens_its_deals(
    company: Company, stages: dict[str, int], who: str, by: str, period: str
) -> None:
    near, mine = company.teams["near"].pk, company.users["employee"].pk
    end = this_month()["close_date"]
    for category, amount in (("commit", "111"), ("best", "222"), ("pipeline", "333"), ("omitted", "9")):
        deal(stages["late"], amount, end, forecast=category, owner=mine, team=near)
        deal(
            stages["late"],
            amount,
            end,
            forecast=category,
            owner=company.users["outsider"].pk,
            team=company.teams["far"].pk,
        )
    deal(stages["new"], "55", "2020-01-01", owner=mine, team=near)
    found = FIGURE.findall(page(company, who, by=by, period=period))
    assert len(found) >= 3
    for url, text in found:
        answer = company.client(who).get(url)
        assert answer.status_code == 200
        told = html.unescape(answer.content.decode()).split("page-sub")[1].split("</header>")[0]
        assert re.sub(r"\D", "", text) in re.sub(r"[^\d,<·]", "", told), (url, text)
    for url, text in STAT.findall(page(company, who, by=by, period=period)):
        told = (
            html.unescape(company.client(who).get(url).content.decode())
            .split("page-sub")[1]
            .split("</header>")[0]
        )
        assert re.sub(r"\D", "", text) in re.sub(r"[^\d,<·]", "", told), (url, text)


def test_the_plan_is_set_against_what_is_won_and_promised(company: Company, stages: dict[str, int]) -> None:
    mine = company.users["employee"].pk
    deal(stages["late"], "300", this_month()["close_date"], owner=mine)
    plan(owner=mine, starts_on=timezone.localdate().isoformat(), amount="1000")
    shown = re.sub(r"[\u202f\u00a0]", " ", page(company))
    assert "не закрыто: 700 ₽" in shown


def test_the_plan_of_all_is_the_companys_own_or_none(company: Company, stages: dict[str, int]) -> None:
    """What people are planned for is not the plan of the company: where that has none, it is said so."""
    for who, amount in (("employee", "1000"), ("colleague", "500")):
        plan(owner=company.users[who].pk, starts_on=timezone.localdate().isoformat(), amount=amount)
    shown = re.sub(r"[\u202f\u00a0]", " ", page(company))
    assert "У компании нет своего плана на этот срок" in shown
    assert "Планы сотрудников вместе: 1 500 ₽" in shown
    assert "1 500 ₽</span>" not in shown
    plan(starts_on=timezone.localdate().isoformat(), amount="1700")
    shown = re.sub(r"[\u202f\u00a0]", " ", page(company))
    assert "У компании нет своего плана" not in shown
    assert "1 700 ₽</span>" in shown


def test_who_may_not_see_sums_sees_no_forecast(company: Company, stages: dict[str, int]) -> None:
    company.hide("employee", "opportunity", "amount")
    assert "Прогноз вам не открыт" in page(company, "employee")
    assert (
        company.client("employee")
        .get("/forecast/rows?category=commit&from=2026-11-01&to=2026-11-30")
        .status_code
        == 404
    )
    assert company.client("employee").get("/forecast?format=csv").status_code == 200  # the page that says so
    assert company.client("observer").get("/forecast?format=csv").status_code in (200, 403)


@pytest.mark.parametrize(
    "query",
    [
        "category=weighted&from=2026-11-01&to=2026-11-30",
        "category=commit",
        "category=x&from=2026-11-01&to=2026-11-02",
        "category=commit&from=a&to=b",
    ],
)
def test_rows_of_no_figure_are_not_there(company: Company, query: str) -> None:
    assert company.client("administrator").get(f"/forecast/rows?{query}").status_code == 404


def test_the_number_of_queries_does_not_grow(company: Company, stages: dict[str, int]) -> None:
    browser = company.client("administrator")

    def count() -> int:
        with CaptureQueriesContext(connection) as caught:
            assert browser.get("/forecast").status_code == 200
        return len(caught)

    deal(stages["late"], "1", this_month()["close_date"], owner=company.users["employee"].pk)
    count()
    few = count()
    for who in ("colleague", "outsider", "manager"):
        deal(stages["late"], "1", this_month()["close_date"], owner=company.users[who].pk)
        plan(owner=company.users[who].pk, starts_on=timezone.localdate().isoformat())
    assert count() == few


def test_rows_of_the_forecast_tell_nothing_of_closed_fields(company: Company, stages: dict[str, int]) -> None:
    client = write.create(ACTOR, shape_of("organisation"), {"name": "Секретный клиент"})
    day = this_month()["close_date"]
    deal(stages["late"], "111", day, party=client, owner=company.users["colleague"].pk)
    url = f"/forecast/rows?category=commit&from={day[:8]}01&to={day}"
    shown = company.client("observer").get(url).content.decode()
    assert "Секретный клиент" in shown and "Глеб Соул" in shown
    company.hide("observer", "opportunity", "party")
    company.hide("observer", "opportunity", "owner")
    shown = company.client("observer").get(url).content.decode()
    assert "111" in shown
    assert "Секретный клиент" not in shown and "Глеб Соул" not in shown


@pytest.mark.parametrize("by", ["owner", "city", "product", ""])
def test_the_forecast_is_not_told_apart_by_a_closed_owner(
    company: Company, stages: dict[str, int], by: str
) -> None:
    deal(stages["late"], "111", this_month()["close_date"], owner=company.users["colleague"].pk)
    company.hide("observer", "opportunity", "owner")
    shown = page(company, "observer", by=by)
    assert "111" in shown
    assert "Глеб Соул" not in shown


def test_a_head_s_forecast_of_a_person_stands_with_the_person_s_team(company: Company) -> None:
    shape, near = shape_of("forecast_judgement"), company.teams["near"].pk
    values = {"owner": company.users["outsider"].pk, "team": near, "starts_on": "2026-11-20", "amount": "500"}
    with pytest.raises(Denied):
        write.create(company.actor("manager"), shape, values)
    number = write.create(ACTOR, shape, values)
    assert read.get(ACTOR, shape, number)["team"].id == company.teams["far"].pk
    write.update(
        ACTOR, shape, number, {"owner": company.users["employee"].pk, "team": company.teams["far"].pk}
    )
    assert read.get(ACTOR, shape, number)["team"].id == near
