"""One's own calendar on devices: events and series both ways, invitations answered, nobody else's secrets."""

import datetime as dt
import time

import pytest

from klientura.connectors.dav.tests.asking import Machine, machine
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.testing.company import Company, found_company
from klientura.kit.ics.reading import read as read_calendar
from klientura.modules.activities.services import exchange, occurrences
from klientura.modules.activities.services.occurrences import Place

pytestmark = pytest.mark.django_db
WHOLE = "BEGIN:VCALENDAR\r\nVERSION:2.0\r\nPRODID:x\r\n{events}END:VCALENDAR\r\n"
EVENT = "BEGIN:VEVENT\r\nUID:{uid}\r\nDTSTAMP:20260101T000000Z\r\nSUMMARY:{name}\r\n{more}END:VEVENT\r\n"
DAILY = "DTSTART;TZID=Europe/Moscow:20261201T100000\r\nDTEND;TZID=Europe/Moscow:20261201T103000\r\nRRULE:FREQ=DAILY;COUNT=5\r\n"


@pytest.fixture
def company() -> Company:
    return found_company()


def event(company: Company, who: str = "employee", **values: object) -> int:
    given = {
        "name": "Встреча",
        "starts_at": "2026-12-01T10:00:00+03:00",
        "ends_at": "2026-12-01T11:00:00+03:00",
        **values,
    }
    return write.create(company.actor(who), shape_of("event"), given)


def rows(company: Company) -> list[dict[str, object]]:
    keys = ["name", "owner", "starts_at", "repeats", "series", "occurrence_at", "accepted", "declined"]
    return read.page(company.actor("administrator"), shape_of("event"), sort="id", keys=keys).rows


def only(device: Machine) -> str:
    (name,) = device.names("calendar")
    return name


def test_ones_own_events_and_those_one_is_invited_to(company: Company) -> None:
    event(company, place="Переговорная")
    event(company, "manager", name="Планёрка", attendees=[company.users["employee"].pk])
    event(company, "outsider", name="Чужое")
    device = machine(company, "employee")
    texts = [device.text("calendar", name) for name in device.names("calendar")]
    assert len(texts) == 2
    (mine,) = [t for t in texts if "SUMMARY:Встреча" in t]
    assert "DTSTART;TZID=Europe/Moscow:20261201T100000" in mine
    assert "LOCATION:Переговорная" in mine
    (theirs,) = [t for t in texts if "SUMMARY:Планёрка" in t]
    assert "PARTSTAT=NEEDS-ACTION" in theirs
    assert f"mailto:{company.users['manager'].email}" in theirs.lower()


def test_an_event_made_moved_and_deleted_on_a_phone(company: Company) -> None:
    device = machine(company, "employee")
    alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:x\r\nTRIGGER:-PT15M\r\nEND:VALARM\r\n"
    times = "DTSTART;TZID=Europe/Moscow:20261201T100000\r\nDTEND;TZID=Europe/Moscow:20261201T110000\r\nX-APPLE-TRAVEL:5\r\n"
    assert (
        device.put(
            "calendar",
            "e1.ics",
            WHOLE.format(events=EVENT.format(uid="e-1", name="Визит", more=times + alarm)),
        )
        == 201
    )
    (row,) = rows(company)
    assert (row["name"], row["starts_at"]) == ("Визит", dt.datetime(2026, 12, 1, 7, tzinfo=dt.UTC))
    text = device.text("calendar", "e1.ics")
    for line in ("UID:e-1", "BEGIN:VALARM", "TRIGGER:-PT15M", "X-APPLE-TRAVEL:5"):
        assert line in text
    assert (
        device.put("calendar", "e1.ics", text.replace("T100000", "T120000").replace("T110000", "T130000"))
        == 204
    )
    (row,) = rows(company)
    assert row["starts_at"] == dt.datetime(2026, 12, 1, 9, tzinfo=dt.UTC)
    assert list(device.names("calendar")) == ["e1.ics"]
    assert device.ask("DELETE", "calendar/e1.ics").status_code == 200
    assert (rows(company), device.names("calendar")) == ([], {})
    assert (
        device.put(
            "calendar", "e1.ics", WHOLE.format(events=EVENT.format(uid="e-1", name="Снова", more=times))
        )
        == 201
    )
    assert [r["name"] for r in rows(company)] == ["Снова"]


