"""A series and those of its occurrences that stand by themselves stay one thing, whatever is done to either."""

import datetime as dt
from typing import Any

import pytest
from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import Invalid
from klientura.kernel.events.outbox import deliver
from klientura.kernel.notify.models import Notification
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company
from klientura.modules.activities.services import feeds, invitations, occurrences, reminders
from klientura.modules.activities.services.occurrences import Place

pytestmark = pytest.mark.django_db


@pytest.fixture
def vera(company: Company) -> Actor:
    """An employee with a calendar."""
    return company.actor("employee")


def plan(actor: Actor, **more: Any) -> int:
    values = {
        "name": "Созвон", "starts_at": "2030-03-04T10:00+03:00", "ends_at": "2030-03-04T11:00+03:00", "zone": "Europe/Moscow",
        "repeats": "RRULE:FREQ=WEEKLY;BYDAY=MO",
    }  # fmt: skip
    number = write.create(actor, shape_of("event"), {**values, **more})
    deliver()
    return number


def move_one(actor: Actor, series: int) -> int:
    """Move the second occurrence a day and some hours on."""
    to = {"starts_at": "2030-03-12T15:00+03:00", "ends_at": "2030-03-12T16:00+03:00"}
    return occurrences.change(actor, Place(series, dt.datetime(2030, 3, 11, 10)), "one", to)


def test_a_series_is_private_with_all_that_belongs_to_it(company: Company, vera: Actor):
    boss, series = company.actor("administrator"), plan(vera)
    move_one(vera, series)
    assert len(read.page(boss, shape_of("event")).rows) == 2
    write.update(vera, shape_of("event"), series, {"private": True})
    assert read.page(boss, shape_of("event")).rows == []
    later = Place(series, dt.datetime(2030, 3, 18, 10))
    occurrences.change(vera, later, "one", {"name": "Особый", "private": False})
    assert read.page(boss, shape_of("event")).rows == []


def test_days_of_an_all_day_event_change_only_where_they_were_changed(vera: Actor):
    with timezone.override("Europe/Moscow"):
        number = plan(vera, repeats=None, all_day=True, starts_at="2030-03-05", ends_at="2030-03-06")
    for zone, ends, days in (
        ("Asia/Vladivostok", "2030-03-07", (5, 6)),
        ("America/New_York", "2030-03-08", (5, 7)),
    ):
        with timezone.override(zone):
            write.update(vera, shape_of("event"), number, {"ends_at": ends})
        row = read.get(vera, shape_of("event"), number)
        assert (row["first_day"].day, row["last_day"].day) == days


@pytest.mark.parametrize(
    "rule",
    ["RRULE:FREQ=DAILY;COUNT=2000;BYMONTH=2;BYMONTHDAY=29", "RRULE:FREQ=YEARLY;COUNT=2000", "RRULE:FREQ=DAILY;UNTIL=99991231"],
)  # fmt: skip
def test_an_end_that_is_out_of_sight_is_none(vera: Actor, rule: str):
    number = plan(vera, repeats=rule)
    assert read.get(vera, shape_of("event"), number, keys=["over_at"])["over_at"] is None


@pytest.mark.parametrize(
    "field", ["repeats", "owner", "attendees", "starts_at", "ends_at", "all_day", "zone", "description", "status"]
)  # fmt: skip
def test_a_hidden_field_breaks_no_page_of_the_calendar(company: Company, vera: Actor, field: str):
    number = plan(vera)
    company.hide("employee", "event", field)
    client, address = company.client("employee"), feeds.make(vera)
    pages = (
        f"/calendar/event/{number}", f"/calendar/event/{number}?at=20300304T100000", f"/calendar/event/{number}/change",
        f"/calendar/event/{number}/ics", f"/calendar/free?event={number}", f"/feeds/{address}.ics",
    )  # fmt: skip
    assert {page: client.get(page).status_code for page in pages} == dict.fromkeys(pages, 200)


@pytest.mark.parametrize("page", ["event/{n}?at=00010101T000000", "event/{n}?at=99991231T235959",
                                  "event/{n}/change?at=99991231T235959", "people?back=http://["])  # fmt: skip
def test_no_address_breaks_the_calendar(company: Company, vera: Actor, page: str):
    number = plan(vera)
    assert company.client("employee").get(f"/calendar/{page.format(n=number)}").status_code in {200, 404}


def test_what_is_refused_of_one_occurrence_leaves_the_series_whole(company: Company, vera: Actor):
    number = plan(vera)
    client = company.client("employee")
    assert client.post(f"/calendar/event/{number}/do/hold?at=20300311T100000").status_code == 422
    assert "EXDATE" not in read.get(vera, shape_of("event"), number)["repeats"]


def test_what_stands_apart_keeps_its_place_in_a_series_that_moves(vera: Actor):
    series = plan(vera)
    apart = move_one(vera, series)
    to = {"starts_at": "2030-03-04T12:00+03:00", "ends_at": "2030-03-04T13:00+03:00"}
    occurrences.change(vera, Place(series, dt.datetime(2030, 3, 4, 10)), "all", to)
    row = read.get(vera, shape_of("event"), apart)
    assert row["occurrence_at"] == dt.datetime(2030, 3, 11, 9, tzinfo=dt.UTC)
    assert row["starts_at"] == dt.datetime(2030, 3, 12, 12, tzinfo=dt.UTC)
    assert "EXDATE:20300311T120000" in read.get(vera, shape_of("event"), series)["repeats"]


def test_a_series_has_room_for_many_exceptions_and_no_more(vera: Actor):
    start = dt.datetime(2030, 3, 5, 10)
    left_out = ",".join(f"{start + dt.timedelta(days=n * 3):%Y%m%dT%H%M%S}" for n in range(1_000))
    series = plan(vera, repeats=f"RRULE:FREQ=DAILY\nEXDATE:{left_out}")
    with pytest.raises(Invalid):
        occurrences.remove(vera, Place(series, start + dt.timedelta(days=1)), "one")


def test_who_has_declined_is_not_reminded(company: Company, vera: Actor):
    boss = company.actor("manager")
    number = plan(vera, repeats=None, attendees=[boss.user_id])
    invitations.decline(boss, number)
    deliver()
    reminders.fire(dt.datetime(2030, 3, 4, 6, 45, tzinfo=dt.UTC))
    told = Notification.objects.filter(kind="reminder").values_list("user_id", flat=True)
    assert list(told) == [vera.user_id]


def test_a_rule_that_never_happens_is_refused(company: Company, vera: Actor):
    with pytest.raises(Invalid) as refused:
        plan(vera, repeats="RRULE:FREQ=MONTHLY;BYDAY=5MO;BYMONTHDAY=1")
    assert [e.field for e in refused.value.errors] == ["repeats"]
    number = plan(vera, repeats="RRULE:FREQ=MONTHLY;BYDAY=1MO")
    with pytest.raises(Invalid):
        write.update(
            vera, shape_of("event"), number, {"repeats": "RRULE:FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30"}
        )
