"""The text of a recurrence (RRULE, RDATE and EXDATE of RFC 5545) and what it says.

All its moments are wall-clock times of the place it was planned for, without a zone: ten in the morning stays ten in
the morning on both sides of a change of clocks.
"""

import datetime as dt
import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Final
from zoneinfo import ZoneInfo

DAYS: Final = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
FREQUENCIES: Final = ("DAILY", "WEEKLY", "MONTHLY", "YEARLY")
MOST_COUNT: Final = 2_000
MOST_INTERVAL: Final = 1_000
MOST_MOMENTS: Final = 1_000
LONGEST_TEXT: Final = 20_000
SECOND: Final = dt.timedelta(seconds=1)

type Nth = tuple[int, int]
"""(how manieth, weekday from Monday = 0); 0 is every one."""

_LINE: Final = re.compile(r"(?:(RRULE|RDATE|EXDATE)((?:;[A-Z-]+=[^:;]*)*):)?(.+)", re.IGNORECASE)
_DAY: Final = re.compile(r"([+-]?\d{1,2})?(MO|TU|WE|TH|FR|SA|SU)")
_MOMENT: Final = re.compile(r"(\d{4})(\d{2})(\d{2})(?:T(\d{2})(\d{2})(\d{2})(Z)?)?")
# How far the numbers of each part go, either sign; zero is never one of them.
_NUMBERS: Final = {"BYMONTHDAY": 31, "BYYEARDAY": 366, "BYWEEKNO": 53, "BYSETPOS": 366}


class BadRule(ValueError):
    """A text that is no rule we can follow. Codes: text, finer, part, number, both_ends, moments, fixed_days."""

    def __init__(self, code: str, what: str = "") -> None:
        super().__init__(f"{code} {what}".strip())
        self.code = code
        self.what = what


@dataclass(frozen=True, slots=True)
class Rule:
    """One RRULE. `until` is the last wall-clock moment at which it may still happen."""

    freq: str
    interval: int = 1
    count: int | None = None
    until: dt.datetime | None = None
    days: tuple[Nth, ...] = ()
    month_days: tuple[int, ...] = ()
    months: tuple[int, ...] = ()
    year_days: tuple[int, ...] = ()
    weeks: tuple[int, ...] = ()
    positions: tuple[int, ...] = ()
    week_start: int = 0

    @property
    def fixes_days(self) -> bool:
        """Whether the rule itself names its days, besides weekdays of a week."""
        return bool(self.month_days or self.year_days or self.weeks or self.positions) or (
            self.freq != "WEEKLY" and bool(self.days)
        )

    def text(self, zone: ZoneInfo | None = None) -> str:
        """As RFC 5545 writes it, without the name of the property; with a zone, `until` is told in UTC as the RFC demands."""
        parts = [f"FREQ={self.freq}"]
        if self.interval != 1:
            parts.append(f"INTERVAL={self.interval}")
        if self.count is not None:
            parts.append(f"COUNT={self.count}")
        if self.until is not None:
            until = self.until if zone is None else self.until.replace(tzinfo=zone).astimezone(dt.UTC)
            parts.append(f"UNTIL={stamp(until)}{'Z' if zone else ''}")
        if self.days:
            parts.append("BYDAY=" + ",".join(f"{n or ''}{DAYS[day]}" for n, day in self.days))
        for name, numbers in (("BYMONTHDAY", self.month_days), ("BYMONTH", self.months),
                              ("BYYEARDAY", self.year_days), ("BYWEEKNO", self.weeks),
                              ("BYSETPOS", self.positions)):  # fmt: skip
            if numbers:
                parts.append(f"{name}={','.join(map(str, numbers))}")
        if self.week_start:
            parts.append(f"WKST={DAYS[self.week_start]}")
        return ";".join(parts)


