"""Resources of a calendar: one component in the text that a machine sent last, or in a new one."""

import datetime as dt
import re
from typing import Any, Final

from icalendar import Calendar, Component

from klientura.kit.recurrence.expanding import between
from klientura.kit.recurrence.rules import parse

PRODUCT = "-//Klientura//CRM//RU"
MOST_LETTERS = 512 * 1024
SOME_DAY: Final = dt.datetime(9950, 1, 1, 10)
"""So late that a rule without any day is soon followed to the end of the calendar."""
MOST_OCCURRENCES: Final = 4000
DECADES: Final = dt.timedelta(days=40 * 366)
_FOLD: Final = re.compile(r"\r?\n[ \t]")
_COUNT: Final = re.compile(r"COUNT=\s*(\d+)", re.IGNORECASE)
_END: Final = re.compile(r";?(?:COUNT|UNTIL)=[^;]*", re.IGNORECASE)


class BadCalendar(ValueError):
    """The text is no calendar that can be understood."""


def parsed(text: str) -> Calendar:
    """A calendar. Raises BadCalendar."""
    if len(text) > MOST_LETTERS or "\x00" in text:
        raise BadCalendar("too long")
    try:
        found = Calendar.from_ical(text)
    except (ValueError, KeyError, IndexError, TypeError, AttributeError) as bad:
        raise BadCalendar(str(bad)) from bad
    if not isinstance(found, Calendar):
        raise BadCalendar("no calendar")
    return found


def whole(component: Component, kept: Calendar | None = None) -> str:
    """The text of a calendar around one component, with the other things that the kept one says."""
    calendar = Calendar()
    calendar.add("prodid", PRODUCT)
    calendar.add("version", "2.0")
    calendar.add_component(component)
    for other in kept.subcomponents if kept is not None else []:
        if other.name != component.name:
            calendar.add_component(other)
    text: bytes = calendar.to_ical()
    return text.decode()


def put(component: Component, name: str, value: Any) -> None:
    """Say a property, in place of what was said; None takes it away."""
    component.pop(name, None)
    if value not in (None, ""):
        component.add(name, value)


def said(component: Component, name: str) -> str:
    """The words of a property; empty without it."""
    value = component.get(name)
    if isinstance(value, list):
        value = value[0] if value else ""
    return str(value or "").strip()


def moment(component: Component, name: str, zone: dt.tzinfo) -> dt.datetime | None:
    """The moment of a property; a day alone is its end, a time without a zone is in `zone`."""
    value = component.decoded(name, None)
    if isinstance(value, dt.datetime):
        return value if value.tzinfo is not None else value.replace(tzinfo=zone)
    if isinstance(value, dt.date):
        return dt.datetime.combine(value, dt.time(23, 59), zone)
    return None


def has_bad_rule(body: bytes) -> bool:
    """Whether a calendar holds a rule of recurrence that is none of ours: finer than a day, or without a day for decades.

    Asked before Radicale reads the text, which walks the occurrences of a rule one by one.
    """
    text = _FOLD.sub("", body.decode("utf-8", "replace"))
    for line in text.splitlines():
        name, _colon, said = line.partition(":")
        if name.partition(";")[0].strip().upper() not in {"RRULE", "EXRULE"}:
            continue
        if (count := _COUNT.search(said)) is not None and int(count[1][:9]) > MOST_OCCURRENCES:
            return True
        try:
            # When it ends makes no difference, nor does when it begins: what has no day within decades has none.
            rule = parse("RRULE:" + _END.sub("", said.strip()))
            if not between(rule, SOME_DAY, SOME_DAY + dt.timedelta(days=1), SOME_DAY + DECADES, most=1):
                return True
        except (ValueError, OverflowError):
            return True
    return False
