"""An iCalendar text as entries. What is broken is told and left out; the rest is read all the same."""

import datetime as dt
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

import icalendar

from klientura.kit.ics.entries import BadCalendar, BadEntry, Calendar, Entry, Guest
from klientura.kit.recurrence.rules import BadRule, parse

LARGEST: Final = 4_000_000
MOST: Final = 5_000
DAY: Final = dt.timedelta(days=1)
LONGEST: Final = dt.timedelta(days=366)
ANSWERS: Final = {"ACCEPTED": "accepted", "TENTATIVE": "tentative", "DECLINED": "declined"}
# What icalendar raises for values that cannot be made out.
FAULTS: Final = (ValueError, TypeError, AttributeError, KeyError, IndexError, OverflowError)


def read(text: bytes, zone: str) -> Calendar:
    """Read a calendar; `zone` holds for times that name none, or one that nobody knows. Raises BadCalendar."""
    if len(text) > LARGEST:
        raise BadCalendar("too_large")
    try:
        found = icalendar.Calendar.from_ical(text, multiple=True)
    except FAULTS as failed:
        raise BadCalendar("none") from failed
    calendars = [c for c in found if c.name == "VCALENDAR"]
    if not calendars:
        raise BadCalendar("none")
    entries: list[Entry] = []
    bad: list[BadEntry] = []
    for component in [c for calendar in calendars for c in calendar.walk("VEVENT")][:MOST]:
        try:
            entries.append(_entry(component, zone))
        except BadRule:
            bad.append(BadEntry(_text(component, "summary")[:300], "rule"))
        except _NoStart:
            bad.append(BadEntry(_text(component, "summary")[:300], "no_start"))
        except FAULTS:
            bad.append(BadEntry(_text(component, "summary")[:300], "broken"))
    return Calendar(_text(calendars[0], "method").upper(), tuple(entries), tuple(bad))


class _NoStart(Exception):
    """An entry that does not say when it begins."""


def _entry(component: Any, default: str) -> Entry:
    start = component.get("dtstart")
    if start is None:
        raise _NoStart
    notes: list[str] = []
    zone = _zone(start, default, notes)
    begins = start.dt
    all_day = not isinstance(begins, dt.datetime)
    starts = _local(begins, zone)
    ends = _end(component, starts, zone, all_day=all_day)
    if ends < starts:
        notes.append("ends")
        ends = starts + (DAY if all_day else dt.timedelta(hours=1))
    if ends - starts > LONGEST:
        notes.append("ends")
        ends = starts + LONGEST
    occurrence = component.get("recurrence-id")
    return Entry(
        uid=_text(component, "uid")[:300],
        name=_text(component, "summary")[:300],
        starts=starts,
        ends=ends,
        zone=zone.key,
        all_day=all_day,
        recurrence=_recurrence(component, zone),
        occurrence=_local(occurrence.dt, zone) if occurrence is not None else None,
        place=_text(component, "location")[:300],
        description=_text(component, "description")[:20_000],
        sequence=_number(component, "sequence"),
        cancelled=_text(component, "status").upper() == "CANCELLED",
        free=_text(component, "transp").upper() == "TRANSPARENT",
        private=_text(component, "class").upper() in {"PRIVATE", "CONFIDENTIAL"},
        organiser=next(iter(_guests(component, "organizer")), None),
        guests=tuple(_guests(component, "attendee")),
        notes=tuple(notes),
    )


def _zone(value: Any, default: str, notes: list[str]) -> ZoneInfo:
    """The zone of a time. One that is not known is told, and the reader's own holds."""
    moment = value.dt
    known = getattr(getattr(moment, "tzinfo", None), "key", "")
    if known:
        # UTC alone says nothing of where it is: what repeats does so by the reader's clock.
        return ZoneInfo(default if known == "UTC" else known)
    if "TZID" in value.params and isinstance(moment, dt.datetime):
        try:
            return ZoneInfo(str(value.params["TZID"]))
        except (ZoneInfoNotFoundError, ValueError, OSError):
            notes.append("zone")
    return ZoneInfo(default)


def _local(at: dt.date, zone: ZoneInfo) -> dt.datetime:
    if not isinstance(at, dt.datetime):
        return dt.datetime.combine(at, dt.time())
    return at.astimezone(zone).replace(tzinfo=None) if at.tzinfo is not None else at


def _end(component: Any, starts: dt.datetime, zone: ZoneInfo, *, all_day: bool) -> dt.datetime:
    if component.get("dtend") is not None:
        return _local(component.get("dtend").dt, zone)
    if component.get("duration") is not None:
        lasting: dt.timedelta = component.get("duration").dt
        return starts + lasting
    return starts + (DAY if all_day else dt.timedelta(0))


def _recurrence(component: Any, zone: ZoneInfo) -> str:
    lines = []
    rule = component.get("rrule")
    if isinstance(rule, list):
        raise BadRule("text")  # several rules in one entry were given up by RFC 5545
    if rule is not None:
        lines.append(f"RRULE:{rule.to_ical().decode()}")
    for name in ("rdate", "exdate"):
        given = component.get(name)
        for many in given if isinstance(given, list) else [given] if given is not None else []:
            for each in many.dts:
                at = each.dt[0] if isinstance(each.dt, tuple) else each.dt
                plain = not isinstance(at, dt.datetime)
                text = f"{at:%Y%m%d}" if plain else f"{_local(at, zone):%Y%m%dT%H%M%S}"
                lines.append(f"{name.upper()}{';VALUE=DATE' if plain else ''}:{text}")
    if not lines:
        return ""
    if not any(line.startswith(("RRULE", "RDATE")) for line in lines):
        return ""
    return parse("\n".join(lines), zone).text()


def _guests(component: Any, name: str) -> list[Guest]:
    given = component.get(name)
    found = []
    for each in given if isinstance(given, list) else [given] if given is not None else []:
        address = str(each).strip()
        if address.lower().startswith("mailto:"):
            params = getattr(each, "params", {})
            answer = ANSWERS.get(str(params.get("PARTSTAT", "")).upper(), "waiting")
            found.append(Guest(address[7:].strip().lower(), str(params.get("CN", ""))[:200], answer))
    return found


def _text(component: Any, name: str) -> str:
    try:
        value = component.get(name)
        return (
            ""
            if value is None
            else str(value[0] if isinstance(value, list) else value).replace("\x00", "").strip()
        )
    except FAULTS:
        return ""


def _number(component: Any, name: str) -> int:
    text = _text(component, name)
    return int(text) if text.isascii() and text.isdigit() and len(text) < 9 else 0
