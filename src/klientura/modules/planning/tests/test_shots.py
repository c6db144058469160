"""The forecast kept day by day: once a day, by whose it is, with what was won; told beside what came."""

import datetime as dt
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import write
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.planning.models import ForecastShot
from klientura.modules.planning.queries.shots import at_the_beginning, shots_of
from klientura.modules.planning.services.shots import KEPT, take_shot
from klientura.modules.planning.tests.test_plans import ACTOR
from klientura.modules.sales.tests.regulated import pipeline_with

pytestmark = pytest.mark.django_db


@pytest.fixture
def company() -> Company:
    return found_company()


@pytest.fixture
def stages() -> dict[str, int]:
    rules = {
        "first": {"forecast": "pipeline"},
        "second": {"forecast": "best"},
        "third": {"forecast": "commit"},
    }
    return pipeline_with(rules)[1]


def today() -> dt.date:
    return timezone.localdate()


def deal(
    stage: int, amount: str, company: Company, who: str = "employee", day: dt.date | None = None, **more: Any
) -> int:
    values = {
        "name": "Поставка",
        "stage": stage,
        "amount": amount,
        "close_date": (day or today()).isoformat(),
        **more,
    }
    return write.create(ACTOR, shape_of("opportunity"), {**values, "owner": company.users[who].pk})


def test_a_day_is_kept_once_by_whose_it_is(company: Company, stages: dict[str, int]) -> None:
    deal(stages["third"], "100", company)
    deal(stages["second"], "200", company)
    deal(stages["first"], "1000", company, "colleague")
    deal(stages["won"], "50", company)
    deal(stages["first"], "7", company, forecast="omitted")
    deal(stages["first"], "7", company, day=today() - dt.timedelta(days=1))
    deal(stages["first"], "7", company, day=today() + dt.timedelta(days=900))
    assert [take_shot(today()), take_shot(today())] == [True, False]
    kept = {s.owner_id: s for s in ForecastShot.objects.all()}
    mine, theirs = kept[company.users["employee"].pk], kept[company.users["colleague"].pk]
    assert [mine.won, mine.committed, mine.best, mine.pipeline, mine.weighted] == [50, 100, 200, 0, 70 + 80]
    assert [theirs.pipeline, theirs.weighted] == [1000, 100]


def test_shares_of_a_deal_are_each_ones(company: Company, stages: dict[str, int]) -> None:
    shares = [
        {"user": company.users["employee"].pk, "percent": "70"},
        {"user": company.users["colleague"].pk, "percent": "30"},
    ]
    deal(stages["third"], "100", company, shares=shares)
    take_shot(today())
    kept = {s.owner_id: s.committed for s in ForecastShot.objects.all()}
    assert kept == {company.users["employee"].pk: 70, company.users["colleague"].pk: 30}


def test_nobody_sees_what_was_expected_of_others(company: Company, stages: dict[str, int]) -> None:
    deal(stages["third"], "100", company)
    deal(stages["third"], "1000", company, "colleague")
    take_shot(today())
    month, money = today().replace(day=1), "RUB"
    company.grant("employee", "opportunity", "read", "own")
    own = shots_of(company.actor("employee"), month, money)
    assert [s.counted_on for s in own] == [100]
    wide = shots_of(company.actor("administrator"), month, money)
    assert [s.counted_on for s in wide] == [1100]
    of_one = shots_of(company.actor("administrator"), month, money, owner=company.users["colleague"].pk)
    assert [s.counted_on for s in of_one] == [1000]
    for team, sums in (("near", [1100]), ("far", [])):
        of_team = shots_of(company.actor("administrator"), month, money, team=company.teams[team].pk)
        assert [s.counted_on for s in of_team] == sums


def test_whoever_reads_no_deals_sees_no_forecast_of_them(company: Company, stages: dict[str, int]) -> None:
    deal(stages["third"], "100", company)
    take_shot(today())
    company.grant("employee", "opportunity", "read", "none")
    assert shots_of(company.actor("employee"), today().replace(day=1), "RUB") == []


def test_old_days_are_thrown_away_and_the_beginning_is_found(
    company: Company, stages: dict[str, int]
) -> None:
    deal(stages["third"], "100", company)
    take_shot(today())
    ForecastShot.objects.update(day=today() - dt.timedelta(days=KEPT + 1))
    take_shot(today())
    assert list(ForecastShot.objects.values_list("day", flat=True)) == [today()]
    month = dt.date(2026, 5, 1)
    days = (dt.date(2026, 4, 20), dt.date(2026, 5, 3), dt.date(2026, 5, 9))
    ForecastShot.objects.all().delete()
    for number, day in enumerate(days, start=1):
        kept(month, day, str(number * 100))
    shots = shots_of(company.actor("administrator"), month, "RUB")
    assert [s.day for s in shots] == list(days)
    early = at_the_beginning(shots, month)
    assert early is not None
    assert early.weighted == 200


def kept(month: dt.date, day: dt.date, weighted: str, **more: Any) -> None:
    none = dict.fromkeys(("won", "committed", "best", "pipeline"), Decimal(0))
    ForecastShot.objects.create(
        day=day, month=month, currency="RUB", **{**none, "weighted": Decimal(weighted), **more}
    )


def test_the_page_draws_the_days_and_says_how_near_it_was(company: Company, stages: dict[str, int]) -> None:
    month = (today().replace(day=1) - dt.timedelta(days=1)).replace(day=1)
    page = f"/forecast?on={month}&by=company"
    client: Client = company.client("administrator")
    number = deal(stages["won"], "900", company)
    with connection.cursor() as cursor:
        cursor.execute("update opportunity set closed_at = %s where id = %s", [f"{month} 12:00+03", number])
    for days in range(2):
        kept(month, month + dt.timedelta(days=days), "1000")
    assert "1000" not in client.get(page).content.decode().split("funnel-remark")[-1]
    kept(month, month + dt.timedelta(days=20), "800")
    text = client.get(page, headers={"Accept-Language": "ru"}).content.decode()
    assert "forecast-shots" in text
    assert "10 %" in text


def test_a_shot_takes_as_many_statements_for_many_deals_as_for_two(
    company: Company, stages: dict[str, int]
) -> None:
    def counted(many: int) -> int:
        for _one in range(many):
            deal(stages["third"], "100", company)
        ForecastShot.objects.all().delete()
        with CaptureQueriesContext(connection) as seen:
            take_shot(today())
        return len(seen)

    assert counted(2) == counted(9)
