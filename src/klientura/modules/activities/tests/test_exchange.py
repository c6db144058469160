"""Calendars of other programs: the secret address, files taken in and given out; nothing is doubled, nothing leaks."""

import datetime as dt
import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import User
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company
from klientura.kit.ics.reading import read as read_calendar
from klientura.kit.ics.writing import write as write_calendar
from klientura.modules.activities.queries.calendar import events_of
from klientura.modules.activities.services import exchange, occurrences
from klientura.modules.activities.services.occurrences import Place

pytestmark = pytest.mark.django_db
TOMORROW = (dt.datetime.now(dt.UTC) + dt.timedelta(days=1)).date()

FILE_OF_ONE = (
    "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\nBEGIN:VEVENT\r\nUID:abc@x\r\nSUMMARY:Созвон\r\n"
    "DTSTART;TZID=Europe/Moscow:20300304T100000\r\nDTEND;TZID=Europe/Moscow:20300304T110000\r\n{more}"
    "END:VEVENT\r\nEND:VCALENDAR\r\n"
)


@pytest.fixture
def vera(company: Company) -> Actor:
    """An employee with a calendar."""
    return company.actor("employee")


def plan(actor: Actor, name: str = "Планёрка", **more: Any) -> int:
    values = {
        "name": name,
        "starts_at": f"{TOMORROW}T10:00",
        "ends_at": f"{TOMORROW}T11:00",
        "zone": "Europe/Moscow",
    }
    with timezone.override("Europe/Moscow"):
        return write.create(actor, shape_of("event"), {**values, **more})


def address_of(client: Client) -> str:
    page = client.post("/calendar/feed", {"act": "make"}).content.decode()
    found = re.search(r"/feeds/[\w-]+\.ics", page)
    assert found
    return found[0]


def names(text: bytes) -> list[str]:
    return sorted(e.name for e in read_calendar(text, "Europe/Moscow").entries)


def test_the_secret_address_gives_ones_own_calendar_and_no_other(company: Company, vera: Actor):
    plan(vera, "Моя встреча")
    plan(vera, "Моё личное", private=True)
    plan(company.actor("manager"), "Чужая")
    plan(company.actor("manager"), "С моим участием", attendees=[vera.user_id])
    address = address_of(company.client("employee"))
    answer = Client().get(address)
    assert (answer.status_code, answer["Content-Type"]) == (200, "text/calendar; charset=utf-8")
    assert names(answer.content) == ["Моя встреча", "Моё личное", "С моим участием"]
    assert b"CLASS:PRIVATE" in answer.content
    assert "no-store" in answer["Cache-Control"]


def test_an_address_ends_with_the_next_with_a_revocation_and_with_its_user(company: Company, vera: Actor):
    client = company.client("employee")
    first = address_of(client)
    second = address_of(client)
    assert [Client().get(a).status_code for a in (first, second)] == [404, 200]
    assert second not in client.get("/calendar/feed").content.decode(), "it is shown once"
    User.objects.filter(pk=vera.user_id or 0).update(is_active=False)
    assert Client().get(second).status_code == 404
    User.objects.filter(pk=vera.user_id or 0).update(is_active=True)
    company.client("employee").post("/calendar/feed", {"act": "revoke"})
    assert Client().get(second).status_code == 404
    assert Client().get("/feeds/x.ics").status_code == 404


def test_a_series_goes_out_with_what_differs(company: Company, vera: Actor):
    number = plan(vera, repeats="FREQ=DAILY;COUNT=4")
    second = dt.datetime.combine(TOMORROW + dt.timedelta(days=1), dt.time(10))
    third = second + dt.timedelta(days=1)
    with timezone.override("Europe/Moscow"):
        occurrences.change(vera, Place(number, second), "one", {"starts_at": f"{second:%Y-%m-%d}T15:00"})
        occurrences.remove(vera, Place(number, third), "one")
    text = Client().get(address_of(company.client("employee"))).content
    found = read_calendar(text, "Asia/Tokyo").entries
    whole = next(e for e in found if e.recurrence)
    apart = next(e for e in found if e.occurrence)
    assert (apart.uid, apart.occurrence, apart.starts.hour) == (whole.uid, second, 15)
    assert f"EXDATE:{third:%Y%m%dT%H%M%S}" in whole.recurrence
    assert f"{second:%Y%m%dT}" not in whole.recurrence


