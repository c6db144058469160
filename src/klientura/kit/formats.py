"""Dates, numbers and money as texts in Russian and English, without a locale library on the hot path."""

from datetime import date, datetime
from decimal import Decimal
from typing import Literal

type Language = Literal["ru", "en"]

NARROW_SPACE = "\u202f"
NO_BREAK_SPACE = "\u00a0"
_TO_RUSSIAN = str.maketrans({",": NARROW_SPACE, ".": ","})
_ENGLISH_MONTHS = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
RUSSIAN_MONTHS = (
    "", "января", "февраля", "марта", "апреля", "мая", "июня", "июля", "августа", "сентября", "октября", "ноября", "декабря",
)  # fmt: skip
"""In the genitive, by their number."""
_SYMBOLS = {"RUB": "₽", "USD": "$", "EUR": "€", "GBP": "£", "CNY": "¥", "JPY": "JP¥", "KZT": "₸", "TRY": "₺"}
_CURRENCY_PLACES = {"JPY": 0, "KRW": 0, "VND": 0, "ISK": 0, "CLP": 0, "KWD": 3, "BHD": 3, "OMR": 3, "TND": 3}


def format_date(day: date, language: Language) -> str:
    """Return 20.11.2026 in Russian, 20 Nov 2026 in English."""
    if language == "ru":
        return "%02d.%02d.%04d" % (day.day, day.month, day.year)  # noqa: UP031 - half the time of an f-string
    return f"{day.day} {_ENGLISH_MONTHS[day.month]} {day.year:04d}"


def format_paper_date(day: date, language: Language) -> str:
    """Return 20 ноября 2026 г. in Russian, 20 Nov 2026 in English: as the heads of papers have it."""
    if language == "ru":
        return f"{day.day}{NO_BREAK_SPACE}{RUSSIAN_MONTHS[day.month]} {day.year:04d}{NO_BREAK_SPACE}г."
    return format_date(day, language)


def format_datetime(moment: datetime, language: Language, *, seconds: bool = False) -> str:
    """Return the date and the clock time of the moment in its own time zone (convert it before)."""
    clock = "%02d:%02d" % (moment.hour, moment.minute)  # noqa: UP031
    if seconds:
        clock += ":%02d" % moment.second  # noqa: UP031
    return f"{format_date(moment, language)} {clock}"


def format_decimal(number: Decimal | int, language: Language, *, places: int | None = None) -> str:
    """Return the number with groups of three: 1 839 535,00 in Russian, 1,839,535.00 in English.

    ``places`` fixes the decimal places (ties round to even); without it the number keeps its own.
    """
    text = (
        format(number, ",f" if isinstance(number, Decimal) else ",d")
        if places is None
        else f"{number:,.{places}f}"
    )
    return text.translate(_TO_RUSSIAN) if language == "ru" else text


def format_bytes(number: int, language: Language) -> str:
    """A size as people say it: 340 КБ, 2,1 МБ."""
    units = ("Б", "КБ", "МБ", "ГБ") if language == "ru" else ("B", "KB", "MB", "GB")
    size, place = Decimal(number), 0
    while size >= 1024 and place < len(units) - 1:
        size, place = size / 1024, place + 1
    shown = round(size, 1 if place and size < 10 else 0)
    return f"{format_decimal(shown.normalize() + 0, language)}{NO_BREAK_SPACE}{units[place]}"


def format_money(amount: Decimal | int, currency: str, language: Language, *, brief: bool = False) -> str:
    """Return the amount with the currency's sign (the ISO code when it has none) and usual decimal places.

    `brief` leaves out the hundredths of a round sum.
    """
    places = 0 if brief and amount == int(amount) else _CURRENCY_PLACES.get(currency, 2)
    number = format_decimal(amount, language, places=places)
    symbol = _SYMBOLS.get(currency)
    if language == "ru":
        return f"{number}{NO_BREAK_SPACE}{symbol or currency}"
    if symbol is None:
        return f"{currency}{NO_BREAK_SPACE}{number}"
    return f"-{symbol}{number[1:]}" if number.startswith("-") else symbol + number
