"""A calendar shows what lies in its days, to whom it may, and moves it as one would by hand."""

import datetime as dt
import html
import re
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from klientura.kernel.access.actor import SystemActor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.calendar import days
from klientura.kernel.store import read, spans, write
from klientura.kernel.testing.company import Company, found_company
from klientura.kernel.views import calendars

pytestmark = pytest.mark.django_db
ACTOR = SystemActor("test")
HTMX = {"HX-Request": "true"}


@pytest.fixture
def company() -> Company:
    return found_company()


def task(company: Company, title: str, due: str, who: str = "employee", **more: Any) -> int:
    return write.create(company.actor(who), shape_of("task"), {"name": title, "due_at": due, **more})


def page(browser: Client, query: str = "", key: str = "task") -> str:
    answer = browser.get(f"/{key}?view=calendar&{query}")
    assert answer.status_code == 200
    return html.unescape(answer.content.decode())


def day(text: str, iso: str) -> str:
    """What a calendar shows on a day."""
    found = re.search(rf'data-day="{iso}"(.*?)</section>', text, re.DOTALL)
    assert found, iso
    return found[1]


def due(number: int) -> str:
    value = read.get(ACTOR, shape_of("task"), number, keys=["due_at"])["due_at"]
    return timezone.localtime(value, ZoneInfo("Europe/Moscow")).strftime("%Y-%m-%d %H:%M")


def test_records_stand_on_their_days_for_those_who_may_see_them(company: Company) -> None:
    task(company, "Позвонить", "2026-11-12T10:00")
    task(company, "Чужое", "2026-11-12T11:00", "outsider")
    task(company, "В январе", "2027-01-12T11:00")
    shown = page(company.client("employee"), "by=due_at&on=2026-11-03")
    assert "Позвонить" in day(shown, "2026-11-12")
    assert "10:00" in day(shown, "2026-11-12")
    assert "Чужое" not in shown
    assert "В январе" not in shown
    assert day(shown, "2026-10-26").count("<li") == 0  # the week begins on Monday
    english = company.client("employee")
    english.post("/preferences", {"language": "en"})
    assert 'data-day="2026-11-01"' in page(english, "by=due_at&on=2026-11-03").split("calendar-week", 2)[1]


def test_a_full_day_says_how_many_more_there_are(company: Company) -> None:
    for n in range(12):
        task(company, f"Дело {n}", f"2026-11-12T{8 + n}:00")
    shown = page(company.client("employee"), "by=due_at&on=2026-11-03")
    assert day(shown, "2026-11-12").count('class="event ') == 4
    assert "и ещё 8" in day(shown, "2026-11-12") or "and 8 more" in day(shown, "2026-11-12")
    whole = page(company.client("employee"), "by=due_at&span=day&on=2026-11-12")
    assert whole.count("data-row") == 12
    assert page(company.client("employee"), "by=due_at&span=agenda&on=2026-11-12").count("data-row") == 12


def test_a_record_of_several_days_reaches_into_each_of_them(company: Company) -> None:
    values = {"name": "Стройка", "first_contact_on": "2026-11-05"}
    write.create(company.actor("employee"), shape_of("organisation"), values)
    fields = shape_of("organisation").fields
    by = next(k for k, f in fields.items() if f.type.key == "date")
    rows, numbers = spans.in_days(
        company.actor("employee"), shape_of("organisation"), start=fields[by], end=None,
        first=dt.date(2026, 11, 1), last=dt.date(2026, 12, 1), most=5, keys=["title", by],
    )  # fmt: skip
    assert ([r["title"] for r in rows], numbers) == (["Стройка"], {dt.date(2026, 11, 5): 1})
    long = days.Event(dt.date(2026, 11, 6), dt.date(2026, 11, 10), {"title": "Долгое"})
    short = days.Event(dt.date(2026, 11, 9), dt.date(2026, 11, 9), {"title": "Короткое"})
    first, second = days.weeks(dt.date(2026, 11, 2), dt.date(2026, 11, 16), [long, short], {}, 4)
    assert [len(d["pieces"]) for d in first] == [0, 0, 0, 0, 1, 1, 1]
    assert [[p and p["title"] for p in d["pieces"]] for d in second[:2]] == [
        ["Долгое", "Короткое"],
        ["Долгое"],
    ]
    assert [second[0]["pieces"][0][k] for k in ("begins", "ends", "named", "offset")] == [
        False,
        False,
        True,
        3,
    ]
    assert second[1]["pieces"][0]["ends"]


