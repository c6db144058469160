"""Clock times and lengths in a line: «в 10», «в 3 часа дня», «с 15 до 16», «на полтора часа», "at 3:30pm", "for an hour"."""

import datetime as dt
import re
from typing import Final

from klientura.kit.entry.findings import Line, Part, pattern
from klientura.kit.entry.words import NUMBER, NUMBERS, UNITS, either, number

MOST_MINUTES: Final = 24 * 60
PARTS_OF_DAY: Final = {
    "утром": 9, "с утра": 9, "утра": 9, "днем": 14, "в обед": 13, "до обеда": 12, "после обеда": 14, "вечером": 19,
    "к вечеру": 18, "до вечера": 18, "в полдень": 12, "ночью": 22, "в первой половине дня": 11, "во второй половине дня": 15,
    "к обеду": 12, "in the morning": 9, "morning": 9, "at noon": 12, "noon": 12, "by noon": 12, "before noon": 12,
    "at lunch": 13, "before lunch": 12, "after lunch": 14, "in the afternoon": 14, "afternoon": 14, "this afternoon": 14,
    "in the evening": 19, "evening": 19, "this evening": 19, "tonight": 20, "by the evening": 18,
}  # fmt: skip
# Of these the single words also stand in names («Morning Star»): they count beside a day only.
_BESIDE_DAY: Final = frozenset({"morning", "noon", "afternoon", "evening", "утра"})
END_OF_WORK: Final = dt.time(18)

_AT: Final = r"(?:(?:в|во|к|до|на|около|ровно в|at|by|before|until|till|around|from) )"
_H: Final = r"(?P<h>[01]?\d|2[0-3])"
_M: Final = r"(?P<m>[0-5]\d)"
_HALF: Final = r"(?P<half>утра|дня|вечера|ночи|[ap]\.?m\.?|in the morning|in the afternoon|in the evening)"
# «в 10 офисах», «в 2 раза», "at 3 shops": numbers of other things.
_THINGS: Final = (
    r"(?!\s*(?:[%‰$€₽]|[а-я]+(?:ах|ях|ов|ев)\b|раза?\b"
    r"|тыс|млн|руб|шт|лет\b|год|этап|экз|процент|days?\b|weeks?\b|times?\b|shops?\b|places?\b|percent))"
)
_ENDS: Final = r"(?![\d:/-]|[.,]\d)"
_HALVES: Final = {
    "первого": 0, "второго": 1, "третьего": 2, "четвертого": 3, "пятого": 4, "шестого": 5, "седьмого": 6, "восьмого": 7,
    "девятого": 8, "десятого": 9, "одиннадцатого": 10, "двенадцатого": 11,
}  # fmt: skip


def clock_of(hour: int, minute: int, half: str, *, written: bool = False) -> dt.time | None:
    """A clock time; small hours without a half of the day are those of the afternoon, as nobody works at 3 at night."""
    half = half.replace(".", "").strip()
    if half in {"дня", "вечера", "pm", "in the afternoon", "in the evening"}:
        hour += 12 if hour < 12 else 0
    elif half in {"утра", "ночи", "am", "in the morning"}:
        if hour > 12:
            return None
        hour = hour % 12 if half in {"ночи", "am"} else hour
    elif 1 <= hour <= 6 and not written:
        hour += 12
    return dt.time(hour, minute) if hour < 24 else None


def read_clock(line: Line) -> None:
    """Find the clock time of a line; a span («с 15 до 16») gives its length too."""
    if not line.has("clock"):
        _read_span(line)
    for form in _CLOCKS:
        line.take("clock", form, _clock)
    line.take("clock", _IN_WORDS, lambda m: clock_of(number(m["n"]), 0, m["half"] or ""))
    line.take("clock", _HALF_PAST, lambda m: clock_of((_HALVES[m["of"]] or 12), 30, ""))
    if line.has("day") or line.has("repeat"):
        line.take("clock", _BARE_DASH, _clock)
        line.take("clock", _PART_OF_DAY, _part_of_day)
    line.take("clock", _CLEAR_PART, _part_of_day)


def read_length(line: Line) -> None:
    """Find how long it lasts, in minutes."""
    line.take("length", _HALF_HOURS, lambda m: 90 if m["more"] else 30)
    line.take("length", _HOURS_AND_MINUTES, lambda m: _length(int(m["hours"]) * 60 + int(m["minutes"])))
    line.take("length", _LENGTH, _read_length)


def read_bare_length(line: Line) -> None:
    """Find a length without «на»: only a call or a meeting is said to be «30 мин»."""
    line.take("length", _BARE_LENGTH, _read_length)


def read_wait(line: Line, now: dt.datetime) -> None:
    """Find «через час», «через 20 минут», "in half an hour": a moment of its own."""
    if line.has("day") or line.has("clock"):
        return
    for form, read in _WAITS:
        for found in line.free(form):
            minutes = read(found)
            if minutes and minutes <= MOST_MINUTES:
                moment = now + dt.timedelta(minutes=minutes)
                moment += dt.timedelta(minutes=-moment.minute % 5)
                line.parts.append(Part("clock", *found.span(), moment.replace(second=0, microsecond=0)))
                return


