"""Stretches of the calendar, and how far one is: plain arithmetic of days."""

import calendar
import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Final, Literal

from klientura.kit.working_days import Day, WorkingTime

type PeriodKind = Literal["month", "quarter", "year"]
type Light = Literal["done", "good", "near", "behind", "unplanned"]

MONTHS: Final[dict[PeriodKind, int]] = {"month": 1, "quarter": 3, "year": 12}
HUNDRED: Final = Decimal(100)
NEAR: Final = Decimal(90)
"""So many per cent of what should be there by now are a little behind; less is behind."""


def first_day(kind: PeriodKind, day: dt.date) -> dt.date:
    """The day on which the stretch begins that a day lies in."""
    months = MONTHS[kind]
    return dt.date(day.year, (day.month - 1) // months * months + 1, 1)


def last_day(kind: PeriodKind, first: dt.date) -> dt.date:
    """The last day of the stretch that begins on a day."""
    month = first.month + MONTHS[kind] - 1
    return dt.date(first.year, month, calendar.monthrange(first.year, month)[1])


def moved(kind: PeriodKind, first: dt.date, steps: int) -> dt.date:
    """The beginning of the stretch so many steps later, or earlier."""
    months = first.year * 12 + first.month - 1 + steps * MONTHS[kind]
    return dt.date(months // 12, months % 12 + 1, 1)


def beginnings(kind: PeriodKind, year: int) -> list[dt.date]:
    """The days on which the stretches of a year begin."""
    return [dt.date(year, month, 1) for month in range(1, 13, MONTHS[kind])]


def same_day(day: dt.date | None, month: dt.date, today: dt.date) -> dt.date:
    """The day of a month that answers to a day of another: the same one, or the month's last where it is shorter, or where there was none;
    never one that has passed."""
    last = last_day("month", month)
    return max(min(month.replace(day=min(day.day, last.day)), last) if day else last, today)


@dataclass(frozen=True, slots=True)
class Pace:
    """How far a stretch is: working days that are over (today among them) and all of them."""

    passed: int
    whole: int

    @property
    def percent(self) -> Decimal:
        """So many per cent of the time are over."""
        return HUNDRED * self.passed / self.whole if self.whole else HUNDRED

    @property
    def is_over(self) -> bool:
        """Whether nothing more comes."""
        return self.passed >= self.whole

    def expected(self, actual: Decimal) -> Decimal | None:
        """What it comes to by the end when it goes on as so far; None before anything could happen."""
        return round(actual * self.whole / self.passed, 2) if self.passed else None


def pace(first: dt.date, last: dt.date, today: dt.date, time: WorkingTime) -> Pace:
    """How far a stretch is on a day. Where nobody ever works, all days count."""
    days = [first + dt.timedelta(days=n) for n in range((last - first).days + 1)]
    working = [day for day in days if time.day(day) in {Day.WORKING, Day.SHORTENED}] or days
    return Pace(sum(day <= today for day in working), len(working))


def light(actual: Decimal, plan: Decimal | None, at: Pace) -> Light:
    """How a figure stands against what should be there by now."""
    if plan is None or plan <= 0:
        return "unplanned"
    if actual >= plan:
        return "done"
    due = plan * at.passed / at.whole if at.whole else plan
    if due <= 0 or actual >= due:
        return "good"
    return "near" if HUNDRED * actual / due >= NEAR else "behind"
