"""A recurrence in words: «каждый понедельник и среду до 1 марта 2027»."""

import datetime as dt
from typing import Final

from klientura.kit.formats import RUSSIAN_MONTHS, Language
from klientura.kit.recurrence.rules import Nth, Recurrence, Rule

_RU_EVERY: Final = (
    "каждый понедельник",
    "каждый вторник",
    "каждую среду",
    "каждый четверг",
    "каждую пятницу",
    "каждую субботу",
    "каждое воскресенье",
)
_RU_DAYS: Final = ("понедельник", "вторник", "среду", "четверг", "пятницу", "субботу", "воскресенье")
_RU_ON: Final = ("понедельникам", "вторникам", "средам", "четвергам", "пятницам", "субботам", "воскресеньям")
_RU_NTH: Final = {
    1: "первый",
    2: "второй",
    3: "третий",
    4: "четвёртый",
    5: "пятый",
    -1: "последний",
    -2: "предпоследний",
}
_RU_SHE: Final = {
    "первый": "первую",
    "второй": "вторую",
    "третий": "третью",
    "четвёртый": "четвёртую",
    "пятый": "пятую",
    "последний": "последнюю",
    "предпоследний": "предпоследнюю",
}
_RU_IT: Final = {
    "первый": "первое",
    "второй": "второе",
    "третий": "третье",
    "четвёртый": "четвёртое",
    "пятый": "пятое",
    "последний": "последнее",
    "предпоследний": "предпоследнее",
}
_EN_DAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
_EN_MONTHS: Final = (
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
)
_EN_NTH: Final = {
    1: "first",
    2: "second",
    3: "third",
    4: "fourth",
    5: "fifth",
    -1: "last",
    -2: "last but one",
}
_WORKING: Final = tuple((0, day) for day in range(5))
_UNUSUAL: Final = {"ru": "по особому правилу", "en": "by a rule of its own"}
_NEVER: Final = {"ru": "не повторяется", "en": "does not repeat"}


def describe(recurrence: Recurrence, start: dt.datetime | None, language: Language) -> str:
    """The recurrence of something that begins at `start`, in a few words; the first word is not a capital.

    Without a start nothing is said of the day that only it knows.
    """
    rule = recurrence.rule
    if rule is None:
        return _extra(recurrence, language) or _NEVER[language]
    core = _core(rule, start, language) or _UNUSUAL[language]
    return core + _end(rule, language)


def _core(rule: Rule, start: dt.datetime | None, language: Language) -> str | None:
    if rule.year_days or rule.weeks or rule.positions:
        return None
    if rule.freq == "DAILY":
        plain = not (rule.days or rule.month_days or rule.months)
        return _each(rule.interval, "day", language) if plain else None
    if rule.freq == "WEEKLY":
        days = rule.days or (((0, start.weekday()),) if start else ())
        return None if rule.months else _weekly(rule, days, language)
    return _monthly(rule, start, language) if rule.freq == "MONTHLY" else _yearly(rule, start, language)


def _weekly(rule: Rule, days: tuple[Nth, ...], language: Language) -> str:
    if not days:
        return _each(rule.interval, "week", language)
    if rule.interval == 1 and days == _WORKING:
        return "по будням" if language == "ru" else "every working day"
    if rule.interval == 1 and len(days) == 7:
        return _each(1, "day", language)
    numbers = [day for _nth, day in days]
    if language == "ru":
        if rule.interval > 1:
            return f"{_each(rule.interval, 'week', language)} по {_listed([_RU_ON[d] for d in numbers], language)}"
        # «каждый понедельник и среду»: the word agrees with the day that it stands before
        return _listed([_RU_EVERY[numbers[0]], *(_RU_DAYS[d] for d in numbers[1:])], language)
    named = _listed([_EN_DAYS[d] for d in numbers], language)
    return f"every {named}" if rule.interval == 1 else f"{_each(rule.interval, 'week', language)} on {named}"


