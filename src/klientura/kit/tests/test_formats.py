from datetime import date, datetime
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kit.formats import Language, format_date, format_datetime, format_decimal, format_money
from klientura.kit.readings import parse_date, parse_datetime, parse_decimal

LANGUAGES = st.sampled_from(["ru", "en"])


def test_dates() -> None:
    assert format_date(date(2026, 11, 5), "ru") == "05.11.2026"
    assert format_date(date(2026, 11, 5), "en") == "5 Nov 2026"
    assert format_datetime(datetime(2026, 11, 5, 7, 8, 9), "ru") == "05.11.2026 07:08"
    assert format_datetime(datetime(2026, 11, 5, 7, 8, 9), "en", seconds=True) == "5 Nov 2026 07:08:09"


@pytest.mark.parametrize(
    ("number", "places", "russian", "english"),
    [
        (Decimal(1839535), 2, "1\u202f839\u202f535,00", "1,839,535.00"),
        (Decimal("-0.5"), None, "-0,5", "-0.5"),
        (1234, None, "1\u202f234", "1,234"),
        (Decimal("1E+3"), None, "1\u202f000", "1,000"),
        (999, 0, "999", "999"),
    ],
)
def test_numbers(number: Decimal | int, places: int | None, russian: str, english: str) -> None:
    assert format_decimal(number, "ru", places=places) == russian
    assert format_decimal(number, "en", places=places) == english


def test_money() -> None:
    assert format_money(Decimal(1839535), "RUB", "ru") == "1\u202f839\u202f535,00\u00a0₽"
    assert format_money(Decimal("-1234.5"), "USD", "en") == "-$1,234.50"
    assert format_money(1500, "JPY", "ru") == "1\u202f500\u00a0JP¥"
    assert format_money(5, "BYN", "en") == "BYN\u00a05.00"


@given(st.dates(date(1, 1, 2), date(9999, 12, 30)), LANGUAGES)
def test_formatted_dates_are_read_back(day: date, language: Language) -> None:
    assert parse_date(format_date(day, language), language) == day


@given(st.datetimes(datetime(1, 1, 2), datetime(9999, 12, 30)), LANGUAGES)
def test_formatted_moments_are_read_back(moment: datetime, language: Language) -> None:
    expected = moment.replace(microsecond=0)
    assert parse_datetime(format_datetime(moment, language, seconds=True), language) == expected


@given(st.decimals(-(10**12), 10**12, places=2), LANGUAGES)
def test_formatted_numbers_are_read_back(number: Decimal, language: Language) -> None:
    assert parse_decimal(format_decimal(number, language, places=2), language) == number
    assert parse_decimal(format_money(number, "RUB", language), language) == number