def test_a_series_with_an_occurrence_that_differs_goes_both_ways(company: Company) -> None:
    device = machine(company, "employee")
    series = EVENT.format(uid="s-1", name="Звонок", more=DAILY)
    assert device.put("calendar", "s.ics", WHOLE.format(events=series)) == 201
    token, _changed, _gone = device.sync("calendar")
    (row,) = rows(company)
    place = Place(int(str(row["id"])), dt.datetime(2026, 12, 3, 10))
    occurrences.change(company.actor("employee"), place, "one", {"name": "Звонок директору"})
    assert device.sync("calendar", token)[1] == {"s.ics"}  # a part of a series is a change of the series
    text = device.text("calendar", "s.ics")
    assert text.count("BEGIN:VEVENT") == 2
    assert "RECURRENCE-ID;TZID=Europe/Moscow:20261203T100000" in text
    assert list(device.names("calendar")) == ["s.ics"]
    # The phone takes the difference back and leaves another day out.
    without = WHOLE.format(
        events=EVENT.format(
            uid="s-1", name="Звонок", more=DAILY + "EXDATE;TZID=Europe/Moscow:20261204T100000\r\n"
        )
    )
    assert device.put("calendar", "s.ics", without) == 204
    left = device.text("calendar", "s.ics")
    assert left.count("BEGIN:VEVENT") == 1
    assert "EXDATE;TZID=Europe/Moscow:20261204T100000" in left
    assert [r["name"] for r in rows(company)] == ["Звонок"]


def test_an_invitation_is_answered_and_nothing_else_of_it_changes(company: Company) -> None:
    vera = company.users["employee"]
    number = event(company, "manager", name="Планёрка", attendees=[vera.pk])
    device = machine(company, "employee")
    name = only(device)
    text = (
        device.text("calendar", name)
        .replace("PARTSTAT=NEEDS-ACTION", "PARTSTAT=ACCEPTED")
        .replace("SUMMARY:Планёрка", "SUMMARY:Моё")
    )
    assert device.put("calendar", name, text) == 204
    row = read.get(company.actor("manager"), shape_of("event"), number)
    assert (row["name"], [r.id for r in row["accepted"]]) == ("Планёрка", [vera.pk])
    assert "PARTSTAT=ACCEPTED" in device.text("calendar", name)
    assert (
        device.ask("DELETE", f"calendar/{name}").status_code == 200
    )  # declined, and gone from the phone alone
    row = read.get(company.actor("manager"), shape_of("event"), number)
    assert [r.id for r in row["declined"]] == [vera.pk]
    assert device.names("calendar") == {}
    assert len(machine(company, "manager").names("calendar")) == 1


def test_what_is_private_or_elsewhere_is_nobody_elses(company: Company) -> None:
    event(company, "employee", name="Врач", private=True)
    name = only(machine(company, "employee"))
    for who in ("manager", "colleague", "administrator"):
        other = machine(company, who)
        assert other.names("calendar") == {}
        assert other.ask("GET", f"calendar/{name}").status_code == 404


@pytest.mark.parametrize("more", [
    "", "DTSTART:вчера\r\n", "DTSTART:20261201T100000Z\r\nRRULE:FREQ=SECONDLY\r\n", "DTSTART:20261201T100000Z\r\nDTEND:20251201T100000Z\r\n",
    "DTSTART:20261201T100000Z\r\nRECURRENCE-ID:20261201T100000Z\r\n", "DTSTART:99991231T235959Z\r\n",
])  # fmt: skip
def test_bad_events_are_refused_and_break_nothing(company: Company, more: str) -> None:
    device = machine(company, "employee")
    answer = device.put("calendar", "q.ics", WHOLE.format(events=EVENT.format(uid="q", name="x", more=more)))
    assert answer in {201, 400, 403, 409, 412}
    assert device.ask("PROPFIND", "calendar/", depth="1").status_code == 207
    if answer != 201:
        assert rows(company) == []


