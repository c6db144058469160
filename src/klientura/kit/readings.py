"""Numbers, dates and flags as people and programs write them; impossible and ambiguous ones are refused."""

import re
from datetime import date, datetime, time, timedelta, timezone
from decimal import Decimal

from klientura.kit.clean import BadDate, BadNumber, bounded_date
from klientura.kit.formats import Language
from klientura.kit.text import fold

_MAX_LENGTH = 80
# Years of two digits up to this one belong to the 21st century: birthdays of the 1940s must stay there.
_LAST_SHORT_YEAR = 40
_SPACES = re.compile(r"[\s\u2007\u202f'’`]+")
_CURRENCY = re.compile(r"(?:₽|\$|€|£|руб(?:лей|ля|ль|\.)?|р\.|rub|usd|eur)", re.IGNORECASE)
_NUMBER = re.compile(r"[0-9]+(?:[.,\s][0-9]+)*[.,]?|[.,][0-9]+")
_GROUPED = re.compile(r"[0-9]{1,3}(?:\s[0-9]{3})+")
_DAY_FIRST = re.compile(r"([0-9]{1,2})([./-])([0-9]{1,2})\2([0-9]{4}|[0-9]{2})(?:\s?г\.?)?")
_YEAR_FIRST = re.compile(r"([0-9]{4})([./-])([0-9]{1,2})\2([0-9]{1,2})")
_DAY_MONTH_NAME = re.compile(
    r"([0-9]{1,2})(?:st|nd|rd|th|-?го)?[\s-]+([^\W\d_]{3,9})\.?,?[\s-]+([0-9]{4})(?:\s?(?:г\.?|года))?"
)
_MONTH_NAME_DAY = re.compile(r"([^\W\d_]{3,9})\.?\s+([0-9]{1,2})(?:st|nd|rd|th)?,?\s+([0-9]{4})")
_MONTHS = {
    name: number
    for number, names in enumerate(
        ("янв jan", "фев feb", "мар mar", "апр apr", "май мая may", "июн jun", "июл jul", "авг aug",
         "сен sep", "окт oct", "ноя nov", "дек dec"), 1
    )
    for name in names.split()
}  # fmt: skip
_CLOCK = re.compile(
    r"([0-9]{1,2}):([0-9]{2})(?::([0-9]{2})(?:[.,]([0-9]{1,6})[0-9]*)?)?\s?(am|pm)?\s?(z|[+-][0-9]{2}:?[0-9]{2})?"
)
_DATE_AND_CLOCK = re.compile(r"(.+?)(?:[\s,]+|(?<=[0-9])t)([0-9]{1,2}:.+)")
_TRUE = {"да", "д", "yes", "y", "1", "+", "истина", "true", "t", "on", "вкл", "есть", "✓", "✔", "☑"}
_FALSE = {"нет", "н", "no", "n", "0", "-", "−", "–", "—", "ложь", "false", "f", "off", "выкл", "☐"}


