"""The forecast by models: from whole months of sales, kept once a month, shown to whom those sales are open."""

import datetime as dt
import html
import re
import subprocess
import sys
from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from klientura.kernel.errors import Denied
from klientura.kernel.jobs.models import Job
from klientura.kernel.settings.days import company_today
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.analytics.tests.trading import found_trade, order
from klientura.modules.planning.enums import Dimension
from klientura.modules.planning.models import ModelRun, ModelSeries, ModelValue
from klientura.modules.planning.queries.modelled import expected, said_before, sales_of
from klientura.modules.planning.queries.sold import open_to_reader, sales_by
from klientura.modules.planning.rules import moved
from klientura.modules.planning.services import modelling_job
from klientura.modules.planning.services.modelling import is_due, last_whole_month, reckon
from klientura.modules.planning.tests.test_plans import plan

pytestmark = pytest.mark.django_db
D = Decimal


@pytest.fixture
def company() -> Company:
    return found_company()


def through() -> dt.date:
    return last_whole_month(company_today())


def sell(
    company: Company, months: int, who: str = "employee", *, skip: int | None = None, price: int = 100
) -> dict[str, int]:
    """One order in each of the last whole months: more each month; and one in the month that runs."""
    trade = found_trade()
    owner = company.users[who]
    for ago in range(months - 1, -1, -1):
        if ago != skip:
            day = moved("month", through(), -ago).replace(day=10)
            order(trade, "one", day, {"saw": ("1", str(price + months - ago))}, owner=owner.pk)
    order(trade, "one", company_today(), {"saw": ("1", "777777")}, owner=owner.pk)
    return trade


def quiet(_done: int, _total: int) -> None:
    """Tell nobody."""


def page(company: Company, who: str = "administrator", query: str = "") -> str:
    return html.unescape(company.client(who).get(f"/forecast/model{query}").content.decode())


def test_whole_months_from_the_first_sale_are_learnt_with_nought_in_gaps(company: Company) -> None:
    sell(company, 14, skip=5)
    run = reckon(through(), quiet)
    series = {s.dimension: s for s in ModelSeries.objects.filter(run=run)}
    assert {s.months for s in series.values()} == {14}
    assert series["company"].state == "told"
    assert series["owner"].key == company.users["employee"].pk
    assert series["team"].key in {t.pk for t in company.teams.values()}
    assert "currency" not in series  # with one of them it is the company itself
    row = sales_by(Dimension.COMPANY, through())
    values = next(iter(row.values())).row(through())
    assert (len(values), values[0], values[8], values[-1]) == (14, D(101), D(0), D(114))
    kept = list(ModelValue.objects.filter(series=series["company"]).order_by("month"))
    assert [v.month for v in kept] == [moved("month", through(), n) for n in (1, 2, 3)]
    assert all(v.low <= v.mean <= v.high < 1000 for v in kept)


def test_a_month_is_kept_once_and_older_ones_stay(company: Company) -> None:
    sell(company, 16)
    old = reckon(moved("month", through(), -1), quiet)
    first, again = reckon(through(), quiet), reckon(through(), quiet)
    assert list(ModelRun.objects.order_by("through")) == [old, again]
    assert first.pk != again.pk
    assert ModelSeries.objects.filter(run=again).count() == ModelSeries.objects.filter(run=old).count()
    series = ModelSeries.objects.get(run=again, dimension="company")
    before = said_before(series, sales_of(series, company_today()), through())
    assert [(b.month, b.came, b.said_early) for b in before] == [(through(), D(116), None)]
    assert before[0].said is not None
    assert abs(before[0].said - 116) < 20


def test_the_clock_begins_once_a_day_and_when_it_is_due(company: Company) -> None:
    assert modelling_job.begin_by_the_clock(company_today()) is None  # nothing has been sold
    sell(company, 13)
    job = modelling_job.begin_by_the_clock(company_today())
    assert job is not None
    assert modelling_job.begin_by_the_clock(company_today()) is None
    Job.objects.update(state="failed")
    assert modelling_job.begin_by_the_clock(company_today()) is None
    run = reckon(through(), quiet)
    late, early = company_today().replace(day=20), company_today().replace(day=3)
    assert not is_due(late, 5)
    ModelRun.objects.update(made_at=run.made_at - dt.timedelta(days=60))
    assert not is_due(late, 5)
    assert is_due(early, 5)
    assert is_due(moved("month", late, 1), 5)


