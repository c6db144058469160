"""The company's working time: kept as it was typed, refused in words, shaded in the calendar."""

import datetime as dt

import pytest

from klientura.kernel.settings.working import working_time
from klientura.kernel.testing.company import Company, found_company
from klientura.kit.working_days import Day, WorkingTime

pytestmark = pytest.mark.django_db
GOOD = {
    "begins": "10:00",
    "ends": "19:00",
    "week": ["0", "1", "2"],
    "country": "ru",
    "off": "31.12.2027",
    "on": "02.01.2027",
}


@pytest.fixture
def company() -> Company:
    """A small company."""
    return found_company()


def test_it_is_kept_and_shown(company: Company):
    admin = company.client("administrator")
    assert working_time() == WorkingTime()
    assert admin.post("/settings/working", GOOD).status_code == 302
    kept = working_time()
    assert (kept.begins, kept.week) == (dt.time(10), frozenset({0, 1, 2}))
    assert (kept.day(dt.date(2027, 12, 31)), kept.day(dt.date(2027, 1, 2))) == (Day.HOLIDAY, Day.WORKING)
    page = admin.get("/settings/working").content.decode()
    assert "31.12.2027" in page and 'value="10:00"' in page
    week = admin.get("/calendar?span=week&on=2026-11-23").content.decode()
    assert 'data-from="40" data-to="76"' in week


@pytest.mark.parametrize(
    ("wrong", "field"),
    [({"begins": "рано"}, "begins"), ({"ends": "09:00"}, "ends"), ({"week": []}, "week"), ({"country": "xx"}, "country"),
     ({"off": "вчера вечером"}, "off"), ({"on": "31.12.2027"}, "on")],
)  # fmt: skip
def test_what_is_wrong_is_told_and_nothing_kept(company: Company, wrong: dict[str, object], field: str):
    answer = company.client("administrator").post("/settings/working", {**GOOD, **wrong})
    assert answer.status_code == 422
    assert working_time() == WorkingTime()
    assert f"f-{field}-note" in answer.content.decode()


def test_it_is_for_administrators(company: Company):
    for who in ("manager", "employee"):
        assert company.client(who).post("/settings/working", GOOD).status_code in {403, 404}


@pytest.mark.parametrize(
    ("day", "kind"),
    [("2025-05-08", "holiday"), ("2025-11-01", "shortened"), ("2025-12-31", "holiday"), ("2026-01-09", "holiday"), ("2026-03-09", "holiday"),
     ("2026-05-11", "holiday"), ("2026-06-11", "shortened"), ("2026-11-23", "working"), ("2026-11-28", "off"), ("2027-06-14", "holiday"),
     ("2030-01-01", "working")],
)  # fmt: skip
def test_the_production_calendar(day: str, kind: str):
    time = WorkingTime()
    assert time.day(dt.date.fromisoformat(day)).value == kind
    hours = time.hours(dt.date.fromisoformat(day))
    ends = {"working": dt.time(18), "shortened": dt.time(17)}.get(kind)
    assert (hours[1].time() if hours else None) == ends
