from datetime import date, datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kit.clean import BadDate, BadNumber
from klientura.kit.formats import Language
from klientura.kit.readings import BadBool, parse_bool, parse_date, parse_datetime, parse_decimal


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("1 839 535,00", "ru", "1839535.00"),
        ("748 815.00", "ru", "748815.00"),
        ("4578881.46", "ru", "4578881.46"),
        ("1,234.50", "en", "1234.50"),
        ("1,234.50", "ru", "1234.50"),
        ("1.234,50", "en", "1234.50"),
        ("1,234", "en", "1234"),
        ("1,234", "ru", "1.234"),
        ("0.234", "ru", "0.234"),
        ("1.234.567", "ru", "1234567"),
        ("-5", "ru", "-5"),
        ("\u22125", "ru", "-5"),
        ("(1\u202f234,5)", "ru", "-1234.5"),
        ("1'234.5", "en", "1234.5"),
        ("12 руб.", "ru", "12"),
        ("$ 1,000,000", "en", "1000000"),
        (",5", "ru", "0.5"),
        ("5,", "ru", "5"),
        ("-0", "ru", "0"),
    ],
)
def test_parse_decimal(text: str, language: Language, expected: str) -> None:
    assert str(parse_decimal(text, language)) == expected


@pytest.mark.parametrize(
    ("text", "language", "code"),
    [
        ("нет данных", "ru", "not_a_number"),
        ("", "ru", "empty"),
        ("руб.", "ru", "not_a_number"),
        ("12 34", "ru", "grouping"),
        ("1.234", "ru", "ambiguous"),
        ("1,5", "en", "ambiguous"),
        ("1,2,3", "ru", "grouping"),
        ("1,23 456", "ru", "grouping"),
        ("1e5", "ru", "not_a_number"),
        ("NaN", "en", "not_a_number"),
        ("１２", "ru", "not_a_number"),
        ("1" * 100, "ru", "too_long"),
    ],
)
def test_parse_decimal_refuses(text: str, language: Language, code: str) -> None:
    with pytest.raises(BadNumber) as caught:
        parse_decimal(text, language)
    assert caught.value.code == code


def test_a_given_decimal_sign_settles_the_doubt() -> None:
    assert parse_decimal("1.234", "ru", decimal_sign=".") == Decimal("1.234")
    assert parse_decimal("1.234", "ru", decimal_sign=",") == 1234


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("18.07.2014", "ru", date(2014, 7, 18)),
        ("01.08.10", "ru", date(2010, 8, 1)),
        ("1.8.65", "ru", date(1965, 8, 1)),
        ("2026-11-20", "en", date(2026, 11, 20)),
        ("2026/11/20", "ru", date(2026, 11, 20)),
        ("20 ноября 2026 г.", "ru", date(2026, 11, 20)),
        ("1 Мая 2026", "ru", date(2026, 5, 1)),
        ("Nov 20, 2026", "en", date(2026, 11, 20)),
        ("20th November 2026", "en", date(2026, 11, 20)),
        ("11/20/2026", "en", date(2026, 11, 20)),
        ("20/11/2026", "en", date(2026, 11, 20)),
        ("03/04/2026", "ru", date(2026, 4, 3)),
        ("20.11.2026 0:00:00", "ru", date(2026, 11, 20)),
    ],
)
def test_parse_date(text: str, language: Language, expected: date) -> None:
    assert parse_date(text, language) == expected


@pytest.mark.parametrize(
    ("text", "language", "code"),
    [
        ("31.02.2026", "ru", "impossible"),
        ("00.01.2026", "ru", "impossible"),
        ("13/13/2026", "en", "impossible"),
        ("03/04/2026", "en", "ambiguous"),
        ("20 абвря 2026", "ru", "format"),
        ("20.11.2026 10:00", "ru", "format"),
        ("31.12.9999", "ru", "too_late"),
        ("01.01.0001", "ru", "too_early"),
        ("46346", "ru", "format"),
        (" ", "ru", "empty"),
        ("завтра", "ru", "format"),
    ],
)
def test_parse_date_refuses(text: str, language: Language, code: str) -> None:
    with pytest.raises(BadDate) as caught:
        parse_date(text, language)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("20.11.2026 9:05", datetime(2026, 11, 20, 9, 5)),
        ("20.11.2026, 09:05:07", datetime(2026, 11, 20, 9, 5, 7)),
        ("Nov 20, 2026 9:05 PM", datetime(2026, 11, 20, 21, 5)),
        ("2026-11-20T09:05:07.25", datetime(2026, 11, 20, 9, 5, 7, 250000)),
        ("2026-11-20T09:05:07+03:00", datetime(2026, 11, 20, 9, 5, 7, tzinfo=timezone(timedelta(hours=3)))),
        ("20.11.2026", datetime(2026, 11, 20)),
    ],
)
def test_parse_datetime(text: str, expected: datetime) -> None:
    assert parse_datetime(text, "en") == expected


@pytest.mark.parametrize(
    "text", ["20.11.2026 25:00", "20.11.2026 13:00 pm", "20.11.2026 10:61", "1.1.2026 1:00+99:99"]
)
def test_impossible_clock_times(text: str) -> None:
    with pytest.raises(BadDate, match="impossible"):
        parse_datetime(text, "ru")


def test_parse_bool() -> None:
    assert [parse_bool(text) for text in ("Да", " yes ", "1", "+", "ИСТИНА")] == [True] * 5
    assert [parse_bool(text) for text in ("нет", "No", "0", "-", "Ложь")] == [False] * 5
    for text, code in (("", "empty"), ("может быть", "format"), ("2", "format")):
        with pytest.raises(BadBool, match=code):
            parse_bool(text)


SOME_TEXT = (
    st.text(max_size=30)
    | st.text("0123456789 .,-+()/:руб'eT", max_size=20)
    | st.from_regex(r"\A[0-9]{1,2}[./-][0-9]{1,2}[./-][0-9]{2,4}( [0-9]{1,2}:[0-9]{2}([+-][0-9]{4})?)?\Z")
)


@given(SOME_TEXT, st.sampled_from(["ru", "en"]), st.sampled_from([None, ",", "."]))
def test_only_declared_errors_are_raised(text: str, language: Language, sign: str | None) -> None:
    for read, error in (
        (lambda: parse_decimal(text, language, decimal_sign=sign), BadNumber),
        (lambda: parse_date(text, language), BadDate),
        (lambda: parse_datetime(text, language), BadDate),
        (lambda: parse_bool(text), BadBool),
    ):
        try:
            value = read()
        except error:
            continue
        assert value is not None
