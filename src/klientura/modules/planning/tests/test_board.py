"""The board of the forecast: open deals by month of closing; a card that is moved gets another closing date, and back."""

import datetime as dt
import html
import re
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from hypothesis import given
from hypothesis import strategies as st

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.settings.days import company_today
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.planning.rules import last_day, moved, same_day
from klientura.modules.planning.tests.test_plans import ACTOR, plan
from klientura.modules.sales.tests.regulated import pipeline_with

DAYS = st.dates(dt.date(2000, 1, 1), dt.date(2050, 12, 31))


@pytest.fixture
def company() -> Company:
    return found_company()


@pytest.fixture
def stages() -> dict[str, int]:
    return pipeline_with(
        {"first": {"forecast": "pipeline"}, "second": {"forecast": "best"}, "third": {"forecast": "omitted"}}
    )[1]


def deal(stage: int, amount: str, day: dt.date | None, **more: Any) -> int:
    values = {
        "name": f"Сделка {amount}",
        "stage": stage,
        "amount": amount,
        "close_date": day.isoformat() if day else None,
        **more,
    }
    return write.create(ACTOR, shape_of("opportunity"), values)


def closing(pk: int) -> dt.date | None:
    found: dt.date | None = read.get(ACTOR, shape_of("opportunity"), pk, keys=["close_date"])["close_date"]
    return found


def month(ahead: int) -> dt.date:
    return moved("month", company_today().replace(day=1), ahead)


def put(company: Company, pk: int, stage: str, who: str = "administrator", **more: Any) -> Any:
    """Move a card as it is seen now, unless something else is said of its version."""
    seen = read.get(ACTOR, shape_of("opportunity"), pk, keys=["title"])["version"]
    return company.client(who).post(
        f"/forecast/board/{pk}/move", {"stage": stage, "version": seen, **more}, HTTP_HX_REQUEST="true"
    )


def columns(company: Company, who: str = "administrator") -> dict[str, str]:
    text = re.sub(
        r"[\u202f\u00a0]", " ", html.unescape(company.client(who).get("/forecast/board").content.decode())
    )
    found = re.findall(r'data-stage="([^"]+)"(.*?)(?=<section|</section>\s*</div>)', text, re.DOTALL)
    return dict(found)


@given(st.one_of(st.none(), DAYS), DAYS, DAYS)
def test_the_same_day_of_another_month_or_its_last_and_never_past(
    day: dt.date | None, target: dt.date, today: dt.date
) -> None:
    first = target.replace(day=1)
    found = same_day(day, first, today)
    last = last_day("month", first)
    assert found >= today
    if last >= today:
        assert first <= found <= last
        assert found in {today, last} or (day is not None and found.day == day.day)


@pytest.mark.django_db
def test_deals_stand_by_their_months_with_sums_and_the_plan(company: Company, stages: dict[str, int]) -> None:
    deal(stages["first"], "100", last_day("month", month(0)), probability=50)
    deal(stages["third"], "1000", last_day("month", month(0)), forecast="omitted")
    deal(stages["second"], "200", month(2), probability=10)
    deal(stages["first"], "300", month(9))
    deal(stages["first"], "400", None)
    deal(stages["first"], "500", company_today() - dt.timedelta(days=1))
    deal(stages["won"], "7000", month(1))
    plan(starts_on=month(0).isoformat(), amount="4321")
    found = columns(company)
    this, third = found[f"{month(0):%Y-%m}"], found[f"{month(2):%Y-%m}"]
    assert "1 100 ₽" in this and "с вероятностью: 50 ₽" in this and "план: 4 321 ₽" in this
    assert "Сделка 100<" in this and "Сделка 1000<" in this and "Не учитывать" in this
    assert "200 ₽" in third and "с вероятностью: 20 ₽" in third and "план" not in third
    assert (
        "Сделка 300<" in found["later"]
        and "Сделка 400<" in found["undated"]
        and "Сделка 500<" in found["overdue"]
    )
    assert "Сделка 7000<" not in "".join(found.values())