@dataclass(frozen=True, slots=True)
class Recurrence:
    """A rule, further moments, and those that are left out (a date leaves out whatever happens on it)."""

    rule: Rule | None = None
    extra: tuple[dt.datetime, ...] = ()
    without: frozenset[dt.date] = frozenset()  # dates and moments: a moment is a date, too

    def text(self) -> str:
        """The lines that are stored; the same recurrence always has the same text."""
        lines = [f"RRULE:{self.rule.text()}"] if self.rule else []
        if self.extra:
            lines.append("RDATE:" + ",".join(stamp(m) for m in sorted(self.extra)))
        moments = sorted(m for m in self.without if isinstance(m, dt.datetime))
        days = sorted(d for d in self.without if not isinstance(d, dt.datetime))
        if moments:
            lines.append("EXDATE:" + ",".join(map(stamp, moments)))
        if days:
            lines.append("EXDATE;VALUE=DATE:" + ",".join(f"{d:%Y%m%d}" for d in days))
        return "\n".join(lines)

    def leaving_out(self, moment: dt.datetime) -> "Recurrence":
        """The same without one moment."""
        return replace(self, without=self.without | {moment})

    def ending_before(self, moment: dt.datetime) -> "Recurrence":
        """What of it lies before a moment."""
        rule = self.rule
        if rule is not None:
            last = moment - SECOND
            rule = replace(rule, count=None, until=min(rule.until, last) if rule.until else last)
        return Recurrence(rule, *self._between(None, moment))

    def beginning_at(self, moment: dt.datetime, *, passed: int) -> "Recurrence":
        """What of it happens from a moment on, when the rule has made `passed` occurrences before."""
        rule = self.rule
        if rule is not None and rule.count is not None:
            rule = replace(rule, count=max(1, rule.count - passed))
        return Recurrence(rule, *self._between(moment, None))

    def shifted(self, by: dt.timedelta, days: int) -> "Recurrence":
        """The whole of it moved, `days` days further by the calendar. Raises BadRule when the rule names its own days."""
        rule = self.rule
        if rule is not None and days:
            if rule.fixes_days or (rule.months and rule.freq != "DAILY"):
                raise BadRule("fixed_days")
            rule = replace(rule, days=tuple(sorted((n, (day + days) % 7) for n, day in rule.days)))
        if rule is not None and rule.until is not None:
            rule = replace(rule, until=rule.until + by)
        step = dt.timedelta(days=days)
        return Recurrence(
            rule,
            tuple(m + by for m in self.extra),
            frozenset(m + (by if isinstance(m, dt.datetime) else step) for m in self.without),
        )

    def _between(
        self, first: dt.datetime | None, after: dt.datetime | None
    ) -> tuple[tuple[dt.datetime, ...], frozenset[dt.date]]:
        def fits(moment: dt.date) -> bool:
            bare = moment if isinstance(moment, dt.datetime) else dt.datetime.combine(moment, dt.time.max)
            return (first is None or bare >= first) and (after is None or moment_of(moment) < after)

        return tuple(m for m in self.extra if fits(m)), frozenset(m for m in self.without if fits(m))


def moment_of(day: dt.date) -> dt.datetime:
    """A moment as it is, a date as its midnight."""
    return day if isinstance(day, dt.datetime) else dt.datetime.combine(day, dt.time())


def stamp(moment: dt.datetime) -> str:
    """A moment as RFC 5545 writes it, without a zone."""
    return f"{moment:%Y%m%dT%H%M%S}" if moment.year > 999 else f"{moment.year:04d}{moment:%m%dT%H%M%S}"


def parse(text: str, zone: ZoneInfo | None = None) -> Recurrence:
    """Read the lines of a recurrence, or one rule alone. Moments in UTC are told in `zone`. Raises BadRule."""
    if len(text) > LONGEST_TEXT:
        raise BadRule("text")
    rule: Rule | None = None
    extra: list[dt.datetime] = []
    without: set[dt.date] = set()
    for line in filter(None, map(str.strip, text.splitlines())):
        found = _LINE.fullmatch(line)
        name, value = (found[1] or "RRULE").upper() if found else "", found[3] if found else ""
        if not found or (name == "RRULE" and rule is not None):
            raise BadRule("text", line[:60])
        if name == "RRULE":
            rule = _rule(value, zone)
        elif name == "RDATE":
            extra += (moment_of(m) for m in _moments(value, zone))
        else:
            without.update(_moments(value, zone))
    if rule is None and not extra:
        raise BadRule("text", text[:60])
    if len(extra) > MOST_MOMENTS or len(without) > MOST_MOMENTS:
        raise BadRule("moments")
    return Recurrence(rule, tuple(sorted(set(extra))), frozenset(without))