def _read_span(line: Line) -> None:
    for found in line.free(_SPAN):
        first = clock_of(
            int(found["h"]),
            int(found["m"] or 0),
            found["half"] or found["half2"] or "",
            written=_written(found["h"]),
        )
        last = clock_of(
            int(found["h2"]), int(found["m2"] or 0), found["half2"] or "", written=_written(found["h2"])
        )
        if first is None or last is None:
            continue
        minutes = (last.hour - first.hour) * 60 + last.minute - first.minute
        if minutes <= 0:
            continue
        line.parts.append(Part("clock", *found.span(), first))
        if not line.has("length"):
            line.parts.append(Part("length", found.end(), found.end(), minutes))
        return


def _written(hour: str) -> bool:
    """Whether an hour is written as the 24-hour clock writes it: 03:00 is at night."""
    return hour.startswith("0")


def _clock(m: re.Match[str]) -> dt.time | None:
    groups = m.groupdict()
    half = groups.get("half") or ""
    return clock_of(int(m["h"]), int(groups.get("m") or 0), half, written=_written(m["h"]))


def _part_of_day(m: re.Match[str]) -> dt.time:
    return dt.time(PARTS_OF_DAY[m["part"]])


def _length(minutes: float) -> int | None:
    return round(minutes) if 0 < minutes <= MOST_MINUTES else None


def _read_length(m: re.Match[str]) -> int | None:
    amount = m["n"] or "1"
    count = float(amount.replace(",", ".")) if amount[0].isdigit() else number(amount)
    return _length(count * (60 if UNITS[m["unit"]] == "hour" else 1))


_HOURS: Final = either(n for n, u in UNITS.items() if u in {"hour", "minute"})
_SPAN: Final = pattern(
    rf"(?:(?:с|со|from|between) )?{_H}(?:[:.]{_M})?(?: ?{_HALF})?(?: ?[-–—] ?| до | по | to | and | till | until )"
    r"(?P<h2>[01]?\d|2[0-3])(?:[:.](?P<m2>[0-5]\d))?(?: ?(?P<half2>утра|дня|вечера|[ap]\.?m\.?))?"
    + _ENDS
    + _THINGS
)
_CLOCKS: Final = (
    pattern(rf"{_AT}?{_H}[:.]{_M} ?{_HALF}"),
    pattern(rf"{_AT}?{_H} ?(?:час(?:а|ов)?|ч\.?)? ?{_HALF}"),
    pattern(rf"{_AT}{_H}[:.]{_M}{_ENDS}"),
    pattern(rf"{_AT}{_H}[- ]{_M}{_ENDS}{_THINGS}"),
    pattern(rf"{_AT}?{_H}:{_M}{_ENDS}"),
    pattern(rf"{_AT}{_H} (?:час(?:а|ов)?|ч\.?|o'?clock)(?: {_M} (?:минут[ыа]?|мин\.?))?"),
    pattern(rf"{_AT}{_H}{_ENDS}{_THINGS}"),
)
_IN_WORDS: Final = pattern(
    rf"(?:в|к|до) (?P<n>{either(n for n, v in NUMBERS.items() if v <= 12 and not n.isascii())}) час(?:а|ов)?(?: (?P<half>утра|дня|вечера|ночи))?"
)
_BARE_DASH: Final = pattern(rf"{_H}-(?P<m>00|15|30|45){_ENDS}")
_HALF_PAST: Final = pattern(rf"(?:в |к |до )?(?:пол|половине? )(?P<of>{either(_HALVES)})")
_PART_OF_DAY: Final = pattern(rf"(?P<part>{either(PARTS_OF_DAY)})")
_CLEAR_PART: Final = pattern(rf"(?P<part>{either(set(PARTS_OF_DAY) - _BESIDE_DAY)})")
_FOR: Final = r"(?:на|в течение|длительностью|for)"
_HALF_HOURS: Final = pattern(
    rf"{_FOR} (?:(?:пол ?часа|полчасика|half an hour)|(?P<more>полтора часа|an hour and a half|one and a half hours))"
)
_HOURS_AND_MINUTES: Final = pattern(
    rf"{_FOR} (?P<hours>\d{{1,2}}) ?(?:час(?:а|ов)?|ч|hours?|h) (?:and )?(?P<minutes>\d{{1,2}}) ?(?:минут[ыа]?|мин|minutes?|min|m)\.?"
)
_LENGTH: Final = pattern(rf"{_FOR} (?:(?P<n>\d{{1,3}}(?:[.,]\d)?|{NUMBER}) ?)?(?P<unit>{_HOURS})\.?")
_BARE_LENGTH: Final = pattern(rf"(?P<n>\d{{1,3}}) ?(?P<unit>{_HOURS})\.?")
_WAITS: Final = (
    (pattern("через пол ?часа|in half an hour"), lambda _m: 30),
    (pattern("через полтора часа|in an hour and a half"), lambda _m: 90),
    (pattern(rf"(?:через|in|within) (?:(?P<n>{NUMBER}) )?(?P<unit>{_HOURS})"), _read_length),
)
