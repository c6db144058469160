"""When something happens again: wall-clock occurrences within a window, and the moments they are.

A time that the clocks skip moves forward by as much as they do (02:30 becomes 03:30); of a time that comes twice the
first is meant (RFC 5545 §3.3.5). Only the window is expanded, so a rule may have no end.
"""

import datetime as dt
from collections.abc import Iterator
from dataclasses import replace
from itertools import islice
from typing import Final
from zoneinfo import ZoneInfo

from klientura.kit.recurrence.days import days
from klientura.kit.recurrence.rules import MOST_COUNT, Recurrence, Rule

MOST: Final = 1_000
"""So many occurrences one window shows at most."""
HORIZON: Final = dt.timedelta(days=366 * 12)
"""Further ahead nobody looks for the next occurrence of a rule (from one 29 February to the next over 2100 it is eight years)."""
_DAY: Final = dt.timedelta(days=1)


def moment(local: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """The moment, in UTC, at which clocks of the zone show this."""
    return local.replace(tzinfo=zone, fold=0).astimezone(dt.UTC)


def wall(at: dt.datetime, zone: ZoneInfo) -> dt.datetime:
    """What the clocks of the zone show at a moment."""
    return at.astimezone(zone).replace(tzinfo=None, fold=0)


def between(
    recurrence: Recurrence, start: dt.datetime, first: dt.datetime, after: dt.datetime, *, most: int = MOST
) -> list[dt.datetime]:
    """Wall-clock occurrences from `first` on and before `after`; the start itself is one, whatever the rule says."""
    without = recurrence.without

    def stands(local: dt.datetime) -> bool:
        return local not in without and local.date() not in without

    ruled = _ruled(recurrence.rule, start, first, after) if recurrence.rule else iter(())
    found = set(islice(filter(stands, ruled), most))
    found.update(m for m in (start, *recurrence.extra) if first <= m < after and stands(m))
    return sorted(found)[:most]


def expand(
    recurrence: Recurrence,
    start: dt.datetime,
    zone: ZoneInfo,
    window: tuple[dt.datetime, dt.datetime],
    *,
    lasting: dt.timedelta = dt.timedelta(0),
    most: int = MOST,
) -> list[tuple[dt.datetime, dt.datetime]]:
    """Occurrences that touch a window of moments: (as the clock on the wall shows it, as a moment in UTC)."""
    first, after = window
    # Local times and moments differ by less than a day in their order; what is too much is left out afterwards.
    locals_ = between(
        recurrence,
        start,
        _back(wall(first, zone), lasting + _DAY),
        _ahead(wall(after, zone), _DAY),
        most=most * 2,
    )
    found = ((local, moment(local, zone)) for local in locals_)
    return [(local, at) for local, at in found if at < after and (at + lasting > first or at >= first)][:most]


def next_after(recurrence: Recurrence, start: dt.datetime, after: dt.datetime) -> dt.datetime | None:
    """The first wall-clock occurrence later than a moment, if there is one in our time."""
    begin = max(after, start) if after >= start else start
    span = dt.timedelta(days=62)
    while span <= HORIZON:
        found = [m for m in between(recurrence, start, begin, _ahead(begin, span), most=3) if m > after]
        if found:
            return found[0]
        span = HORIZON if span < HORIZON <= span * 8 else span * 8
    return None


def passed(recurrence: Recurrence, start: dt.datetime, before: dt.datetime) -> int:
    """How many occurrences of the rule lie before a moment, those that were left out with them."""
    if recurrence.rule is None:
        return 0
    return len(between(Recurrence(recurrence.rule), start, start, before, most=MOST_COUNT))


def _ruled(rule: Rule, start: dt.datetime, first: dt.datetime, after: dt.datetime) -> Iterator[dt.datetime]:
    """What the rule says of a window. A rule that counts is counted from its start; any other is entered near the window."""
    until = after - dt.timedelta(microseconds=1)
    if rule.until is not None:
        until = min(until, rule.until)
    if until < start:
        return
    rule = _with_its_days(rule, start)
    begin = start if rule.count is not None else _entered(rule, start, first)
    found = iter(_dates(rule, begin, until))
    if rule.count is not None:
        # The start counts, even when it is none of the days that the rule names.
        found = islice(found, rule.count if next(iter(_dates(rule, start, start)), None) else rule.count - 1)
    for local in found:
        if local >= first and local >= start:
            yield local


def _dates(rule: Rule, begin: dt.datetime, until: dt.datetime) -> Iterator[dt.datetime]:
    clock = begin.time()
    for day in days(rule, begin.date(), until.date()):
        if begin <= (local := dt.datetime.combine(day, clock)) <= until:
            yield local


def _with_its_days(rule: Rule, start: dt.datetime) -> Rule:
    """The rule with the days that its start implies, so that it may be entered at another day."""
    if rule.days or rule.month_days or rule.year_days or rule.weeks:
        return rule
    if rule.freq == "WEEKLY":
        return replace(rule, days=((0, start.weekday()),))
    if rule.freq == "MONTHLY":
        return replace(rule, month_days=(start.day,))
    if rule.freq == "YEARLY":
        return replace(rule, month_days=(start.day,), months=rule.months or (start.month,))
    return rule


def _entered(rule: Rule, start: dt.datetime, first: dt.datetime) -> dt.datetime:
    """A day shortly before the window, whole intervals after the start, from which the rule runs as from its start."""
    if first - start < _DAY * 32:
        return start
    if rule.freq in {"DAILY", "WEEKLY"}:
        step = _DAY * (rule.interval * (7 if rule.freq == "WEEKLY" else 1))
        return start + step * max(0, (first - start) // step - 1)
    months = rule.interval * (12 if rule.freq == "YEARLY" else 1)
    apart = (first.year - start.year) * 12 + first.month - start.month
    steps = max(0, apart // months - 1)
    if not steps:
        return start
    year, month = divmod(start.year * 12 + start.month - 1 + steps * months, 12)
    # The first of the month, because others have no 31st; a year is entered at its own beginning.
    return start.replace(year=year, month=1 if rule.freq == "YEARLY" else month + 1, day=1)


def _back(at: dt.datetime, by: dt.timedelta) -> dt.datetime:
    return at - by if at - dt.datetime.min > by else dt.datetime.min


def _ahead(at: dt.datetime, by: dt.timedelta) -> dt.datetime:
    return at + by if dt.datetime.max - at > by else dt.datetime.max