def test_an_unknown_zone_and_the_hour_that_there_is_not(company: Company) -> None:
    device = machine(company, "employee")
    times = "DTSTART;TZID=Our/Office:20261201T100000\r\nDTEND;TZID=Our/Office:20261201T110000\r\n"
    assert (
        device.put("calendar", "z.ics", WHOLE.format(events=EVENT.format(uid="z", name="x", more=times)))
        == 201
    )
    gap = "DTSTART;TZID=Europe/Berlin:20270328T023000\r\nDTEND;TZID=Europe/Berlin:20270328T033000\r\n"
    assert (
        device.put("calendar", "g.ics", WHOLE.format(events=EVENT.format(uid="g", name="y", more=gap))) == 201
    )
    assert {r["starts_at"] for r in rows(company)} == {
        dt.datetime(2026, 12, 1, 7, tzinfo=dt.UTC), dt.datetime(2027, 3, 28, 1, 30, tzinfo=dt.UTC),
    }  # fmt: skip
    assert len(device.names("calendar")) == 2


@pytest.mark.parametrize("rule", [
    "FREQ=SECONDLY;BYMONTH=2;BYMONTHDAY=30", "FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30;COUNT=3",
    "FREQ=DAILY;COUNT=999999999", "FREQ=MINUTELY;UNTIL=20990101T000000Z",
])  # fmt: skip
def test_a_rule_without_end_or_day_keeps_nobody_busy(company: Company, rule: str) -> None:
    device = machine(company, "employee")
    more = f"DTSTART:20261201T100000Z\r\nRRULE:{rule}\r\n"
    begun = time.monotonic()
    assert (
        device.put("calendar", "q.ics", WHOLE.format(events=EVENT.format(uid="q", name="x", more=more)))
        == 400
    )
    todo = EVENT.format(uid="q", name="x", more=more).replace("VEVENT", "VTODO")
    assert device.put("tasks", "q.ics", WHOLE.format(events=todo)) == 400
    assert time.monotonic() - begun < 3


def test_one_outside_invitation_stands_in_two_calendars_with_the_notes_of_each(company: Company) -> None:
    vera, gleb = machine(company, "employee"), machine(company, "colleague")
    alarm = "BEGIN:VALARM\r\nACTION:DISPLAY\r\nDESCRIPTION:{}\r\nTRIGGER:-PT5M\r\nEND:VALARM\r\n"
    times = "DTSTART:20261201T100000Z\r\nDTEND:20261201T110000Z\r\n"
    for device, said in ((vera, "Вера"), (gleb, "Глеб")):
        text = WHOLE.format(events=EVENT.format(uid="out", name="Вебинар", more=times + alarm.format(said)))
        assert device.put("calendar", "out.ics", text) == 201
    assert "DESCRIPTION:Вера" in vera.text("calendar", "out.ics")
    assert "Вера" not in gleb.text("calendar", "out.ics")


def test_one_occurrence_without_its_series_is_changed_and_not_doubled(company: Company) -> None:
    device = machine(company, "employee")
    times = "RECURRENCE-ID:20261201T100000Z\r\nDTSTART:20261201T100000Z\r\nDTEND:20261201T110000Z\r\n"
    number = exchange.take_in(
        company.actor("employee"),
        read_calendar(
            WHOLE.format(events=EVENT.format(uid="ser", name="Раз", more=times)).encode(), "UTC"
        ).entries,
    )
    assert number.created == 1
    name = only(device)
    assert (
        device.put("calendar", name, device.text("calendar", name).replace("SUMMARY:Раз", "SUMMARY:Два"))
        == 204
    )
    assert [r["name"] for r in rows(company)] == ["Два"]


def test_two_devices_that_edit_one_event_offline(company: Company) -> None:
    event(company)
    first, second = machine(company, "employee"), machine(company, "employee")
    name = only(first)
    mark, text = first.names("calendar")[name], first.text("calendar", name)
    assert (
        first.put("calendar", name, text.replace("SUMMARY:Встреча", "SUMMARY:С первого"), if_match=mark)
        == 204
    )
    assert (
        second.put("calendar", name, text.replace("SUMMARY:Встреча", "SUMMARY:Со второго"), if_match=mark)
        == 412
    )
    assert [r["name"] for r in rows(company)] == ["С первого"]


