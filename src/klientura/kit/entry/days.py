"""Days in a line: «завтра», «в пятницу», «через 2 дня», «25 декабря», «в конце месяца», and the same in English."""

import calendar
import datetime as dt
import re
from collections.abc import Callable
from typing import Final

from klientura.kit.entry.findings import Line, pattern
from klientura.kit.entry.words import (
    LONG_WEEKDAYS,
    MONTHS,
    NUMBER,
    UNITS,
    WEEKDAYS,
    either,
    number,
)

type Reader = Callable[[re.Match[str], dt.date], dt.date | None]

LATEST: Final = dt.date(2200, 1, 1)
_MOST_AHEAD: Final = {"day": 3660, "week": 520, "month": 120, "quarter": 40, "year": 10}
_IN: Final = r"(?:(?:к|ко|до|на|в|во|не позднее|on|by|until|till|before|for) )?"
# What a date behind these words tells is not when the work is due: «счёт от 12.03», «отчёт за 1 марта».
NOT_DUE: Final = r"(?<!\bот )(?<!\bза )(?<!\bof )(?<!\bdated )(?<!№ )(?<!№)"

_NEAR: Final = {
    "сегодня": 0, "завтра": 1, "послезавтра": 2, "today": 0, "tomorrow": 1, "tmrw": 1,
    "the day after tomorrow": 2, "day after tomorrow": 2, "eod": 0, "end of day": 0, "end of the day": 0,
    "до конца дня": 0, "к концу дня": 0, "в конце дня": 0, "сегодняшний день": 0,
}  # fmt: skip
_THIS_EN, _NEXT_EN = "this|this coming|coming", "next"
_THIS_RU: Final = "эт(?:от|у|о)|ближайш(?:ий|ую|ее)|текущ(?:ий|ую|ее)"
_NEXT_RU: Final = "следующ(?:ий|ую|ее)|след|будущ(?:ий|ую|ее)"
_SPAN: Final = {"неделе": "week", "недели": "week", "неделю": "week", "week": "week", "месяце": "month", "месяца": "month",
    "месяц": "month", "month": "month", "квартале": "quarter", "квартала": "quarter", "quarter": "quarter", "году": "year",
    "года": "year", "год": "year", "year": "year"}  # fmt: skip


def read_day(line: Line, today: dt.date) -> bool:
    """Find the day of a line; tell whether there was one."""
    return any(line.take("day", form, lambda m, r=reader: _sane(r(m, today))) for form, reader in _FORMS)  # type: ignore[misc]


def _sane(day: dt.date | None) -> dt.date | None:
    return day if day is not None and day < LATEST else None


def on_weekday(today: dt.date, weekday: int) -> dt.date:
    """The next such weekday after today."""
    return today + dt.timedelta(days=(weekday - today.weekday() - 1) % 7 + 1)


def months_later(day: dt.date, months: int) -> dt.date:
    """The same day so many months later, or the last one of a month that is too short."""
    whole = day.year * 12 + day.month - 1 + months
    year, month = divmod(whole, 12)
    return dt.date(year, month + 1, min(day.day, calendar.monthrange(year, month + 1)[1]))


def last_of(day: dt.date, span: str) -> dt.date:
    """The last day of the week (its Friday while that is ahead), month, quarter or year of a day."""
    if span == "week":
        friday = day + dt.timedelta(days=4 - day.weekday())
        return friday if friday >= day else day + dt.timedelta(days=6 - day.weekday())
    months = {"month": 1, "quarter": 3, "year": 12}[span]
    first = (day.month - 1) // months * months + months
    return dt.date(day.year, first, calendar.monthrange(day.year, first)[1])


def ahead(today: dt.date, count: int, unit: str) -> dt.date | None:
    """So many days, weeks, months… from today, within reason."""
    if count > _MOST_AHEAD[unit]:
        return None
    if unit in {"day", "week"}:
        return today + dt.timedelta(days=count * (7 if unit == "week" else 1))
    return months_later(today, count * {"month": 1, "quarter": 3, "year": 12}[unit])


def _near(m: re.Match[str], today: dt.date) -> dt.date:
    return today + dt.timedelta(days=_NEAR[" ".join(m["near"].split())])


def _in(m: re.Match[str], today: dt.date) -> dt.date | None:
    return ahead(today, number(m["n"]) if m["n"] else 1, UNITS[m["unit"]])