def _monthly(rule: Rule, start: dt.datetime | None, language: Language) -> str | None:
    if rule.months or (rule.days and rule.month_days):
        return None
    each = _each(rule.interval, "month", language)
    if rule.days:
        nth = _nth(rule.days, language)
        return f"{each} {nth}" if nth else None
    days = rule.month_days or ((start.day,) if start else ())
    if not days:
        return each
    if days == (-1,):
        return f"{each} в последний день" if language == "ru" else f"{each} on the last day"
    if min(days) < 0:
        return None
    named = _listed([f"{d}-го" if language == "ru" else str(d) for d in days], language)
    return f"{each} {named} числа" if language == "ru" else f"{each} on day {named}"


def _yearly(rule: Rule, start: dt.datetime | None, language: Language) -> str | None:
    if start is None and not (rule.days or rule.months or rule.month_days):
        return _each(rule.interval, "year", language)
    months = rule.months or ((start.month,) if start else ())
    days = rule.month_days or ((start.day,) if start else ())
    if rule.days or len(months) != 1 or len(days) != 1 or days[0] < 0:
        return None
    each = _each(rule.interval, "year", language)
    if language == "ru":
        return f"{each} {days[0]} {RUSSIAN_MONTHS[months[0]]}"
    return f"{each} on {days[0]} {_EN_MONTHS[months[0] - 1]}"


def _nth(days: tuple[Nth, ...], language: Language) -> str | None:
    names = []
    for nth, day in days:
        if nth not in _RU_NTH:
            return None
        if language == "en":
            names.append(f"the {_EN_NTH[nth]} {_EN_DAYS[day]}")
            continue
        word = _RU_NTH[nth]
        names.append(
            f"{_RU_SHE[word] if day in (2, 4, 5) else _RU_IT[word] if day == 6 else word} {_RU_DAYS[day]}"
        )
    joined = _listed(names, language)
    if language == "en":
        return f"on {joined}"
    return f"{'во' if joined.startswith('втор') else 'в'} {joined}"


def _each(interval: int, unit: str, language: Language) -> str:
    if language == "en":
        return f"every {unit}" if interval == 1 else f"every {interval} {unit}s"
    one = {"day": "каждый день", "week": "каждую неделю", "month": "каждый месяц", "year": "каждый год"}
    if interval == 1:
        return one[unit]
    forms = {
        "day": ("день", "дня", "дней"), "week": ("неделю", "недели", "недель"),
        "month": ("месяц", "месяца", "месяцев"), "year": ("год", "года", "лет"),
    }  # fmt: skip
    return f"раз в {interval} {_plural(interval, forms[unit])}"


def _end(rule: Rule, language: Language) -> str:
    if rule.until is not None:
        day = rule.until
        if language == "ru":
            return f" до {day.day} {RUSSIAN_MONTHS[day.month]} {day.year}"
        return f" until {day.day} {_EN_MONTHS[day.month - 1]} {day.year}"
    if rule.count is not None:
        if language == "ru":
            return f", {rule.count} {_plural(rule.count, ('раз', 'раза', 'раз'))}"
        return f", {rule.count} {'time' if rule.count == 1 else 'times'}"
    return ""


def _extra(recurrence: Recurrence, language: Language) -> str:
    number = len(recurrence.extra) + 1
    if not recurrence.extra:
        return ""
    return f"{number} {_plural(number, ('раз', 'раза', 'раз'))}" if language == "ru" else f"{number} times"


def _listed(words: list[str], language: Language) -> str:
    glue = " и " if language == "ru" else " and "
    return words[0] if len(words) == 1 else ", ".join(words[:-1]) + glue + words[-1]


def _plural(number: int, forms: tuple[str, str, str]) -> str:
    if number % 10 == 1 and number % 100 != 11:
        return forms[0]
    return forms[1] if 2 <= number % 10 <= 4 and not 12 <= number % 100 <= 14 else forms[2]