FILE = """BEGIN:VCALENDAR
VERSION:2.0
BEGIN:VEVENT
UID:abc@google.com
DTSTART;TZID=Europe/Berlin:20260323T100000
DTEND;TZID=Europe/Berlin:20260323T110000
RRULE:FREQ=WEEKLY;COUNT=3
SUMMARY:Еженедельный созвон
END:VEVENT
BEGIN:VEVENT
UID:abc@google.com
RECURRENCE-ID;TZID=Europe/Berlin:20260330T100000
DTSTART;TZID=Europe/Berlin:20260330T140000
DTEND;TZID=Europe/Berlin:20260330T150000
SUMMARY:Еженедельный созвон (перенесён)
END:VEVENT
BEGIN:VEVENT
UID:day@google.com
DTSTART;VALUE=DATE:20260327
DTEND;VALUE=DATE:20260328
SUMMARY:День рождения
END:VEVENT
BEGIN:VEVENT
UID:lost@google.com
DTSTART;TZID=Nowhere/Land:20260324T100000
SUMMARY:Где-то
END:VEVENT
BEGIN:VEVENT
UID:bad@google.com
SUMMARY:Без начала
END:VEVENT
END:VCALENDAR
""".replace("\n", "\r\n")  # fmt: skip


def shown(actor: Actor) -> list[str]:
    with timezone.override("Europe/Moscow"):
        found = events_of(actor, [actor.user_id or 0], dt.date(2026, 3, 20), dt.date(2026, 4, 20))
    return [f"{i.begins:%d.%m %H:%M} {i.title}" for i in found]


EXPECTED = [
    "23.03 12:00 Еженедельный созвон", "24.03 10:00 Где-то", "27.03 00:00 День рождения", "30.03 15:00 Еженедельный созвон (перенесён)",
    "06.04 11:00 Еженедельный созвон",
]  # fmt: skip


def test_a_file_is_looked_at_and_taken_in_once(company: Company, vera: Actor):
    client = company.client("employee")
    looked = client.post("/calendar/import", {"file": SimpleUploadedFile("c.ics", FILE.encode())})
    page = looked.content.decode()
    assert "Еженедельный созвон" in page and "Без начала" in page and shown(vera) == []
    for times in ("4 события добавлено", "4 события уже были"):
        result = client.post("/calendar/import", {"text": FILE}).content.decode()
        assert shown(vera) == EXPECTED, times
        assert "Без начала" in result
    changed = FILE.replace("SUMMARY:День рождения", "SUMMARY:Юбилей")
    client.post("/calendar/import", {"text": changed})
    assert "27.03 00:00 Юбилей" in shown(vera) and len(shown(vera)) == 5


def test_what_one_gives_out_comes_back_to_the_same_event(company: Company, vera: Actor):
    number = plan(vera, "Наша")
    client = company.client("employee")
    text = client.get(f"/calendar/event/{number}/ics").content.decode()
    client.post("/calendar/import", {"text": text.replace("Наша", "Наша и ваша")})
    rows = read.page(vera, shape_of("event")).rows
    assert [(r["id"], r["name"]) for r in rows] == [(number, "Наша и ваша")]


def test_two_people_take_the_same_file(company: Company, vera: Actor):
    for who in ("employee", "manager"):
        company.client(who).post("/calendar/import", {"text": FILE})
    assert shown(company.actor("manager")) == shown(vera) == EXPECTED


