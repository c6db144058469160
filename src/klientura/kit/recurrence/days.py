"""The days that a rule names, period by period, in bounded time: what never happens ends as what happens daily does.

(dateutil looks for the next day of a rule until the year 9999, without ever coming back to whoever asked.)
"""

import datetime as dt
from calendar import isleap, monthrange
from collections.abc import Iterator
from dataclasses import replace
from typing import Final

from klientura.kit.recurrence.rules import Rule

DAY: Final = dt.timedelta(days=1)
MOST_LOOKED_AT: Final = 30_000
"""Days and periods that are looked at for one window; a sensible rule has no need of so many."""
MOST_IN_VAIN: Final = 10_000
"""So many of them one after another, with nothing found, are the end."""
FIRST: Final = dt.date(2000, 1, 1)
YEARS: Final = 40
"""Every rule that ever happens does so within the years in which each date has been every day of the week."""


def ever_happens(rule: Rule) -> bool:
    """Whether there is any day at all that the rule names, from whatever start."""
    bare = replace(rule, interval=1, count=None, until=None)
    return next(days(bare, FIRST, FIRST.replace(year=FIRST.year + YEARS)), None) is not None


def days(rule: Rule, begin: dt.date, last: dt.date) -> Iterator[dt.date]:
    """The days of a rule from one to another, both included, in their order. It names its days, or is of every day."""
    looked_at = in_vain = 0
    for period in _periods(rule, begin, last):
        candidates = list(_candidates(rule, *period))
        placed = _placed(rule, [day for day in candidates if _fits(rule, day)])
        yield from (day for day in placed if begin <= day <= last)
        looked_at += len(candidates) + 1
        in_vain = 0 if placed else in_vain + len(candidates) + 1
        if looked_at > MOST_LOOKED_AT or in_vain > MOST_IN_VAIN:
            return


def _periods(rule: Rule, begin: dt.date, last: dt.date) -> Iterator[tuple[dt.date, dt.date]]:
    """The days, weeks, months or years in which the rule looks for its days: the first and the last day of each."""
    if rule.freq in {"DAILY", "WEEKLY"}:
        weekly = rule.freq == "WEEKLY"
        span = DAY * 6 if weekly else DAY * 0
        first = begin.toordinal() - ((begin.weekday() - rule.week_start) % 7 if weekly else 0)
        for ordinal in range(max(1, first), last.toordinal() + 1, rule.interval * (7 if weekly else 1)):
            day = dt.date.fromordinal(ordinal)
            yield day, min(day, dt.date.max - span) + span
    elif rule.freq == "MONTHLY":
        for month in range(begin.year * 12 + begin.month - 1, last.year * 12 + last.month, rule.interval):
            first_day = dt.date(month // 12, month % 12 + 1, 1)
            yield first_day, first_day.replace(day=monthrange(first_day.year, first_day.month)[1])
    else:
        for year in range(begin.year, last.year + 1, rule.interval):
            yield dt.date(year, 1, 1), dt.date(year, 12, 31)


def _candidates(rule: Rule, first: dt.date, last: dt.date) -> Iterator[dt.date]:
    """Days of a period among which all are that the rule may mean, in their order."""
    if rule.freq in {"DAILY", "WEEKLY"}:
        yield from (first + DAY * n for n in range((last - first).days + 1))
        return
    if rule.year_days:
        long = 366 if isleap(first.year) else 365
        numbers = {n if n > 0 else long + 1 + n for n in rule.year_days}
        yield from (first + DAY * (n - 1) for n in sorted(numbers) if 1 <= n <= long)
        return
    for month in range(first.month, last.month + 1):
        if rule.months and month not in rule.months:
            continue
        long = monthrange(first.year, month)[1]
        numbers = {n if n > 0 else long + 1 + n for n in rule.month_days}
        wanted = sorted(numbers) if numbers else range(1, long + 1)
        yield from (dt.date(first.year, month, n) for n in wanted if 1 <= n <= long)


def _fits(rule: Rule, day: dt.date) -> bool:
    """Whether a day of a period is one that every part of the rule means."""
    if rule.months and day.month not in rule.months:
        return False
    if rule.days and not any(day.weekday() == of_week and _is_nth(rule, day, n) for n, of_week in rule.days):
        return False
    if rule.month_days:
        from_end = day.day - monthrange(day.year, day.month)[1] - 1
        if day.day not in rule.month_days and from_end not in rule.month_days:
            return False
    return not rule.weeks or _in_week(rule, day)


def _is_nth(rule: Rule, day: dt.date, nth: int) -> bool:
    """Whether it is so manieth of its weekday: of the month, or of the year where the rule names no months."""
    if not nth:
        return True
    if rule.freq == "MONTHLY" or rule.months:
        place, long = day.day, monthrange(day.year, day.month)[1]
    else:
        place, long = day.timetuple().tm_yday, 366 if isleap(day.year) else 365
    return nth == ((place - 1) // 7 + 1 if nth > 0 else -((long - place) // 7 + 1))


def _in_week(rule: Rule, day: dt.date) -> bool:
    """Whether the day lies in a week of the rule; a week belongs to the year that most of its days are of."""
    middle = day.toordinal() - (day.weekday() - rule.week_start) % 7 + 3
    if not 1 <= middle <= dt.date.max.toordinal():
        return False
    at = dt.date.fromordinal(middle)
    place = at.timetuple().tm_yday - 1
    week = place // 7 + 1
    weeks = week + ((366 if isleap(at.year) else 365) - 1 - place) // 7
    return week in rule.weeks or week - weeks - 1 in rule.weeks


def _placed(rule: Rule, fitting: list[dt.date]) -> list[dt.date]:
    """Those of a period that the rule picks by their places."""
    if not rule.positions:
        return fitting
    places = {n - 1 if n > 0 else len(fitting) + n for n in rule.positions}
    return [fitting[n] for n in sorted(places) if 0 <= n < len(fitting)]