def _rule(text: str, zone: ZoneInfo | None) -> Rule:
    parts: dict[str, str] = {}
    for piece in text.upper().rstrip(";").split(";"):
        name, _sign, value = piece.partition("=")
        if not value or name in parts:
            raise BadRule("text", piece[:60])
        parts[name] = value
    freq = parts.pop("FREQ", "")
    if freq in {"SECONDLY", "MINUTELY", "HOURLY"}:
        raise BadRule("finer")
    if freq not in FREQUENCIES:
        raise BadRule("text", text[:60])
    rule = Rule(
        freq,
        interval=_number(parts.pop("INTERVAL", "1"), MOST_INTERVAL),
        count=_number(parts.pop("COUNT"), MOST_COUNT) if "COUNT" in parts else None,
        until=_until(parts.pop("UNTIL"), zone) if "UNTIL" in parts else None,
        days=_days(parts.pop("BYDAY", ""), freq),
        months=tuple(sorted({_number(n, 12) for n in _pieces(parts.pop("BYMONTH", ""))})),
        month_days=_signed(parts, "BYMONTHDAY"),
        year_days=_signed(parts, "BYYEARDAY"),
        weeks=_signed(parts, "BYWEEKNO"),
        positions=_signed(parts, "BYSETPOS"),
        week_start=_week_start(parts.pop("WKST", "MO")),
    )
    if parts:
        raise BadRule("part", next(iter(parts))[:60])
    _check_together(rule)
    return rule


def _check_together(rule: Rule) -> None:
    """Parts that RFC 5545 forbids beside each other."""
    if rule.count is not None and rule.until is not None:
        raise BadRule("both_ends")
    selects = rule.days or rule.month_days or rule.year_days or rule.weeks or rule.months
    if (
        (rule.weeks and rule.freq != "YEARLY")
        or (rule.year_days and rule.freq != "YEARLY")
        or (rule.month_days and rule.freq == "WEEKLY")
        or (rule.positions and not selects)
        or (rule.weeks and any(n for n, _day in rule.days))
    ):
        raise BadRule("part")


def _days(text: str, freq: str) -> tuple[Nth, ...]:
    found = []
    for piece in _pieces(text):
        match = _DAY.fullmatch(piece)
        if match is None:
            raise BadRule("text", piece[:60])
        nth = int(match[1] or 0)
        if match[1] and (
            nth == 0 or freq not in {"MONTHLY", "YEARLY"} or abs(nth) > (5 if freq == "MONTHLY" else 53)
        ):
            raise BadRule("number", piece[:60])
        found.append((nth, DAYS.index(match[2])))
    return tuple(sorted(set(found)))


def _week_start(text: str) -> int:
    if text not in DAYS:
        raise BadRule("text", text[:60])
    return DAYS.index(text)


def _signed(parts: dict[str, str], name: str) -> tuple[int, ...]:
    found = set()
    for piece in _pieces(parts.pop(name, "")):
        size = _number(piece.lstrip("+-") if piece[:1] in "+-" else piece, _NUMBERS[name])
        found.add(-size if piece.startswith("-") else size)
    return tuple(sorted(found))


def _number(text: str, most: int) -> int:
    if not (text.isascii() and text.isdigit() and len(text) <= 6) or not 1 <= int(text) <= most:
        raise BadRule("number", text[:60])
    return int(text)


def _pieces(text: str) -> Iterator[str]:
    yield from filter(None, text.split(","))


def _until(text: str, zone: ZoneInfo | None) -> dt.datetime:
    until = _moment(text, zone)
    return until if isinstance(until, dt.datetime) else dt.datetime.combine(until, dt.time(23, 59, 59))


def _moments(text: str, zone: ZoneInfo | None) -> Iterator[dt.date]:
    # A period (RDATE;VALUE=PERIOD) is taken by its beginning.
    yield from (_moment(piece.split("/")[0].strip(), zone) for piece in _pieces(text))


def _moment(text: str, zone: ZoneInfo | None) -> dt.date:
    found = _MOMENT.fullmatch(text)
    try:
        if found is None:
            raise ValueError
        day = dt.date(*map(int, found.group(1, 2, 3)))
        if found[4] is None:
            return day
        hour, minute, second = map(int, found.group(4, 5, 6))
        moment = dt.datetime.combine(day, dt.time(hour, minute, second))
        if found[7] and zone is not None:
            moment = moment.replace(tzinfo=dt.UTC).astimezone(zone).replace(tzinfo=None)
    except (ValueError, OverflowError):
        raise BadRule("text", text[:60]) from None
    return moment
