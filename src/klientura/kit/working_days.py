"""Which days one works: the week, the holidays of a country, and what a company has set otherwise."""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum
from typing import Final


class Day(Enum):
    """What a day is to those who work."""

    WORKING = "working"
    SHORTENED = "shortened"  # an hour less, on the eve of a holiday
    OFF = "off"  # a weekend
    HOLIDAY = "holiday"


@dataclass(frozen=True, slots=True)
class Year:
    """What differs from the plain week in a year: month and day, as the decree says them."""

    holidays: frozenset[tuple[int, int]]
    shortened: frozenset[tuple[int, int]] = frozenset()
    working: frozenset[tuple[int, int]] = frozenset()  # Saturdays that were made working days


_NEW_YEAR: Final = frozenset((1, day) for day in range(1, 9))
_FIXED: Final = _NEW_YEAR | {(2, 23), (3, 8), (5, 1), (5, 9), (6, 12), (11, 4)}
# Labour Code of Russia, article 112, and the decrees of the government: № 1335 of 4 October 2024, № 1466 of 24 September 2025.
# For 2027 only what the Code itself moves is known for certain; a company adds the days of the decree in its settings.
_RUSSIA: Final[Mapping[int, Year]] = {
    2025: Year(
        _FIXED | {(5, 2), (5, 8), (6, 13), (11, 3), (12, 31)},
        shortened=frozenset({(3, 7), (4, 30), (6, 11), (11, 1)}),
        working=frozenset({(11, 1)}),
    ),
    2026: Year(
        _FIXED | {(1, 9), (3, 9), (5, 11), (12, 31)},
        shortened=frozenset({(4, 30), (5, 8), (6, 11), (11, 3)}),
    ),
    2027: Year(
        _FIXED | {(5, 3), (5, 10), (6, 14)},
        shortened=frozenset({(2, 22), (4, 30), (6, 11), (11, 3), (12, 31)}),
    ),
}
COUNTRIES: Final[Mapping[str, Mapping[int, Year]]] = {"ru": _RUSSIA, "": {}}


MOST_DAYS: Final = 1_000
"""So far ahead working time is counted."""


@dataclass(frozen=True, slots=True)
class WorkingTime:
    """The hours of a working day and which days are such: the week, then the country's calendar, then one's own days."""

    begins: dt.time = dt.time(9)
    ends: dt.time = dt.time(18)
    week: frozenset[int] = frozenset(range(5))
    country: str = "ru"
    off: frozenset[dt.date] = field(default_factory=frozenset)
    on: frozenset[dt.date] = field(default_factory=frozenset)

    def day(self, date: dt.date) -> Day:
        """What a day is."""
        if date in self.on:
            return Day.WORKING
        if date in self.off:
            return Day.HOLIDAY
        year, key = COUNTRIES.get(self.country, {}).get(date.year), (date.month, date.day)
        if year is not None:
            if key in year.holidays:
                return Day.HOLIDAY
            if key in year.shortened:
                return Day.SHORTENED
            if key in year.working:
                return Day.WORKING
        return Day.WORKING if date.weekday() in self.week else Day.OFF

    def hours(self, date: dt.date) -> tuple[dt.datetime, dt.datetime] | None:
        """From when until when one works on a day, by the wall clock; None on a day off."""
        kind = self.day(date)
        if kind in {Day.OFF, Day.HOLIDAY}:
            return None
        begins, ends = dt.datetime.combine(date, self.begins), dt.datetime.combine(date, self.ends)
        if kind is Day.SHORTENED:
            ends = max(begins, ends - dt.timedelta(hours=1))
        return begins, ends

    def after(self, start: dt.datetime, minutes: int) -> dt.datetime:
        """When so many working minutes have passed since a moment, both by the wall clock.

        Where nobody ever works, minutes pass as they do elsewhere.
        """
        left = dt.timedelta(minutes=minutes)
        for number in range(MOST_DAYS):
            hours = self.hours(start.date() + dt.timedelta(days=number))
            if hours is None or hours[1] <= start:
                continue
            begins = max(hours[0], start)
            room = hours[1] - begins
            if left <= room:
                return begins + left
            left -= room
        return start + dt.timedelta(minutes=minutes)

    def end_of_day_after(self, start: dt.date, days: int) -> dt.datetime:
        """When the work of a day ends, so many working days after another one; with none, of that day or the next worked on.

        Where nobody ever works, days pass as they do elsewhere.
        """
        left = days
        for number in range(0 if days == 0 else 1, MOST_DAYS + days * 3):
            hours = self.hours(start + dt.timedelta(days=number))
            if hours is None:
                continue
            left -= 1
            if left <= 0:
                return hours[1]
        return dt.datetime.combine(start + dt.timedelta(days=days), self.ends)
