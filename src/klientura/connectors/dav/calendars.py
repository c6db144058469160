"""Resources of a calendar: one component in the text that a machine sent last, or in a new one."""

import datetime as dt
from typing import Any

from icalendar import Calendar, Component

PRODUCT = "-//Klientura//CRM//RU"
MOST_LETTERS = 512 * 1024


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
