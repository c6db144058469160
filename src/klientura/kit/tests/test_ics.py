"""iCalendar: what is written is read back; what is broken is told and the rest is read."""

import datetime as dt

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from klientura.kit.ics.entries import BadCalendar, Entry, Guest
from klientura.kit.ics.reading import read
from klientura.kit.ics.writing import write

unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
TEN, ELEVEN = dt.datetime(2026, 3, 2, 10), dt.datetime(2026, 3, 2, 11)
ENTRY = Entry("1@example.org", "Встреча; «Ромашка», дом 1\nэтаж 2", TEN, ELEVEN, "Europe/Moscow")


def calendar(*lines: str) -> bytes:
    return "\r\n".join(["BEGIN:VCALENDAR", "VERSION:2.0", *lines, "END:VCALENDAR", ""]).encode()


def event(*lines: str) -> bytes:
    return calendar("BEGIN:VEVENT", *lines, "END:VEVENT")


ENTRIES = st.builds(
    Entry,
    uid=st.just("5@example.org"),
    name=st.text(alphabet=st.characters(exclude_categories=("Cs", "Cc")), max_size=60).map(lambda t: " ".join(t.split())),
    starts=st.just(dt.datetime(2026, 3, 2, 10)),
    ends=st.datetimes(dt.datetime(2026, 3, 2, 10), dt.datetime(2026, 3, 9)).map(lambda m: m.replace(second=0, microsecond=0)),
    zone=st.sampled_from(("Europe/Moscow", "Europe/Berlin", "America/New_York")),
    recurrence=st.sampled_from(
        ("", "RRULE:FREQ=WEEKLY;UNTIL=20260601T100000;BYDAY=MO,WE", "RRULE:FREQ=DAILY;COUNT=5\nRDATE:20260315T120000\nEXDATE:20260303T100000")
    ),
    place=st.sampled_from(("", "Зал, 2; этаж 3")),
    free=st.booleans(),
    private=st.booleans(),
    cancelled=st.booleans(),
    sequence=st.integers(0, 99),
    guests=st.sampled_from(((), (Guest("a@example.org", "Анна, Ким", "accepted"), Guest("b@example.org")))),
)  # fmt: skip


@unhurried
@given(ENTRIES)
def test_what_is_written_is_read_back(entry: Entry) -> None:
    found = read(write([entry]), "Asia/Tokyo")
    assert found.bad == ()
    assert found.entries == (entry,)


def test_whole_days_stay_dates() -> None:
    first, after = dt.datetime(2026, 3, 2), dt.datetime(2026, 3, 5)
    yearly = "RRULE:FREQ=YEARLY\nEXDATE;VALUE=DATE:20270302"
    day = Entry("2@x", "Отпуск", first, after, "Europe/Moscow", all_day=True, recurrence=yearly)
    text = write([day])
    assert b"DTSTART;VALUE=DATE:20260302" in text and b"DTEND;VALUE=DATE:20260305" in text
    back = read(text, "Asia/Tokyo").entries[0]
    assert (back.starts, back.ends, back.all_day) == (day.starts, day.ends, True)


def test_a_letter_says_its_method() -> None:
    assert read(write([ENTRY], method="REQUEST"), "UTC").method == "REQUEST"


def test_an_unknown_zone_is_told_and_the_readers_own_holds() -> None:
    found = read(
        event("UID:1", "DTSTART;TZID=Nowhere/Land:20260302T100000", "SUMMARY:А"), "Europe/Moscow"
    ).entries[0]
    assert (found.zone, found.starts, found.notes) == (
        "Europe/Moscow",
        dt.datetime(2026, 3, 2, 10),
        ("zone",),
    )


def test_the_zones_of_outlook_are_known() -> None:
    found = read(
        event("UID:1", "DTSTART;TZID=Russian Standard Time:20260302T100000", "SUMMARY:А"), "Asia/Tokyo"
    ).entries[0]
    assert (found.zone, found.notes) == ("Europe/Moscow", ())


def test_utc_is_told_by_the_readers_clock() -> None:
    found = read(
        event("UID:1", "DTSTART:20260302T070000Z", "DURATION:PT30M", "SUMMARY:А"), "Europe/Moscow"
    ).entries[0]
    assert (found.starts, found.ends) == (dt.datetime(2026, 3, 2, 10), dt.datetime(2026, 3, 2, 10, 30))


@pytest.mark.parametrize(
    ("lines", "code"),
    [
        (("UID:1", "SUMMARY:Плохое"), "no_start"),
        (("UID:1", "DTSTART:вчера", "SUMMARY:Плохое"), "broken"),
        (("UID:1", "DTSTART:20260302T100000", "RRULE:FREQ=HOURLY", "SUMMARY:Плохое"), "rule"),
    ],
)
def test_one_bad_entry_stops_no_other(lines: tuple[str, ...], code: str) -> None:
    text = calendar(
        "BEGIN:VEVENT",
        *lines,
        "END:VEVENT",
        "BEGIN:VEVENT",
        "UID:2",
        "DTSTART:20260302T100000",
        "SUMMARY:Хорошее",
        "END:VEVENT",
    )
    found = read(text, "Europe/Moscow")
    assert [(b.name, b.code) for b in found.bad] == [("Плохое", code)]
    assert [e.name for e in found.entries] == ["Хорошее"]


@pytest.mark.parametrize(
    "text", [b"", b"hello", b"\xff\xfe\x00", b"BEGIN:VCARD\r\nEND:VCARD\r\n", b"x" * 5_000_000]
)
def test_what_is_no_calendar(text: bytes) -> None:
    with pytest.raises(BadCalendar):
        read(text, "Europe/Moscow")


@unhurried
@given(st.lists(st.sampled_from(("BEGIN:VEVENT", "END:VEVENT", "UID:1", "DTSTART:20260302", "DTEND:20250101", "RRULE:FREQ=DAILY;COUNT=0",
       "EXDATE:x", "RDATE;VALUE=PERIOD:20260302T100000Z/PT1H", "DURATION:-P1D", "ATTENDEE:нет", "SEQUENCE:-", "RECURRENCE-ID:1", "BEGIN:VCALENDAR")),
       max_size=12))  # fmt: skip
def test_any_mixture_is_read_or_told(lines: list[str]) -> None:
    try:
        found = read(calendar(*lines), "Europe/Moscow")
    except BadCalendar:
        return
    for entry in found.entries:
        assert entry.ends >= entry.starts