@pytest.mark.parametrize("text", ["", "привет", "BEGIN:VCARD\r\nEND:VCARD", "x" * 1_100_000])
def test_what_is_no_calendar_is_refused_in_words(company: Company, text: str):
    answer = company.client("employee").post(
        "/calendar/import", {"file": SimpleUploadedFile("c.ics", text.encode())}
    )
    assert answer.status_code == 422


def test_a_closed_event_is_no_file_either(company: Company, vera: Actor):
    number = plan(vera, private=True)
    assert company.client("administrator").get(f"/calendar/event/{number}/ics").status_code == 404


def moved_once(actor: Actor) -> tuple[int, int]:
    """A weekly series and one occurrence of it that was moved: the numbers of both."""
    series = write.create(actor, shape_of("event"), {
        "name": "Созвон", "starts_at": "2030-03-04T10:00+03:00", "ends_at": "2030-03-04T11:00+03:00", "zone": "Europe/Moscow",
        "repeats": "RRULE:FREQ=WEEKLY;BYDAY=MO",
    })  # fmt: skip
    moved = {"starts_at": "2030-03-12T15:00+03:00", "ends_at": "2030-03-12T16:00+03:00"}
    return series, occurrences.change(actor, Place(series, dt.datetime(2030, 3, 11, 10)), "one", moved)


def test_ones_own_series_comes_back_without_doubling_what_was_moved(vera: Actor):
    series, apart = moved_once(vera)
    before = read.page(vera, shape_of("event"), sort="id").rows
    given = exchange.calendar_of(vera, since=timezone.now())
    taken = exchange.take_in(vera, read_calendar(write_calendar(given), "Europe/Moscow").entries)
    assert (taken.created, taken.changed, taken.unchanged, taken.refused) == (0, 0, 2, [])
    rows = read.page(vera, shape_of("event"), sort="id").rows
    assert [r["id"] for r in rows] == [series, apart]
    assert [r["repeats"] for r in rows] == [r["repeats"] for r in before]


def test_a_file_taken_in_again_brings_back_nothing_that_was_left_out_since(vera: Actor):
    entries = read_calendar(
        FILE_OF_ONE.format(more="RRULE:FREQ=WEEKLY\r\n").encode(), "Europe/Moscow"
    ).entries
    exchange.take_in(vera, entries)
    (number,) = [r["id"] for r in read.page(vera, shape_of("event")).rows]
    occurrences.remove(vera, Place(number, dt.datetime(2030, 3, 11, 10)), "one")
    exchange.take_in(vera, entries)
    assert "EXDATE:20300311T100000" in read.get(vera, shape_of("event"), number)["repeats"]
    exchange.take_in(vera, entries, whole=True)
    assert "EXDATE" not in read.get(vera, shape_of("event"), number)["repeats"]


def test_a_known_event_is_called_off_by_a_file_and_stays_private(vera: Actor):
    def take(more: str) -> exchange.Taken:
        text = FILE_OF_ONE.format(more=more).encode()
        return exchange.take_in(vera, read_calendar(text, "Europe/Moscow").entries)

    take("")
    (number,) = [r["id"] for r in read.page(vera, shape_of("event")).rows]
    write.update(vera, shape_of("event"), number, {"private": True})
    take("")
    row = read.get(vera, shape_of("event"), number)
    assert (row["private"], row["status"]) == (True, "planned")
    assert take("STATUS:CANCELLED\r\n").changed == 1
    assert read.get(vera, shape_of("event"), number)["status"] == "cancelled"


def test_a_rule_that_goes_on_to_the_last_year_is_taken_in(company: Company, vera: Actor):
    text = FILE_OF_ONE.format(more="RRULE:FREQ=YEARLY;UNTIL=99991231T235959\r\n")
    assert company.client("employee").post("/calendar/import", {"text": text}).status_code == 200
    (row,) = read.page(vera, shape_of("event"), keys=["repeats", "over_at"]).rows
    assert "UNTIL=9999" in row["repeats"] and row["over_at"] is None
