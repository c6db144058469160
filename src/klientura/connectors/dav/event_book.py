"""One's own calendar on other machines: events and whole series, changed there as their owner may, answered as who is invited."""

import datetime as dt
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

import icalendar
from django.utils.translation import gettext_lazy as _
from psycopg import sql

from klientura.connectors.dav.calendars import parsed
from klientura.kernel.access.actor import Actor, SystemActor
from klientura.kernel.access.gate import Predicate
from klientura.kernel.access.models import User
from klientura.kernel.errors import Denied
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store import read, write
from klientura.kernel.store.read import Ref, Row
from klientura.kit.ics.entries import Calendar, Entry, Guest
from klientura.kit.ics.reading import read as read_calendar
from klientura.kit.ics.writing import write as write_calendar
from klientura.modules.activities.enums import ANSWERS as ANSWER_KEYS
from klientura.modules.activities.services import exchange, invitations, occurrences
from klientura.modules.activities.services.occurrences import Place

EVENTS = _("Calendar")
PARTSTAT: Final = {"ACCEPTED": "accepted", "TENTATIVE": "tentative", "DECLINED": "declined"}
PAGE: Final = 200
KEEPER: Final = SystemActor("an event is found by its name on a device")


class BadEvent(ValueError):
    """What was sent is no event that can be kept."""


def texts(
    actor: Actor, ids: Sequence[int], uids: Mapping[int, str], kept: Mapping[int, str]
) -> dict[int, str]:
    """Some events and series, each with its occurrences that differ, and with what its machine noted besides."""
    by_series: dict[int, list[Row]] = defaultdict(list)
    for row in _rows(actor, ids):
        series = row.get("series")
        by_series[series.id if isinstance(series, Ref) and series.id in uids else row["id"]].append(row)
    found = {}
    addresses = _addresses([row for rows in by_series.values() for row in rows])
    for number, rows in by_series.items():
        if number in uids:
            named = [
                _with_people(entry, row, addresses)
                for entry, row in zip(exchange.entries(rows), rows, strict=True)
            ]
            text = write_calendar(named).decode()
            found[number] = with_notes(text, kept.get(number, ""))
    return found


def _addresses(rows: Sequence[Row]) -> dict[int, Guest]:
    """The colleagues of some events by their numbers, with their addresses; one query."""
    numbers = {
        each.id for row in rows for each in (row["owner"], *(row["attendees"] or ())) if isinstance(each, Ref)
    }
    known = User.objects.filter(pk__in=numbers).values_list("pk", "email", "name")
    return {number: Guest(email, name) for number, email, name in known}


def _with_people(entry: Entry, row: Row, addresses: Mapping[int, Guest]) -> Entry:
    """The entry with whoever called for it and whoever is invited, so that a machine offers to answer."""
    if not row["attendees"]:
        return entry
    said = {each.id: key for key in ANSWER_KEYS for each in row[key] or ()}
    guests = [
        replace(addresses[each.id], answer=said.get(each.id, "waiting"))
        for each in row["attendees"]
        if each.id in addresses
    ]
    organiser = addresses.get(row["owner"].id) if isinstance(row["owner"], Ref) else None
    return replace(entry, organiser=organiser, guests=tuple(guests))


def _rows(actor: Actor, ids: Sequence[int]) -> list[Row]:
    wanted = Predicate(sql.SQL("(r.id = any(%s) or r.series_id = any(%s))"), (list(ids), list(ids)))
    rows: list[Row] = []
    after: str | None = None
    while True:
        page = read.page(
            actor,
            shape_of("event"),
            more=[wanted],
            sort="id",
            limit=PAGE,
            after=after,
            keys=exchange.keys_of(actor),
        )
        rows += [dict.fromkeys(exchange.KEYS) | row for row in page.rows if row.get("starts_at")]
        after = page.next
        if after is None:
            return rows


def with_notes(text: str, kept: str) -> str:
    """The text with the alarms, categories and private properties that a machine sent for the same occurrences."""
    if not kept:
        return text
    try:
        sent = {_occurrence(e): e for e in parsed(kept).walk("VEVENT")}
    except ValueError:
        return text
    calendar = parsed(text)
    for event in calendar.walk("VEVENT"):
        before = sent.get(_occurrence(event))
        if before is None:
            continue
        for name, value in before.property_items(recursive=False, sorted=False):
            if (name.startswith("X-") or name == "CATEGORIES") and name not in event:
                event.add(name, value, encode=False)
        event.subcomponents += [c for c in before.subcomponents if c.name == "VALARM"]
    told: bytes = calendar.to_ical()
    return told.decode()


