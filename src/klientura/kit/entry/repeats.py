"""Recurrence in a line: «каждый понедельник», «по будням», «раз в 2 недели», "every other Friday"; as rules of RFC 5545."""

import datetime as dt
import re
from calendar import monthrange
from typing import Final

from klientura.kit.entry.findings import Line, pattern
from klientura.kit.entry.words import CODES, MONTHS, NUMBER, UNITS, WEEKDAYS, either, number

_WORKDAYS: Final = "FREQ=WEEKLY;BYDAY=MO,TU,WE,TH,FR"
_FREQUENCY: Final = {
    "day": "FREQ=DAILY", "week": "FREQ=WEEKLY", "month": "FREQ=MONTHLY", "quarter": "FREQ=MONTHLY;INTERVAL=3", "year": "FREQ=YEARLY",
}  # fmt: skip
_ADVERBS: Final = {
    "ежедневно": "day", "еженедельно": "week", "ежемесячно": "month", "ежеквартально": "quarter", "ежегодно": "year",
    "daily": "day", "weekly": "week", "monthly": "month", "quarterly": "quarter", "yearly": "year", "annually": "year",
}  # fmt: skip
_ORDER: Final = {
    "первый": 1, "первую": 1, "первое": 1, "first": 1, "второй": 2, "вторую": 2, "второе": 2, "second": 2, "третий": 3,
    "третью": 3, "третье": 3, "third": 3, "последний": -1, "последнюю": -1, "последнее": -1, "last": -1,
}  # fmt: skip
_MOST: Final = 99
_FAR: Final = 366 * 9
"""Days within which even a 29 February comes."""


def read_repeat(line: Line) -> None:
    """Find how a matter comes again."""
    for form, read in _FORMS:
        line.take("repeat", form, read)


def rule_of(text: str) -> str | None:
    """The rule that a text says, when it says nothing else."""
    line = Line(" ".join(text.split()))
    read_repeat(line)
    whole = line.parts and (line.parts[0].start, line.parts[0].end) == (0, len(line.text))
    return str(line.parts[0].value) if whole else None


def completed(rule: str, day: dt.date) -> str:
    """A rule that names its own days: those of a day where it leaves that open, so that it can be told without it."""
    told = dict(piece.split("=", 1) for piece in rule.split(";"))
    if {"BYDAY", "BYMONTHDAY", "BYYEARDAY", "BYSETPOS", "BYWEEKNO"} & set(told):
        return rule
    own = {
        "WEEKLY": f";BYDAY={CODES[day.weekday()]}",
        "MONTHLY": f";BYMONTHDAY={day.day if day.day < 29 else -1}",
        "YEARLY": f";BYMONTH={day.month};BYMONTHDAY={day.day}",
    }
    return rule + ("" if told["FREQ"] == "YEARLY" and "BYMONTH" in told else own.get(told["FREQ"], ""))


def first_day(rule: str, today: dt.date) -> dt.date:
    """The first day of a rule from today on, as far as its own words tell a day; today when they tell none."""
    told = dict(piece.split("=", 1) for piece in rule.split(";"))
    for ahead in range(_FAR):
        day = today + dt.timedelta(days=ahead)
        if _fits(told, day):
            return day
    return today


def _fits(told: dict[str, str], day: dt.date) -> bool:
    if "BYMONTH" in told and str(day.month) not in told["BYMONTH"].split(","):
        return False
    if month_days := told.get("BYMONTHDAY"):
        from_the_end = day.day - monthrange(day.year, day.month)[1] - 1
        return not {str(day.day), str(from_the_end)}.isdisjoint(month_days.split(","))
    if "BYDAY" not in told:
        return True
    for code in told["BYDAY"].split(","):
        if CODES[day.weekday()] != code[-2:]:
            continue
        place = code[:-2]
        in_month = (day.day - 1) // 7 + 1
        if place in {"", str(in_month)} or (
            place == "-1" and (day + dt.timedelta(days=7)).month != day.month
        ):
            return True
    return False


def _weekly(names: str, every: int = 1) -> str:
    numbers = sorted({WEEKDAYS[n] for n in re.findall(r"\w+", names) if n in WEEKDAYS})
    interval = f"INTERVAL={every};" if every > 1 else ""
    return f"FREQ=WEEKLY;{interval}BYDAY={','.join(CODES[n] for n in numbers)}"


def _every(m: re.Match[str]) -> str | None:
    unit = UNITS[m["unit"]]
    count = number(m["n"]) if m["n"] else 1
    if "other" in m.groupdict() and m["other"]:
        count = 2
    if not 1 <= count <= _MOST or unit not in _FREQUENCY:
        return None
    if unit == "quarter":
        return f"FREQ=MONTHLY;INTERVAL={3 * count}"
    return _FREQUENCY[unit] + (f";INTERVAL={count}" if count > 1 else "")