def _half_a_year(_m: re.Match[str], today: dt.date) -> dt.date:
    return months_later(today, 6)


def _weekday(m: re.Match[str], today: dt.date) -> dt.date:
    weekday = WEEKDAYS[m["weekday"]]
    monday = today - dt.timedelta(days=today.weekday())
    if m["next"]:
        return monday + dt.timedelta(days=7 + weekday)
    if m["this"] and (day := monday + dt.timedelta(days=weekday)) >= today:
        return day
    return on_weekday(today, weekday)


def _bare_weekday(m: re.Match[str], today: dt.date) -> dt.date:
    return on_weekday(today, WEEKDAYS[m["weekday"]])


def _named_month(m: re.Match[str], today: dt.date) -> dt.date | None:
    return _dated(int(m["day"]), MONTHS[m["month"]], m["year"], today)


def _in_figures(m: re.Match[str], today: dt.date) -> dt.date | None:
    return _dated(int(m["day"]), int(m["month"]), m["year"], today)


def _dated(day: int, month: int, year: str | None, today: dt.date) -> dt.date | None:
    """A day of a month; without a year the next one that comes, which for 29 February may be years away."""
    if year:
        return _made(int(year) + (2000 if len(year) == 2 else 0), month, day)
    for whole in range(today.year, today.year + 9):
        found = _made(whole, month, day)
        if found is not None and found >= today:
            return found
    return None


def _made(year: int, month: int, day: int) -> dt.date | None:
    try:
        return dt.date(year, month, day)
    except ValueError:
        return None


def _of_month(m: re.Match[str], today: dt.date) -> dt.date | None:
    """The 25th: of this month, or of the next one that has it."""
    for months in range(4):
        first = months_later(today.replace(day=1), months)
        found = _made(first.year, first.month, int(m["day"]))
        if found is not None and found >= today:
            return found
    return None


def _end(m: re.Match[str], today: dt.date) -> dt.date:
    span = _SPAN[m["span"]]
    return last_of(_within(today, span, 1) if m["next"] else today, span)


def _short_end(m: re.Match[str], today: dt.date) -> dt.date:
    return last_of(today, {"eow": "week", "eom": "month", "eoy": "year"}[m["short"]])


def _beginning(m: re.Match[str], today: dt.date) -> dt.date:
    return _within(today, _SPAN[m["span"]], 1)


def _middle(m: re.Match[str], today: dt.date) -> dt.date:
    span = _SPAN[m["span"]]
    for further in (0, 1):
        first = _within(today, span, further) if further or m["next"] else _first(today, span)
        middle = first + dt.timedelta(days={"week": 2, "month": 14, "quarter": 45, "year": 181}[span])
        if middle >= today:
            return middle
    return today


