"""The words for days, months, numbers and stretches of time in both languages, folded (ё as е, lower case)."""

from typing import Final

_DAYS: Final = (
    ("понедельник понедельника понедельнику понедельникам пн monday mondays mon", "MO"),
    ("вторник вторника вторнику вторникам вт tuesday tuesdays tue tues", "TU"),
    ("среда среду среды среде средам ср wednesday wednesdays wed", "WE"),
    ("четверг четверга четвергу четвергам чт thursday thursdays thu thur thurs", "TH"),
    ("пятница пятницу пятницы пятнице пятницам пт friday fridays fri", "FR"),
    ("суббота субботу субботы субботе субботам сб saturday saturdays sat", "SA"),
    ("воскресенье воскресенья воскресенью воскресеньям вс sunday sundays sun", "SU"),
)
CODES: Final = tuple(code for _names, code in _DAYS)
WEEKDAYS: Final = {name: number for number, (names, _code) in enumerate(_DAYS) for name in names.split()}
# Of these only whole words make a weekday without a preposition: «сб» and «sun» also mean other things.
LONG_WEEKDAYS: Final = {name: n for name, n in WEEKDAYS.items() if len(name) > 4}

_MONTHS: Final = (
    "январь января январе янв january jan", "февраль февраля феврале фев february feb", "март марта марте мар march mar",
    "апрель апреля апреле апр april apr", "май мая мае may", "июнь июня июне июн june jun", "июль июля июле июл july jul",
    "август августа августе авг august aug", "сентябрь сентября сентябре сен сент september sep sept",
    "октябрь октября октябре окт october oct", "ноябрь ноября ноябре ноя november nov",
    "декабрь декабря декабре дек december dec",
)  # fmt: skip
MONTHS: Final = {name: number for number, names in enumerate(_MONTHS, 1) for name in names.split()}

_NUMBERS: Final = (
    "один одну одного одна one a an", "два две двух two пару", "три трех three", "четыре four", "пять five",
    "шесть six", "семь seven", "восемь eight", "девять nine", "десять ten", "одиннадцать eleven", "двенадцать twelve",
)  # fmt: skip
NUMBERS: Final = {name: number for number, names in enumerate(_NUMBERS, 1) for name in names.split()} | {
    "пятнадцать": 15, "двадцать": 20, "тридцать": 30, "сорок": 40, "fifteen": 15, "twenty": 20, "thirty": 30, "a couple": 2, "couple": 2,
}  # fmt: skip

UNITS: Final = {
    name: unit
    for names, unit in (
        ("минуту минуты минут мин minute minutes min mins", "minute"),
        ("час часа часов ч hour hours hr hrs h", "hour"),
        ("день дня дней дн day days", "day"),
        ("неделю недели недель нед week weeks", "week"),
        ("месяц месяца месяцев мес month months", "month"),
        ("квартал квартала кварталов quarter quarters", "quarter"),
        ("год года лет year years", "year"),
    )
    for name in names.split()
}


def either(*groups: object) -> str:
    """The alternatives of a pattern, the longest first."""
    names = {str(name) for group in groups for name in group}  # type: ignore[attr-defined]
    return "|".join(sorted(names, key=lambda name: (-len(name), name)))


NUMBER: Final = rf"\d{{1,3}}|{either(NUMBERS)}"


def number(text: str) -> int:
    """A number in digits or in one word."""
    return int(text) if text.isdigit() else NUMBERS[text]