def _counted(m: re.Match[str]) -> str | None:
    """«Раз в 2 недели по средам», "every month on the last Friday": how often, and on which days of it."""
    unit, count = UNITS[m["unit"] or m["unit2"]], number(m["n"] or m["n2"] or "1")
    if unit == "quarter":
        unit, count = "month", 3 * count
    interval = f";INTERVAL={count}" if count > 1 else ""
    if not 1 <= count <= _MOST:
        return None
    if unit == "week" and m["days"]:
        return _weekly(m["days"], count)
    if unit == "month" and m["order"]:
        place = _ORDER[m["order"]]
        if m["nth"] in WEEKDAYS:
            return f"FREQ=MONTHLY{interval};BYDAY={place}{CODES[WEEKDAYS[m['nth']]]}"
        return f"FREQ=MONTHLY{interval};BYMONTHDAY={place}"
    if unit == "month" and m["day"] and 1 <= int(m["day"]) <= 31:
        return f"FREQ=MONTHLY{interval};BYMONTHDAY={int(m['day'])}"
    if unit == "year" and m["month"] and 1 <= int(m["year_day"]) <= 31:
        return f"FREQ=YEARLY{interval};BYMONTHDAY={int(m['year_day'])};BYMONTH={MONTHS[m['month']]}"
    return None


def _ordered(m: re.Match[str]) -> str:
    return f"FREQ=MONTHLY;BYDAY={_ORDER[m['order']]}{CODES[WEEKDAYS[m['day']]]}"


def _month_day(m: re.Match[str]) -> str | None:
    day = int(m["day"] or m["d4"])
    return f"FREQ=MONTHLY;BYMONTHDAY={day}" if 1 <= day <= 31 else None


_UNITS: Final = either(n for n, u in UNITS.items() if u in _FREQUENCY)
_DAY: Final = rf"(?:{either(WEEKDAYS)})"
_DAYS: Final = rf"{_DAY}(?:(?:, ?| и | and | & ){_DAY})*"
_EACH: Final = r"(?:кажд(?:ый|ую|ое|ая|ые)|every|each)"
_ORDERED: Final = either(_ORDER)
_SHORT: Final = "(?:пн|вт|ср|чт|пт|сб|вс)"
_BY_DAYS_RU: Final = f"(?:{either(n for n in WEEKDAYS if n.endswith(('ам', 'ям')))})"
_BY_DAYS_EN: Final = f"(?:{either(n for n in WEEKDAYS if n.endswith('days'))})"
_COUNTED: Final = rf"(?:{_EACH} (?:(?P<n>{NUMBER}) )?(?P<unit>{_UNITS})|(?:раз|once) (?:в|every|an?|per) (?:(?P<n2>{NUMBER}) )?(?P<unit2>{_UNITS}))"
_ON: Final = (
    rf"(?:(?:по|on) (?P<days>{_DAYS})"
    rf"|(?:в|on the) (?P<order>{_ORDERED}) (?P<nth>{_DAY}|день|day)"
    rf"|(?:on )?(?P<year_day>\d{{1,2}}) (?P<month>{either(MONTHS)})"
    r"|(?:on day |on the )?(?P<day>\d{1,2})(?:-?го числа|st|nd|rd|th)?)"
)
_FORMS: Final = (
    (pattern(f"{_COUNTED} {_ON}"), _counted),
    (
        pattern(
            rf"{_EACH} (?:(?:будн|рабоч)(?:ий|ие) (?:день|дни)|weekday|working day|workday)"
            r"|по будн(?:ям|им дням)|по рабочим дням|on weekdays"
        ),
        lambda _m: _WORKDAYS,
    ),
    (
        pattern(
            rf"(?:{_EACH}|в|on the) (?P<order>{_ORDERED}) (?P<day>{_DAY})"
            r" (?:каждого месяца|месяца|of (?:each|every|the) month)"
        ),
        _ordered,
    ),
    (
        pattern(
            r"(?:в |на )?последний день (?:каждого )?месяца"
            r"|on the last day of (?:each|every|the) month|every last day of the month"
        ),
        lambda _m: "FREQ=MONTHLY;BYMONTHDAY=-1",
    ),
    (
        pattern(
            r"(?:каждое |каждого )(?P<day>\d{1,2})(?:-?[ео]?г?[ое]?)? ?(?:числа|число)?"
            r"|every month on the (?P<d4>\d{1,2})(?:st|nd|rd|th)?"
        ),
        _month_day,
    ),
    (
        pattern(
            r"(?P<day>\d{1,2})(?:-?го)?(?: числа)? каждого месяца"
            r"|(?:on )?the (?P<d4>\d{1,2})(?:st|nd|rd|th)? of (?:each|every) month"
        ),
        _month_day,
    ),
    (pattern(rf"(?:every other|через) (?P<days>{_DAY})"), lambda m: _weekly(m["days"], 2)),
    (pattern(rf"{_EACH} (?P<days>{_DAYS})"), lambda m: _weekly(m["days"])),
    (
        pattern(rf"по (?P<days>{_BY_DAYS_RU}(?:(?:, ?| и ){_DAY})*|{_SHORT}(?:(?:, ?| и ){_SHORT})*)"),
        lambda m: _weekly(m["days"]),
    ),
    (pattern(rf"on (?P<days>{_BY_DAYS_EN}(?:(?:, ?| and ){_DAY})*)"), lambda m: _weekly(m["days"])),
    (pattern(rf"every (?P<other>other) (?P<n>)(?P<unit>{_UNITS})"), _every),
    (pattern(rf"(?:once )?{_EACH} (?:(?P<n>{NUMBER}) )?(?P<unit>{_UNITS})"), _every),
    (pattern(rf"(?:раз|once) (?:в|every|an?|per) (?:(?P<n>{NUMBER}) )?(?P<unit>{_UNITS})"), _every),
    (pattern(rf"(?P<adverb>{either(_ADVERBS)})"), lambda m: _FREQUENCY[_ADVERBS[m["adverb"]]]),
)