@pytest.mark.django_db
def test_a_moved_card_has_another_date_and_goes_back(company: Company, stages: dict[str, int]) -> None:
    pk = deal(stages["first"], "100", month(3).replace(day=17))
    answer = put(company, pk, f"{month(4):%Y-%m}")
    assert answer.status_code == 200
    assert closing(pk) == month(4).replace(day=17)
    shown = answer.content.decode()
    assert f'id="card-{pk}"' in shown and 'hx-swap-oob="true"' in shown
    undo = re.search(r"/forecast/board/\d+/back\?version=\d+", answer["HX-Trigger"])
    assert undo is not None
    assert company.client("administrator").post(undo.group()).status_code == 200
    assert closing(pk) == month(3).replace(day=17)
    put(company, pk, "undated")
    assert closing(pk) is None
    put(company, pk, f"{month(1):%Y-%m}")
    assert closing(pk) == last_day("month", month(1))
    put(company, pk, "later")
    assert closing(pk) == same_day(last_day("month", month(1)), month(6), company_today())


@pytest.mark.django_db
@pytest.mark.parametrize("stage", ["overdue", "", "2020-01", "1999-99", "x\x00y"])
def test_no_card_goes_into_the_past_or_nowhere(company: Company, stages: dict[str, int], stage: str) -> None:
    pk = deal(stages["first"], "100", month(3))
    assert put(company, pk, stage).status_code == 400
    assert closing(pk) == month(3)


@pytest.mark.django_db
def test_a_closed_deal_and_what_somebody_else_changed_stay(company: Company, stages: dict[str, int]) -> None:
    won = deal(stages["won"], "100", month(1))
    kept = closing(won)
    assert put(company, won, f"{month(2):%Y-%m}").status_code == 400
    assert closing(won) == kept
    pk = deal(stages["first"], "100", month(3))
    seen = read.get(ACTOR, shape_of("opportunity"), pk, keys=["title"])["version"]
    write.update(ACTOR, shape_of("opportunity"), pk, {"close_date": month(5).isoformat()})
    assert put(company, pk, f"{month(2):%Y-%m}", version=seen).status_code == 409
    assert put(company, pk, f"{month(2):%Y-%m}", version="").status_code == 400
    assert closing(pk) == month(5)


@pytest.mark.django_db
def test_only_who_may_change_the_date_moves_it(company: Company, stages: dict[str, int]) -> None:
    pk = deal(stages["first"], "100", month(3), owner=company.users["colleague"].pk)
    for who, status in (("observer", 403), ("outsider", 404)):
        assert put(company, pk, f"{month(2):%Y-%m}", who).status_code in (status, 403)
        assert company.client(who).post(f"/forecast/board/{pk}/back?version=1").status_code in (403, 404)
    assert "data-move-url" not in "".join(columns(company, "observer").values())
    company.hide("employee", "opportunity", "close_date", "read")
    assert put(company, pk, f"{month(2):%Y-%m}", "colleague").status_code == 403
    assert closing(pk) == month(3)
    company.hide("manager", "opportunity", "amount")
    page = html.unescape(company.client("manager").get("/forecast/board").content.decode())
    assert "Прогноз вам не открыт" in page and "Сделка" not in page
    assert company.client("manager").get("/forecast/board/cards?column=later").status_code == 404


@pytest.mark.django_db
def test_a_seller_sees_the_own_deals_only(company: Company, stages: dict[str, int]) -> None:
    deal(stages["first"], "111", month(2), owner=company.users["outsider"].pk)
    deal(stages["first"], "222", month(2), owner=company.users["employee"].pk)
    found = columns(company, "employee")[f"{month(2):%Y-%m}"]
    assert "222 ₽" in found and "111" not in found and "333" not in found


@pytest.mark.django_db
def test_long_columns_come_in_pieces_and_queries_do_not_grow(
    company: Company, stages: dict[str, int]
) -> None:
    browser = company.client("administrator")

    def count() -> int:
        browser.get("/forecast/board")
        with CaptureQueriesContext(connection) as caught:
            assert browser.get("/forecast/board").status_code == 200
        return len(caught)

    deal(stages["first"], "1", month(1), owner=company.users["employee"].pk)
    count()
    few = count()
    for n in range(25):
        deal(stages["first"], str(10 + n), month(1), owner=company.users["employee"].pk)
    assert count() <= few
    text = html.unescape(browser.get("/forecast/board").content.decode())
    more = re.search(r'hx-get="(/forecast/board/cards\?[^"]+)"', text)
    assert more is not None
    assert browser.get(more.group(1)).content.decode().count("data-card ") == 6
    assert browser.get("/forecast/board/cards?column=nonsense").status_code == 404
