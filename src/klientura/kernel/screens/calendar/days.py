"""The days a calendar shows, and where its records stand in them."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.utils.dates import MONTHS, WEEKDAYS, WEEKDAYS_ABBR

from klientura.kit.formats import Language, format_date

DAY = dt.timedelta(days=1)
WEEK = 7
FAR = (dt.date(1900, 1, 1), dt.date(2200, 1, 1))
"""Further than this no calendar is turned."""


@dataclass(slots=True)
class Event:
    """A record in a calendar: its first and its last day, and what is drawn of it."""

    first: dt.date
    last: dt.date
    shown: Mapping[str, Any]


def week_of(day: dt.date, first: int) -> dt.date:
    """The first day of its week, where weeks begin with the weekday `first` (from Monday = 0)."""
    return day - DAY * ((day.weekday() - first) % WEEK)


def stretch(span: str, on: dt.date, first: int) -> tuple[dt.date, dt.date]:
    """The days that are shown around a day: the first, and the one after the last."""
    if span == "day":
        return on, on + DAY
    if span == "week":
        begin = week_of(on, first)
        return begin, begin + DAY * WEEK
    begin = on.replace(day=1)
    after = next_month(begin)
    if span == "agenda":
        return begin, after
    return week_of(begin, first), week_of(after - DAY, first) + DAY * WEEK


def next_month(first: dt.date) -> dt.date:
    """The first day of the month that follows."""
    return (first + DAY * 31).replace(day=1)


def turned(span: str, on: dt.date, by: int) -> dt.date:
    """The day around which the page before (-1) or after (1) is drawn."""
    if span == "day":
        day = on + DAY * by
    elif span == "week":
        day = on + DAY * WEEK * by
    else:
        first = on.replace(day=1)
        day = next_month(first) if by > 0 else (first - DAY).replace(day=1)
    return max(FAR[0], min(day, FAR[1]))


def title(span: str, on: dt.date, lang: Language, first: int) -> str:
    """What a calendar shows, in words."""
    if span == "day":
        name = str(WEEKDAYS[on.weekday()])
        return f"{name[:1].upper()}{name[1:]}, {format_date(on, lang)}"
    if span == "week":
        begin, after = stretch(span, on, first)
        return f"{format_date(begin, lang)} – {format_date(after - DAY, lang)}"
    name = str(MONTHS[on.month])
    return f"{name[:1].upper()}{name[1:]} {on.year}"


def weekdays(first: int) -> list[dict[str, str]]:
    """The heads of the columns, short and whole."""
    order = [(first + n) % WEEK for n in range(WEEK)]
    return [{"short": str(WEEKDAYS_ABBR[n]), "whole": str(WEEKDAYS[n])} for n in order]


def weeks(
    first: dt.date, after: dt.date, events: Sequence[Event], numbers: Mapping[dt.date, int], most: int
) -> Iterator[list[dict[str, Any]]]:
    """The days by weeks, each with its pieces in their lanes (None: an empty place in a lane) and how many are not drawn."""
    begin = first
    while begin < after:
        days = [begin + DAY * n for n in range(min(WEEK, (after - begin).days))]
        yield _week(days, events, numbers, most, first)
        begin = days[-1] + DAY


def _week(
    days: Sequence[dt.date],
    events: Sequence[Event],
    numbers: Mapping[dt.date, int],
    most: int,
    first: dt.date,
) -> list[dict[str, Any]]:
    mine = [e for e in events if e.first <= days[-1] and e.last >= days[0]]
    mine.sort(key=lambda e: (max(e.first, days[0]), -(e.last - e.first).days))
    lanes: list[dict[dt.date, Event]] = []
    for event in mine:
        covered = [d for d in days if event.first <= d <= event.last]
        lane = next((lane for lane in lanes if not any(d in lane for d in covered)), None)
        if lane is None:
            lanes.append(lane := {})
        lane.update(dict.fromkeys(covered, event))
    drawn = {d: sum(max(e.first, first) == d for e in mine) for d in days}
    return [
        {
            "date": day,
            "pieces": _pieces(lanes[:most], day, days),
            # Those of further lanes, and those that were not even read.
            "more": sum(day in lane for lane in lanes[most:]) + max(0, numbers.get(day, 0) - drawn[day]),
        }
        for day in days
    ]


def _pieces(
    lanes: Sequence[Mapping[dt.date, Event]], day: dt.date, days: Sequence[dt.date]
) -> list[dict[str, Any] | None]:
    found: list[dict[str, Any] | None] = []
    for lane in lanes:
        event = lane.get(day)
        if event is None:
            found.append(None)
            continue
        begins, ends = event.first == day, event.last == day
        found.append(
            {
                **event.shown,
                "begins": begins,
                "ends": ends,
                "named": begins or day == days[0],
                "offset": (day - event.first).days,
            }
        )
    while found and found[-1] is None:
        found.pop()
    return found