def test_the_job_reckons_and_may_be_begun_by_whoever_plans_for_all(company: Company) -> None:
    sell(company, 12)
    job = modelling_job.begin(company.actor("administrator"), queue=False)
    assert modelling_job.begin(company.actor("administrator"), queue=False) == job
    from klientura.kernel.jobs import service

    done = service.run_inline(job)
    assert (done.state, done.total, done.done) == ("done", 5, 5)
    assert ModelRun.objects.get().through == through()
    for who in ("employee", "observer", "outsider"):
        with pytest.raises(Denied):
            modelling_job.begin(company.actor(who))
        assert company.client(who).post("/forecast/model/reckon").status_code == 403
    assert company.client("administrator").post("/forecast/model/reckon").status_code == 302


def test_too_little_is_said_honestly(company: Company) -> None:
    sell(company, 5)
    reckon(through(), quiet)
    assert not ModelValue.objects.exists()
    assert "5 месяцев" in page(company)
    assert expected(company.actor("administrator"), "company", company_today(), company_today(), "RUB") == {}


def test_whole_sums_are_for_those_who_see_all_sales(company: Company) -> None:
    mine, theirs = company.users["employee"].pk, company.users["colleague"].pk
    near, head = company.teams["near"].pk, company.teams["head"].pk
    for who, scope, whole, own, team, above in (
        ("administrator", "", True, True, True, True),
        ("employee", "all", True, True, True, True), ("employee", "tree", False, True, True, False),
        ("employee", "team", False, True, True, False), ("employee", "own", False, True, False, False),
        ("employee", "none", False, False, False, False),
    ):  # fmt: skip
        if scope:
            from klientura.kernel.access.models import Grant

            Grant.objects.filter(object="order", action="read").delete()
            company.grant(who, "order", "read", scope)
        actor = company.actor(who)
        told = (
            open_to_reader(actor, "company", None), open_to_reader(actor, "owner", mine), open_to_reader(actor, "team", near),
            open_to_reader(actor, "team", head),
        )  # fmt: skip
        assert told == (whole, own, team, above), (who, scope)
        assert open_to_reader(actor, "currency", None) is whole
        assert open_to_reader(actor, "group", 1) is whole
        assert open_to_reader(actor, "owner", theirs) is whole
        assert open_to_reader(actor, "city", None) is False


def test_a_team_with_others_below_it_is_closed_to_who_sees_but_one(company: Company) -> None:
    company.grant("manager", "order", "read", "team")
    assert not open_to_reader(company.actor("manager"), "team", company.teams["head"].pk)


def test_closed_sums_close_the_forecast(company: Company) -> None:
    sell(company, 13)
    reckon(through(), quiet)
    company.grant("observer", "order", "read", "all")
    assert "Вся компания" in page(company, "observer")
    company.hide("observer", "order", "amount")
    assert "Прогноз по моделям вам не открыт" in page(company, "observer")
    assert "113" not in page(company, "observer")


@pytest.mark.parametrize("field", ["amount", "currency", "status", "issued_on"])
def test_each_field_that_a_sum_is_made_of_closes_it(company: Company, field: str) -> None:
    assert open_to_reader(company.actor("observer"), "company", None)
    company.hide("observer", "order", field)
    assert not open_to_reader(company.actor("observer"), "company", None)


def test_closed_owners_and_lines_close_their_forecasts(company: Company) -> None:
    company.grant("observer", "order", "read", "all")
    actor = company.actor("observer")
    assert open_to_reader(actor, "owner", 1) and open_to_reader(actor, "group", 1)
    company.hide("observer", "order", "owner")
    company.hide("observer", "order", "lines")
    actor = company.actor("observer")
    assert not open_to_reader(actor, "owner", 1) and not open_to_reader(actor, "group", 1)


