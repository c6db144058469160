from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from unicodedata import is_normalized
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kit.clean import (
    BadDate,
    BadNumber,
    BadText,
    bounded_date,
    bounded_datetime,
    bounded_decimal,
    bounded_int,
    clean_text,
)

ANY_TEXT = st.text(st.characters(codec=None, exclude_categories=()), max_size=60)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Иванов \u00a0", "Иванов"),
        ("\ufeffИванов\n", "Иванов"),
        ("Пе\u0308тр", "Пётр"),
        ("счёт \u202eexe.doc", "счёт exe.doc"),
        ("👩\u200d👩\u200d👧 семья", "👩\u200d👩\u200d👧 семья"),
        ("\u200f\n", ""),
    ],
)
def test_clean_text_of_one_line(text: str, expected: str) -> None:
    assert clean_text(text) == expected


@pytest.mark.parametrize(
    ("text", "code", "position"),
    [
        ("a\x00b", "nul", 1),
        ("ab\ud800", "surrogate", 2),
        ("\x07", "control", 0),
        ("ab\x9bc", "control", 2),
        ("a\tb", "control", 1),
        (" a\nb", "line_break", 2),
        ("a\u2028b", "line_break", 1),
        ("abcdef", "too_long", 5),
    ],
)
def test_clean_text_refuses(text: str, code: str, position: int) -> None:
    with pytest.raises(BadText) as caught:
        clean_text(text, max_length=5)
    assert (caught.value.code, caught.value.position) == (code, position)


def test_clean_text_of_several_lines() -> None:
    assert clean_text("\r\na\r\nb\rc\x85d\te\u2029", multiline=True) == "a\nb\nc\nd\te"
    with pytest.raises(BadText):
        clean_text("a\nb\x0bc", multiline=True)


@given(ANY_TEXT, st.booleans())
def test_clean_text_is_idempotent_and_storable(text: str, multiline: bool) -> None:
    try:
        cleaned = clean_text(text, multiline=multiline, max_length=50)
    except BadText as problem:
        assert 0 <= problem.position <= len(text)
        return
    assert clean_text(cleaned, multiline=multiline, max_length=50) == cleaned
    assert is_normalized("NFC", cleaned)
    assert "\x00" not in cleaned
    cleaned.encode()


def test_bounded_int() -> None:
    assert bounded_int(" +12 ", minimum=0, maximum=12) == 12
    assert bounded_int(-3, minimum=-3, maximum=0) == -3


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("12.0", "not_a_number"),
        ("１２", "not_a_number"),
        ("1_0", "not_a_number"),
        ("", "not_a_number"),
        (True, "not_a_number"),
        ("-1", "too_small"),
        (2**31, "too_large"),
        ("9" * 10_000, "too_large"),
        ("-" + "9" * 10_000, "too_small"),
    ],
)
def test_bounded_int_refuses(value: str | int, code: str) -> None:
    with pytest.raises(BadNumber) as caught:
        bounded_int(value, minimum=0, maximum=2**31 - 1)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("value", "expected"),
    [
        ("12.5", "12.50"),
        ("1.2300", "1.23"),
        ("-0", "0.00"),
        (".5", "0.50"),
        (0.1, "0.10"),
        (7, "7.00"),
        ("1e3", "1000.00"),
        (Decimal("99999999.99"), "99999999.99"),
    ],
)
def test_bounded_decimal(value: str | float | Decimal, expected: str) -> None:
    assert str(bounded_decimal(value, digits=10, places=2)) == expected


def test_bounded_decimal_keeps_more_digits_than_the_context() -> None:
    assert str(bounded_decimal("1" * 40 + ".5", digits=42, places=2)) == "1" * 40 + ".50"


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("1.005", "too_many_places"),
        (1.005, "too_many_places"),
        ("1e-9999", "too_many_places"),
        ("NaN", "not_finite"),
        (float("inf"), "not_finite"),
        (Decimal("sNaN"), "not_finite"),
        ("100000000", "too_large"),
        ("-1e9999", "too_small"),
        ("1,5", "not_a_number"),
        ("0x10", "not_a_number"),
        (False, "not_a_number"),
    ],
)
def test_bounded_decimal_refuses(value: str | float | Decimal, code: str) -> None:
    with pytest.raises(BadNumber) as caught:
        bounded_decimal(value, digits=10, places=2)
    assert caught.value.code == code


@given(
    st.one_of(
        st.text(max_size=20), st.floats(), st.decimals(), st.integers(), st.from_regex(r"-?\d{1,9}\.\d{1,4}")
    )
)
def test_bounded_decimal_never_changes_the_value(value: str | float | Decimal) -> None:
    try:
        number = bounded_decimal(value, digits=12, places=3)
    except BadNumber:
        return
    assert number == (Decimal(repr(value)) if isinstance(value, float) else Decimal(value))
    assert bounded_decimal(number, digits=12, places=3) == number


def test_bounded_date() -> None:
    assert bounded_date("2026-11-20") == date(2026, 11, 20)
    assert bounded_date(date(9999, 12, 30)) == date(9999, 12, 30)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("2026-02-31", "impossible"),
        ("0000-01-01", "impossible"),
        ("20261120", "format"),
        ("20.11.2026", "format"),
        (datetime(2026, 1, 1, tzinfo=UTC), "format"),
        ("0001-01-01", "too_early"),
        ("9999-12-31", "too_late"),
    ],
)
def test_bounded_date_refuses(value: str | date, code: str) -> None:
    with pytest.raises(BadDate) as caught:
        bounded_date(value)
    assert caught.value.code == code


def test_bounded_datetime_is_utc() -> None:
    expected = datetime(2026, 11, 20, 7, 30, tzinfo=UTC)
    assert bounded_datetime("2026-11-20T10:30:00+03:00") == expected
    assert bounded_datetime("2026-11-20 10:30", zone=ZoneInfo("Europe/Moscow")) == expected
    assert bounded_datetime(expected).tzinfo is UTC


@pytest.mark.parametrize(
    ("value", "code"),
    [
        ("9999-12-31T23:59:59-12:00", "too_late"),
        ("0001-01-01T00:00:00+14:00", "too_early"),
        ("9999-12-31T00:00:00Z", "too_late"),
        ("2026-11-20T10:30", "no_zone"),
        ("2026-02-31T10:30Z", "impossible"),
        ("2026-11-20T25:30Z", "impossible"),
        ("2026-11-20", "format"),
    ],
)
def test_bounded_datetime_refuses(value: str, code: str) -> None:
    with pytest.raises(BadDate) as caught:
        bounded_datetime(value)
    assert caught.value.code == code


@given(
    st.one_of(
        st.text(max_size=30),
        st.datetimes(
            timezones=st.sampled_from([UTC, timezone(timedelta(hours=14)), timezone(timedelta(hours=-12))])
        ),
        st.datetimes().map(datetime.isoformat),
    )
)
def test_bounded_datetime_raises_only_its_error(value: str | datetime) -> None:
    try:
        moment = bounded_datetime(value, zone=ZoneInfo("Asia/Vladivostok"))
    except BadDate:
        return
    assert date(1, 1, 2) <= moment.date() <= date(9999, 12, 30)