def test_what_began_before_and_reaches_in_is_shown(company: Company) -> None:
    shape = shape_of("opportunity")
    actor = company.actor("administrator")
    stage = write.create(actor, shape_of("pipeline"), {"name": "Воронка"})
    assert stage
    begin, end = shape.fields["created_at"], shape.fields["next_step_at"]
    rows, numbers = spans.in_days(
        actor, shape, start=begin, end=end, first=dt.date(2026, 11, 1), last=dt.date(2026, 11, 8), most=5, keys=["title"]
    )  # fmt: skip
    assert (rows, numbers) == ([], {})


def test_a_day_is_that_of_the_readers_zone(company: Company) -> None:
    number = task(company, "Ночью", "2026-11-12T00:30")
    assert due(number) == "2026-11-12 00:30"
    assert "Ночью" in day(page(company.client("employee"), "by=due_at&on=2026-11-03"), "2026-11-12")


def move(browser: Client, number: int, **values: str) -> int:
    return browser.post(f"/task/{number}/reschedule", {"by": "due_at", **values}, headers=HTMX).status_code


def test_a_record_is_moved_by_days_and_back(company: Company) -> None:
    number = task(company, "Позвонить", "2026-11-12T10:00")
    browser = company.client("employee")
    answer = browser.post(
        f"/task/{number}/reschedule", {"by": "due_at", "days": "-3", "version": "1"}, headers=HTMX
    )
    assert answer.status_code == 200
    assert "listChanged" in answer["HX-Trigger"]
    assert due(number) == "2026-11-09 10:00"
    undo = re.search(r'"undoUrl": "([^"]+)"', answer["HX-Trigger"])
    assert undo
    assert browser.post(undo[1], headers=HTMX).status_code == 200
    assert due(number) == "2026-11-12 10:00"


def test_a_dialog_sets_the_dates_and_says_what_is_wrong(company: Company) -> None:
    number = task(company, "Позвонить", "2026-11-12T10:00")
    browser = company.client("employee")
    dialog = browser.get(f"/task/{number}/reschedule?by=due_at").content.decode()
    assert 'value="2026-11-12T10:00"' in dialog
    assert move(browser, number, due_at="2026-12-01T09:00", version="1") == 200
    assert due(number) == "2026-12-01 09:00"
    assert move(browser, number, due_at="никогда", version="2") == 422
    assert move(browser, number, due_at="2026-12-05T09:00", version="1") == 422  # somebody was faster
    assert due(number) == "2026-12-01 09:00"


@pytest.mark.parametrize(
    "values", [{"days": "x"}, {"days": "99999999999"}, {"days": "-"}, {"until": "x"}, {}]
)
def test_nonsense_moves_nothing(company: Company, values: dict[str, str]) -> None:
    number = task(company, "Позвонить", "2026-11-12T10:00")
    assert move(company.client("employee"), number, **values) in {200, 400, 422}
    assert due(number) == "2026-11-12 10:00"


def test_a_record_without_a_date_is_no_fault(company: Company) -> None:
    number = task(company, "Когда-нибудь", "")
    browser = company.client("employee")
    for values in ({"days": "1"}, {"until": "2026-11-12"}, {"until": "2026-11-12", "end": "reminder_at"}):
        assert move(browser, number, **values) in {200, 422}