def test_a_seller_sees_the_own_forecast_and_no_other(company: Company) -> None:
    sell(company, 13)
    reckon(through(), quiet)
    from klientura.kernel.access.models import Grant

    Grant.objects.filter(object="order", action="read").delete()
    company.grant("employee", "order", "read", "own")
    shown = page(company, "employee")
    assert company.users["employee"].name in shown
    assert "Вся компания" not in shown
    browser, mine = company.client("employee"), company.users["employee"].pk
    assert browser.get(f"/forecast/model?of=owner-{mine}").status_code == 200
    for name in ("company", f"team-{company.teams['near'].pk}", "currency-RUB", "nonsense", "owner-9"):
        assert browser.get(f"/forecast/model?of={name}").status_code == 404
    assert browser.get("/forecast/model?of=company&format=csv").status_code == 404
    forecast = html.unescape(browser.get("/forecast?by=company").content.decode())
    assert "По моделям" not in forecast


def test_the_page_shows_the_forecast_and_each_fact_opens_its_orders(company: Company) -> None:
    sell(company, 13)
    plan(measure="order_sum", starts_on=moved("month", through(), 2).isoformat(), amount="4321")
    reckon(through(), quiet)
    shown = re.sub(r"[\u202f\u00a0]", " ", page(company))
    assert "4 321 ₽" in shown
    urls = re.findall(r'<a class="link" href="(/plans/rows\?[^"]+)">([^<]+)</a>', page(company))
    assert len(urls) >= 13
    for url, text in urls[:3]:
        rows = html.unescape(company.client("administrator").get(url).content.decode())
        assert re.sub(r"\D", "", text.split(",")[0]) in re.sub(r"[^\d,<]", "", rows)
        assert "1 заказ" in re.sub(r"[\u202f\u00a0]", " ", rows)
    csv = company.client("administrator").get("/forecast/model?format=csv")
    assert "4321" in csv.content.decode("utf-8-sig")
    assert company.client("administrator").get("/forecast/model?format=xlsx").content[:2] == b"PK"


def test_the_forecast_of_deals_shows_the_models_beside_it(company: Company) -> None:
    sell(company, 13)
    reckon(through(), quiet)
    for by in ("owner", "team", "company"):
        shown = html.unescape(company.client("administrator").get(f"/forecast?by={by}").content.decode())
        assert "По моделям" in shown
    actor, month = company.actor("administrator"), moved("month", through(), 1)
    last = moved("month", month, 1) - dt.timedelta(days=1)
    assert set(expected(actor, "owner", month, last, "RUB")) == {company.users["employee"].pk}
    assert expected(actor, "owner", month, last, "USD") == {}
    assert expected(actor, "owner", through(), last, "RUB") == {}  # a part of it has come already


def test_without_the_library_the_page_says_what_to_install(
    company: Company, monkeypatch: pytest.MonkeyPatch
) -> None:
    sell(company, 13)
    monkeypatch.setitem(sys.modules, "statsforecast", None)
    shown = page(company)
    assert 'pip install "klientura[analysis]"' in shown
    assert company.client("administrator").get("/forecast").status_code == 200
    assert company.client("administrator").post("/forecast/model/reckon").status_code == 400
    assert modelling_job.begin_by_the_clock(company_today()) is None


def test_web_processes_and_the_worker_never_load_the_library() -> None:
    code = (
        "import os, sys; os.environ.update(DJANGO_SETTINGS_MODULE='klientura.project.settings', DATABASE_URL='postgresql://x/x')\n"
        "import django; django.setup()\n"
        "import klientura.project.urls, klientura.modules.planning.jobs\n"
        "print(sorted({'statsforecast', 'numba', 'pandas', 'scipy'} & set(sys.modules)))"
    )
    answer = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", code], capture_output=True, text=True, check=True
    )
    assert answer.stdout.strip() == "[]"


def test_the_number_of_queries_does_not_grow(company: Company) -> None:
    trade: Any = sell(company, 13)
    browser = company.client("administrator")

    def count() -> int:
        reckon(through(), quiet)
        browser.get("/forecast/model")
        with CaptureQueriesContext(connection) as caught:
            assert browser.get("/forecast/model").status_code == 200
        return len(caught)

    few = count()
    for who in ("colleague", "outsider", "manager"):
        for ago in range(13):
            order(
                trade,
                "two",
                moved("month", through(), -ago),
                {"saw": ("1", "7")},
                owner=company.users[who].pk,
            )
    assert count() == few
