"""Words that look like a day or a clock time and are none: «31 февраля», «25:00», "February 30"."""

import datetime as dt
import re
from collections.abc import Callable
from typing import Final

from klientura.kit.entry.days import NOT_DUE
from klientura.kit.entry.findings import Line, Role, pattern
from klientura.kit.entry.words import MONTHS, WEEKDAYS, either

_LEAP: Final = 2028
"""A year that has all days which any year has."""
_TO: Final = r"(?:(?:к|ко|до|на|в|во|не позднее|on|at|by|until|till|before|for) )?"
_YEAR: Final = r"(?:,? (?P<year>\d{4})(?: ?г(?:ода|\.)?)?)?"
_WEEKDAY: Final = either(WEEKDAYS)
_PAST: Final = pattern(
    rf"(?:в|во|на) (?:прошл|позапрошл|минувш)(?:ый|ую|ое|ой|ом|ий|ее|ем|ей) (?:{_WEEKDAY}|недел[еюи]|месяц[е]?|год[у]?)"
    rf"|last (?:{_WEEKDAY}|week|month|year)|вчера|позавчера|yesterday"
)
_LATIN: Final = either(n for n in MONTHS if n.isascii())


def read_past(line: Line) -> None:
    """Days that are over: their words stay in the name, and the weekday among them is no day to come."""
    line.take("past", _PAST, lambda _m: True)


def misread(line: Line) -> tuple[tuple[Role, str], ...]:
    """What looks like a day or a clock time and could not be one to come, each as it was typed."""
    found: list[tuple[Role, str]] = []
    for role, form, exists in _SHAPES:
        if role in line.without:
            continue
        for m in line.free(form):
            said = line.text[m.start() : m.end()]
            if not exists(m) and all(said not in other for _role, other in found):
                found.append((role, said))
    over = next((line.text[p.start : p.end] for p in line.parts if p.role == "past"), "")
    if over and not any(p.role in {"day", "repeat"} for p in line.parts):
        found.append(("day", over))
    return tuple(found)


def _day(m: re.Match[str]) -> bool:
    month = m["month"]
    number = int(month) if month.isdigit() else MONTHS[month]
    year = int(m["year"]) if m["year"] else _LEAP
    try:
        dt.date(year + (2000 if year < 100 else 0), number, int(m["day"]))
    except ValueError:
        return False
    return True


def _of_month(m: re.Match[str]) -> bool:
    return 1 <= int(m["day"]) <= 31


def _clock(m: re.Match[str]) -> bool:
    return int(m["h"]) < 24 and int(m["m"]) < 60


_SHAPES: Final[tuple[tuple[Role, re.Pattern[str], Callable[[re.Match[str]], bool]], ...]] = (
    ("day", pattern(rf"{NOT_DUE}{_TO}(?P<day>\d{{1,2}})(?:-?го|st|nd|rd|th)? (?:of )?(?P<month>{either(MONTHS)})\.?{_YEAR}"), _day),
    ("day", pattern(rf"{NOT_DUE}{_TO}(?P<month>{_LATIN})\.? (?:the )?(?P<day>\d{{1,2}})(?:st|nd|rd|th)?{_YEAR}(?![:\d])"), _day),
    ("day", pattern(rf"{NOT_DUE}{_TO}(?P<year>\d{{4}})-(?P<month>\d\d)-(?P<day>\d\d)"), _day),
    ("day", pattern(rf"{NOT_DUE}{_TO}(?P<day>\d{{1,2}})[./](?P<month>\d{{1,2}})[./](?P<year>\d{{4}}|\d\d)(?![./\d])"), _day),
    ("day", pattern(rf"{NOT_DUE}(?:к|до|на|by|until) (?P<day>\d{{1,2}})\.(?P<month>\d\d)(?P<year>)(?![./\d])"), _day),
    ("day", pattern(r"(?:к|до|на|by|on) (?P<day>\d{1,3})(?:-?го)? числа"), _of_month),
    ("clock", pattern(rf"{_TO}(?P<h>\d{{1,2}}):(?P<m>\d\d)(?![:\d])"), _clock),
)  # fmt: skip