def test_ones_own_series_sent_back_keeps_what_stands_apart_even_in_another_zone(company: Company) -> None:
    series = event(company, repeats="RRULE:FREQ=DAILY", zone="Europe/Moscow")
    vera = company.actor("employee")
    to = {"starts_at": "2026-12-02T15:00:00+03:00", "ends_at": "2026-12-02T16:00:00+03:00"}
    apart = occurrences.change(vera, Place(series, dt.datetime(2026, 12, 2, 10)), "one", to)
    write.update(vera, shape_of("event"), apart, {"zone": "Asia/Vladivostok"})
    device = machine(company, "employee")
    name = only(device)
    assert device.put("calendar", name, device.text("calendar", name)) == 204
    found = read.page(vera, shape_of("event"), sort="id", keys=["occurrence_at"]).rows
    assert [(r["id"], r["occurrence_at"]) for r in found] == [
        (series, None), (apart, dt.datetime(2026, 12, 2, 7, tzinfo=dt.UTC)),
    ]  # fmt: skip


@pytest.mark.parametrize(
    "field", ["owner", "attendees", "series", "repeats", "foreign_uid", "place", "accepted"]
)
def test_what_is_hidden_keeps_nothing_else_from_a_device(company: Company, field: str) -> None:
    mine = event(company, place="Переговорная", repeats="RRULE:FREQ=DAILY;COUNT=5")
    to = {"starts_at": "2026-12-02T15:00+03:00", "ends_at": "2026-12-02T16:00+03:00"}
    occurrences.change(
        company.actor("employee"),
        Place(mine, dt.datetime(2026, 12, 2, 10)),
        "one",
        {**to, "name": "Сдвинутая"},
    )
    attendees = [company.users["employee"].pk, company.users["outsider"].pk]
    event(company, "manager", name="Планёрка", attendees=attendees)
    event(company, "outsider", name="Чужое")
    company.hide("employee", "event", field)
    device = machine(company, "employee")
    text = "".join(device.text("calendar", name) for name in device.names("calendar")).replace("\r\n ", "")
    assert {name for name in ("Встреча", "Планёрка", "Сдвинутая", "Чужое") if f"SUMMARY:{name}" in text} == {
        "Встреча", "Планёрка", "Сдвинутая",
    }  # fmt: skip
    told = {
        "owner": "ORGANIZER", "attendees": "ATTENDEE", "series": "RECURRENCE-ID", "repeats": "RRULE", "place": "Переговорная",
    }.get(field)  # fmt: skip
    assert told is None or told not in text
    if field == "attendees":
        assert company.users["outsider"].email not in text
    if field == "owner":
        assert company.users["manager"].email not in text


@pytest.mark.parametrize(
    "field", ["owner", "attendees", "series", "foreign_uid", "place", "repeats", "private"]
)
def test_what_is_hidden_keeps_nobody_from_changing_and_answering(company: Company, field: str) -> None:
    mine = event(company, place="Переговорная", repeats="RRULE:FREQ=DAILY;COUNT=5")
    theirs = event(company, "manager", name="Планёрка", attendees=[company.users["employee"].pk])
    company.hide("employee", "event", field)
    device = machine(company, "employee")
    named = {("SUMMARY:Планёрка" in device.text("calendar", n)): n for n in device.names("calendar")}
    text = device.text("calendar", named[False]).replace("SUMMARY:Встреча", "SUMMARY:Другая")
    assert device.put("calendar", named[False], text) == 204
    row = read.get(company.actor("administrator"), shape_of("event"), mine)
    assert (row["name"], row["place"], row["repeats"]) == (
        "Другая",
        "Переговорная",
        "RRULE:FREQ=DAILY;COUNT=5",
    )
    assert device.ask("DELETE", f"calendar/{named[True]}").status_code == 200
    row = read.get(company.actor("manager"), shape_of("event"), theirs)
    assert [u.id for u in row["declined"]] == [company.users["employee"].pk]