def _first(day: dt.date, span: str) -> dt.date:
    if span == "week":
        return day - dt.timedelta(days=day.weekday())
    months = {"month": 1, "quarter": 3, "year": 12}[span]
    return dt.date(day.year, (day.month - 1) // months * months + 1, 1)


def _within(day: dt.date, span: str, further: int) -> dt.date:
    """The first day of a later week, month, quarter or year."""
    first = _first(day, span)
    if span == "week":
        return first + dt.timedelta(days=7 * further)
    return months_later(first, further * {"month": 1, "quarter": 3, "year": 12}[span])


def _this_span(m: re.Match[str], today: dt.date) -> dt.date:
    return last_of(today, _SPAN[m["span"]])


def _weekend(m: re.Match[str], today: dt.date) -> dt.date:
    return on_weekday(today, 5) if today.weekday() != 5 else today


_LONG_UNITS: Final = either(n for n, u in UNITS.items() if u in _MOST_AHEAD)
_SPANS: Final = either(_SPAN)
_YEAR: Final = r"(?:,? (?P<year>\d{4})(?: ?г(?:ода|\.)?)?)?"
_FORMS: Final[tuple[tuple[re.Pattern[str], Reader], ...]] = (
    (pattern(rf"{_IN}(?P<near>{either(_NEAR)})"), _near),
    (pattern(rf"{_IN}(?P<short>eow|eom|eoy)"), _short_end),
    (pattern(rf"(?:в|к|до) конц[еуа] (?P<next>следующе(?:го|й) )?(?P<span>{_SPANS})"), _end),
    (
        pattern(
            rf"(?:at |by |before |until )?(?:the )?end of (?:the |this )?(?P<next>next )?(?P<span>{_SPANS})"
        ),
        _end,
    ),
    (pattern(rf"(?:в|к|с) начал[еуа] (?:следующе(?:го|й) )?(?P<span>{_SPANS})"), _beginning),
    (pattern(rf"(?:at |by )?(?:the )?(?:beginning|start) of (?:the |next )*(?P<span>{_SPANS})"), _beginning),
    (pattern(rf"(?:в|к) середин[еу] (?P<next>следующе(?:го|й) )?(?P<span>{_SPANS})"), _middle),
    (pattern(rf"(?:in |by )?(?:the )?middle of (?:the )?(?P<next>next )?(?P<span>{_SPANS})"), _middle),
    (pattern(rf"(?:на|в) следующе[ймм] (?P<span>{_SPANS})"), _beginning),
    (pattern(rf"(?:in |by )?next (?P<span>{_SPANS})"), _beginning),
    (pattern(rf"(?:на|в|до) (?:этой|этом|текуще[йм]) (?P<span>{_SPANS})"), _this_span),
    (pattern(rf"this (?P<span>{_SPANS})"), _this_span),
    (pattern(r"(?:на|в) выходны[ехм]+|(?:on |at |this )?(?:the )?weekend"), _weekend),
    (pattern("через полгода|in half a year|in six months"), _half_a_year),
    (pattern(rf"(?:через|спустя|within|in) (?:(?P<n>{NUMBER}) (?:of )?)?(?P<unit>{_LONG_UNITS})"), _in),
    (pattern(rf"(?P<n>{NUMBER}) (?P<unit>{_LONG_UNITS}) (?:from now|спустя)"), _in),
    (
        pattern(
            rf"{NOT_DUE}{_IN}(?:the )?(?P<day>\d{{1,2}})(?:-?го|st|nd|rd|th)? (?:of )?"
            rf"(?P<month>{either(MONTHS)})\.?{_YEAR}"
        ),
        _named_month,
    ),
    (
        pattern(
            rf"{NOT_DUE}{_IN}(?P<month>{either(n for n in MONTHS if n.isascii())})\.?"
            rf" (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_YEAR}(?![:\d])"
        ),
        _named_month,
    ),
    (pattern(rf"{NOT_DUE}{_IN}(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)"), _in_figures),
    (
        pattern(
            rf"{NOT_DUE}{_IN}(?P<day>\d{{1,2}})[./](?P<month>\d{{1,2}})[./](?P<year>\d{{4}}|\d\d)(?: ?г\.?)?"
        ),
        _in_figures,
    ),
    (
        pattern(
            rf"{NOT_DUE}(?:к|до|на|by|until) (?P<day>\d{{1,2}})[./](?P<month>0[1-9]|1[0-2])(?P<year>)(?![./\d])"
        ),
        _in_figures,
    ),
    (pattern(rf"{NOT_DUE}(?P<day>\d\d)\.(?P<month>0[1-9]|1[0-2])(?P<year>)(?![.\d])"), _in_figures),
    (
        pattern(
            rf"{NOT_DUE}{_IN}(?:the )?(?P<day>\d{{1,2}})(?:-?го(?: числа)?| числа|st|nd|rd|th)"
            r"(?!\s+(?:этап|квартал|этаж))"
        ),
        _of_month,
    ),
    (
        pattern(
            rf"(?:к|ко|до|на|в|во) (?:(?P<this>{_THIS_RU})|(?P<next>{_NEXT_RU})\.?)? ?"
            rf"(?P<weekday>{either(WEEKDAYS)})"
        ),
        _weekday,
    ),
    (
        pattern(
            rf"(?:(?:on|by|until|till|before) )?(?:(?P<this>{_THIS_EN})|(?P<next>{_NEXT_EN}))"
            rf" (?P<weekday>{either(WEEKDAYS)})"
        ),
        _weekday,
    ),
    (pattern(rf"(?:on|by|until|till|before) (?P<weekday>{either(WEEKDAYS)})"), _bare_weekday),
    (pattern(rf"(?P<weekday>{either(LONG_WEEKDAYS)}|пн|вт|ср|чт|пт|mon|tue|thu|fri)"), _bare_weekday),
)