def test_only_those_who_may_change_a_record_move_it(company: Company) -> None:
    number = task(company, "Позвонить", "2026-11-12T10:00")
    assert move(company.client("observer"), number, days="1") == 403
    assert move(company.client("outsider"), number, days="1") == 404
    assert "data-move-url" not in page(company.client("observer"), "by=due_at&on=2026-11-03")
    company.hide("employee", "task", "due_at")
    hiding = company.client("employee")
    assert move(hiding, number, days="1") == move(hiding, number, by="nothing", days="1") == 404
    named, unknown = (
        page(hiding, f"by={k}&on=2026-11-03").split('id="calendar-area"')[1] for k in ("due_at", "nothing")
    )
    assert named == unknown
    assert "Позвонить" not in day(page(hiding, "by=due_at&on=2026-11-03"), "2026-11-12")
    company.hide("manager", "task", "due_at", level="read")
    assert "data-move-url" not in page(company.client("manager"), "by=due_at&on=2026-11-03")
    assert due(number) == "2026-11-12 10:00"


def test_a_view_keeps_a_calendar(company: Company) -> None:
    task(company, "Позвонить", "2026-11-12T10:00")
    browser = company.client("employee")
    where = "/task/views/new?view=calendar&by=due_at&span=week&colour=kind"
    made = browser.post(where, {"name": "Сроки"}, headers=HTMX)
    opened = html.unescape(browser.get(made["HX-Redirect"] + "&on=2026-11-12").content.decode())
    assert 'data-span="week"' in opened
    assert "Позвонить" in day(opened, "2026-11-12")
    program = company.api("employee")
    view = program.get("/api/v1/views?object=task").json()["items"][0]
    assert (view["kind"], view["state"]["calendar"]["by"]) == ("calendar", "due_at")
    company.hide("employee", "task", "due_at")
    assert "calendar" not in str(
        program.get("/api/v1/views?object=task").json()["items"][0]["state"].get("calendar", {}).get("by", "")
    )
    assert browser.get(made["HX-Redirect"]).status_code == 200


def test_a_click_on_a_day_fills_its_date(company: Company) -> None:
    shown = page(company.client("employee"), "by=due_at&on=2026-11-03")
    address = re.search(r'hx-get="(/task/new[^"]*due_at=2026-11-12[^"]*)"', shown)
    assert address
    dialog = company.client("employee").get(address[1]).content.decode()
    assert 'value="2026-11-12T09:00"' in dialog


def test_a_calendar_costs_no_more_with_many_records(company: Company) -> None:
    browser = company.client("employee")
    task(company, "Первое", "2026-11-12T10:00")

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            page(browser, "by=due_at&on=2026-11-03&colour=kind")
        return len(seen)

    queries()
    few = queries()
    write.create_many(
        company.actor("employee"), shape_of("task"), [{"name": f"Дело {n}", "due_at": f"2026-11-{1 + n % 28:02}T10:00"} for n in range(90)]
    )  # fmt: skip
    assert queries() == few


def test_a_gallery_shows_the_columns_and_goes_on(company: Company) -> None:
    write.create_many(
        company.actor("employee"), shape_of("organisation"), [{"name": f"Фирма {n:02}", "city": "Уфа"} for n in range(60)]
    )  # fmt: skip
    browser = company.client("employee")
    shown = browser.get("/organisation?view=gallery&columns=name,city&sort=name").content.decode()
    assert shown.count("<article") == 50
    assert shown.count("<dt>") == 50
    following = re.search(r'hx-get="(/organisation\?[^"]*after=[^"]*)"', shown)
    assert following
    rest = browser.get(html.unescape(following[1]), headers=HTMX).content.decode()
    assert rest.count("<article") == 10
    assert "<html" not in rest
    company.hide("employee", "organisation", "city")
    assert "Уфа" not in browser.get("/organisation?view=gallery").content.decode()


@pytest.mark.parametrize(
    ("key", "by"),
    [
        ("organisation", "next_step_at"),
        ("person", "next_step_at"),
        ("task", "due_at"),
        ("opportunity", "close_date"),
    ],
)
def test_a_calendar_opens_with_the_date_that_its_object_names(company: Company, key: str, by: str) -> None:
    opened = page(company.client("employee"), key=key)
    assert f'data-by="{by}"' in opened or f"by={by}" in opened
    actor, shape = company.actor("employee"), shape_of(key)
    assert next(iter(calendars.date_fields(actor, shape))) == by
    company.hide("employee", key, by)
    assert by not in calendars.date_fields(company.actor("employee"), shape_of(key))
    assert by not in page(company.client("employee"), key=key).split('id="calendar-area"')[1]
