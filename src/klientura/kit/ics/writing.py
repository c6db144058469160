"""Entries as an iCalendar text."""

import datetime as dt
from collections.abc import Iterable
from typing import Final
from zoneinfo import ZoneInfo

import icalendar

from klientura.kit.ics.entries import Entry, Guest
from klientura.kit.recurrence.rules import moment_of, parse

PRODUCT: Final = "-//Klientura//Klientura//RU"
ANSWERS: Final = {
    "accepted": "ACCEPTED", "tentative": "TENTATIVE", "declined": "DECLINED", "waiting": "NEEDS-ACTION",
}  # fmt: skip


def write(entries: Iterable[Entry], *, method: str = "", name: str = "") -> bytes:
    """A whole calendar; `method` makes it a letter of RFC 5546 (REQUEST, CANCEL, REPLY)."""
    calendar = icalendar.Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    if method:
        calendar.add("method", method)
    if name:
        calendar.add("x-wr-calname", name)
        calendar.add("name", name)
    for entry in entries:
        calendar.add_component(_event(entry))
    calendar.add_missing_timezones()
    text: bytes = calendar.to_ical()
    return text


def _event(entry: Entry) -> icalendar.Event:
    made = icalendar.Event()
    zone = ZoneInfo(entry.zone)

    def when(local: dt.datetime) -> dt.date:
        return local.date() if entry.all_day else local.replace(tzinfo=zone)

    made.add("uid", entry.uid)
    made.add("dtstamp", (entry.stamp or dt.datetime.now(dt.UTC)).astimezone(dt.UTC))
    made.add("summary", entry.name)
    made.add("dtstart", when(entry.starts))
    made.add("dtend", when(entry.ends))
    made.add("sequence", entry.sequence)
    made.add("status", "CANCELLED" if entry.cancelled else "CONFIRMED")
    made.add("transp", "TRANSPARENT" if entry.free else "OPAQUE")
    if entry.private:
        made.add("class", "PRIVATE")
    if entry.place:
        made.add("location", entry.place)
    if entry.description:
        made.add("description", entry.description)
    if entry.occurrence is not None:
        made.add("recurrence-id", when(entry.occurrence))
    _add_recurrence(made, entry, zone)
    if entry.organiser is not None:
        made.add("organizer", _address(entry.organiser))
    for guest in entry.guests:
        address = _address(guest)
        address.params["PARTSTAT"] = icalendar.vText(ANSWERS[guest.answer])
        address.params["RSVP"] = icalendar.vText("TRUE")
        address.params["ROLE"] = icalendar.vText("REQ-PARTICIPANT")
        made.add("attendee", address, encode=False)
    return made


def _add_recurrence(made: icalendar.Event, entry: Entry, zone: ZoneInfo) -> None:
    if not entry.recurrence:
        return
    found = parse(entry.recurrence)
    if found.rule is not None:
        made.add("rrule", icalendar.vRecur.from_ical(found.rule.text(None if entry.all_day else zone)))
    if found.extra:
        made.add("rdate", [m.date() if entry.all_day else m.replace(tzinfo=zone) for m in found.extra])
    # A date without a time leaves out what begins on it: other programs are told the very moment.
    moments = sorted({m if isinstance(m, dt.datetime) else moment_of(m).replace(hour=entry.starts.hour, minute=entry.starts.minute)
                      for m in found.without})  # fmt: skip
    if moments:
        made.add("exdate", [m.date() if entry.all_day else m.replace(tzinfo=zone) for m in moments])


def _address(guest: Guest) -> icalendar.vCalAddress:
    address = icalendar.vCalAddress(f"mailto:{guest.address}")
    if guest.name:
        address.params["CN"] = icalendar.vText(guest.name)
    return address