def _occurrence(event: Any) -> str:
    moment = event.get("recurrence-id")
    return moment.to_ical().decode() if moment is not None else ""


def put(actor: Actor, record_id: int | None, text: str) -> int:
    """Make or change an event or a series. From who is invited only their answer is taken. Raises BadEvent, KernelError."""
    calendar = read_calendar(text.encode(), actor.time_zone)
    uids = {e.uid for e in calendar.entries}
    if calendar.bad or len(uids) != 1:
        raise BadEvent("; ".join(b.code for b in calendar.bad) or "one UID is expected")
    if record_id is not None and not _is_mine(actor, record_id):
        return _answered(actor, record_id, text)
    given = calendar.entries if record_id is None else _named_alike(actor, record_id, calendar.entries)
    taken = exchange.take_in(actor, given, whole=True)
    if taken.refused:
        raise BadEvent("; ".join(f"{name}: {why}" for name, why in taken.refused))
    number = record_id if record_id is not None else _made(actor, calendar)
    _gather(actor, number, calendar.entries)
    return number


def remove(actor: Actor, record_id: int) -> None:
    """One's own event goes to the trash, an invitation is declined."""
    if _is_mine(actor, record_id):
        occurrences.remove(actor, Place(record_id, None), "all")
    else:
        invitations.answer(actor, record_id, "declined")


def _named_alike(actor: Actor, record_id: int, entries: Sequence[Entry]) -> Sequence[Entry]:
    """One occurrence that came without its series is sent without saying so: it is given its moment back, to be found by."""
    # By which name a machine knows it, that machine has told us itself.
    row = read.get(KEEPER, shape_of("event"), record_id, keys=["foreign_uid"])
    uid, mark, at = str(row["foreign_uid"] or "").partition("#")
    if not mark or len(entries) != 1 or entries[0].uid != uid or entries[0].occurrence is not None:
        return entries
    return [replace(entries[0], occurrence=dt.datetime.strptime(at[:15], "%Y%m%dT%H%M%S"))]


def _is_mine(actor: Actor, record_id: int) -> bool:
    """Whether it is the actor's own, also where they may not see whose events are."""
    shape = shape_of("event")
    mine = Predicate(sql.SQL("r.id = %s and r.owner_id = %s"), (record_id, actor.user_id))
    read.get(actor, shape, record_id, keys=["id"])
    return bool(read.page(actor, shape, more=[mine], sort="id", limit=1, keys=["id"]).rows)


def _made(actor: Actor, calendar: Calendar) -> int:
    name = calendar.entries[0].uid
    found = exchange.known_by_name(actor, [name])
    if name not in found:
        raise BadEvent("an occurrence came without its series")
    return found[name]


def _gather(actor: Actor, series_id: int, sent: Sequence[Entry]) -> None:
    """Occurrences that stood by themselves and were not sent again are no longer apart: their series says how they are."""
    named = [e for e in sent if e.occurrence is not None]
    gone = [
        row["id"]
        for row in exchange.apart_of(actor, [series_id])
        if not any(exchange.stands_for(e, row) for e in named)
    ]
    if gone:
        write.trash(actor, shape_of("event"), gone)


def _answered(actor: Actor, record_id: int, text: str) -> int:
    """Take the answer of who is invited; anything else of the event is its owner's to change."""
    said = ""
    for event in parsed(text).walk("VEVENT"):
        given = event.get("attendee")
        for each in given if isinstance(given, list) else [given] if given is not None else []:
            if (
                isinstance(each, icalendar.vCalAddress)
                and str(each).lower().removeprefix("mailto:") == actor.email.lower()
            ):
                said = PARTSTAT.get(str(each.params.get("PARTSTAT", "")).upper(), "")
    if not said:
        raise Denied(_("Only its organiser changes this. You can accept or decline it."))
    invitations.answer(actor, record_id, said)
    return record_id