class BadBool(ValueError):
    """A text that is neither yes nor no. Codes: empty, format."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def parse_decimal(text: str, language: Language, *, decimal_sign: str | None = None) -> Decimal:
    """Return the number written with group separators and a decimal sign, currency sign allowed.

    ``decimal_sign`` (comma or point) settles what the language leaves open. Raises BadNumber: empty,
    not_a_number, grouping (12 34), ambiguous (1.234 in Russian, 1,5 in English), too_long.
    """
    if len(text) > _MAX_LENGTH:
        raise BadNumber("too_long")
    body, negative = _without_sign(_CURRENCY.sub("", text).strip())
    if not body:
        raise BadNumber("empty" if not text.strip() else "not_a_number")
    body = _SPACES.sub(" ", body)
    if not body.isascii() or not _NUMBER.fullmatch(body):
        raise BadNumber("not_a_number")
    sign = decimal_sign or _decimal_sign(body, language)
    whole, _, fraction = body.partition(sign) if sign else (body, "", "")
    if not fraction.isdigit() and fraction:
        raise BadNumber("grouping" if fraction.replace(" ", "").isdigit() else "not_a_number")
    whole = whole.replace(",", " ").replace(".", " ")
    if " " in whole and not _GROUPED.fullmatch(whole):
        raise BadNumber("grouping")
    number = Decimal(
        f"{whole.replace(' ', '') or '0'}.{fraction or '0'}" if fraction else whole.replace(" ", "") or "0"
    )
    return -number if negative and number else number


def _without_sign(text: str) -> tuple[str, bool]:
    if text.startswith("(") and text.endswith(")"):
        return text[1:-1].strip(), True
    if text[:1] in {"-", "\u2212", "\u2013"}:
        return text[1:].strip(), True
    return text.removeprefix("+").strip(), False


def _decimal_sign(body: str, language: Language) -> str:
    """Return the character that separates the fraction, or an empty text when there is no fraction."""
    comma, point = body.rfind(","), body.rfind(".")
    if comma < 0 and point < 0:
        return ""
    if comma >= 0 and point >= 0:
        later = "," if comma > point else "."
        if body.count(later) > 1:
            raise BadNumber("grouping")
        return later
    sign = "," if comma >= 0 else "."
    if body.count(sign) > 1:
        return ""
    own_sign = "," if language == "ru" else "."
    whole, _, tail = body.partition(sign)
    could_group = len(tail) == 3 and 1 <= len(whole) <= 3 and not whole.startswith("0")
    if sign == own_sign:
        return sign
    if language == "ru":
        if could_group:
            raise BadNumber("ambiguous")
        return sign
    if not could_group:
        raise BadNumber("ambiguous")
    return ""


def parse_date(text: str, language: Language) -> date:
    """Return the day written as 20.11.2026, 20.11.26, 2026-11-20, 20 ноября 2026 or Nov 20, 2026.

    A clock time of midnight behind it is let pass. Raises BadDate: empty, format, impossible, ambiguous
    (03/04/2026 in English), too_early, too_late.
    """
    moment = parse_datetime(text, language)
    if moment.time() != time.min:
        raise BadDate("format")
    return moment.date()


def parse_datetime(text: str, language: Language) -> datetime:
    """Return the date with the clock time behind it (midnight when there is none), aware only with an offset.

    Raises BadDate as parse_date does.
    """
    if len(text) > _MAX_LENGTH:
        raise BadDate("format")
    folded = fold(text)
    if not folded:
        raise BadDate("empty")
    clock, zone = time.min, None
    if ":" in folded and (found := _DATE_AND_CLOCK.fullmatch(folded)):
        folded = found.group(1)
        clock, zone = _parse_clock(found.group(2))
    return datetime.combine(_parse_day(folded, language), clock, zone)


def _parse_clock(text: str) -> tuple[time, timezone | None]:
    found = _CLOCK.fullmatch(text.strip())
    if not found:
        raise BadDate("format")
    hour, minute, second, fraction, half, offset = found.groups()
    hours = int(hour)
    if half:
        if not 1 <= hours <= 12:
            raise BadDate("impossible")
        hours = hours % 12 + (12 if half == "pm" else 0)
    try:
        clock = time(hours, int(minute), int(second or 0), int((fraction or "0").ljust(6, "0")))
        return clock, _parse_offset(offset)
    except ValueError:
        raise BadDate("impossible") from None


def _parse_offset(offset: str | None) -> timezone | None:
    if offset is None:
        return None
    if offset == "z":
        return timezone.utc  # noqa: UP017 - the type is timezone
    digits = offset[1:].replace(":", "")
    if int(digits[2:]) > 59:
        raise BadDate("impossible")
    delta = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    return timezone(-delta if offset.startswith("-") else delta)


def _parse_day(text: str, language: Language) -> date:
    if found := _DAY_FIRST.fullmatch(text):
        one, separator, two, year = found.groups()
        day, month = int(one), int(two)
        if separator == "/" and language == "en":
            day, month = _order_of_english(day, month)
        return _day(_full_year(year), month, day)
    if found := _YEAR_FIRST.fullmatch(text):
        return _day(int(found.group(1)), int(found.group(3)), int(found.group(4)))
    if found := _DAY_MONTH_NAME.fullmatch(text):
        return _day(int(found.group(3)), _month(found.group(2)), int(found.group(1)))
    if found := _MONTH_NAME_DAY.fullmatch(text):
        return _day(int(found.group(3)), _month(found.group(1)), int(found.group(2)))
    raise BadDate("format")


def _order_of_english(one: int, two: int) -> tuple[int, int]:
    """Return day and month of 20/11 and 11/20; which of 3/4 is the day cannot be known."""
    if one <= 12 and two <= 12 and one != two:
        raise BadDate("ambiguous")
    return (two, one) if two > 12 else (one, two)


def _full_year(year: str) -> int:
    number = int(year)
    if len(year) == 4:
        return number
    return number + (2000 if number <= _LAST_SHORT_YEAR else 1900)


def _month(name: str) -> int:
    month = _MONTHS.get(name[:3])
    if month is None:
        raise BadDate("format")
    return month


def _day(year: int, month: int, day: int) -> date:
    try:
        return bounded_date(date(year, month, day))
    except BadDate:
        raise
    except ValueError:
        raise BadDate("impossible") from None


def parse_bool(text: str) -> bool:
    """Return True for да, yes, 1, +, истина…, False for нет, no, 0, -, ложь…; else raise BadBool."""
    folded = fold(text).rstrip(".")
    if folded in _TRUE:
        return True
    if folded in _FALSE:
        return False
    raise BadBool("format" if folded else "empty")
