import re

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kit.phones import parse_phone, split_phones


@pytest.mark.parametrize(
    ("raw", "e164", "display"),
    [
        ("8 902 927 35 77", "+79029273577", "+7 902 927-35-77"),
        ("8(981)3858166", "+79813858166", "+7 981 385-81-66"),
        ("+7 (401) 281-21-20", "+74012812120", "+7 4012 81-21-20"),
        ("84012926962", "+74012926962", "+7 4012 92-69-62"),
        ("(495) 123-45-67", "+74951234567", "+7 495 123-45-67"),
        ("9029273577", "+79029273577", "+7 902 927-35-77"),
        ("тел.: 8–800–555–35–35 (бесплатно)", "+78005553535", "+7 800 555-35-35"),
        ("+7 861 37 1-23-45", "+78613712345", "+7 86137 1-23-45"),
        ("+375 29 123-45-67", "+375291234567", "+375 29 123-45-67"),
        ("+7 701 123 45 67", "+77011234567", "+7 701 123 4567"),
        ("＋7 ９０２ 927-35-77", "+79029273577", "+7 902 927-35-77"),
    ],
)
def test_complete_numbers(raw: str, e164: str, display: str) -> None:
    phone = parse_phone(raw)
    assert (phone.raw, phone.e164, phone.display) == (raw, e164, display)
    assert phone.certain
    assert phone.note_code is None


@pytest.mark.parametrize(
    ("raw", "extension"),
    [
        ("+7 401 261-71-99 доб. 850", "850"),
        ("8 401 261 71 99, вн.12", "12"),
        ("8 401 261 71 99 (доб. 7)", "7"),
        ("84012617199 ext 4500", "4500"),
        ("84012617199#31", "31"),
    ],
)
def test_extensions(raw: str, extension: str) -> None:
    phone = parse_phone(raw)
    assert (phone.e164, phone.extension, phone.display) == ("+74012617199", extension, "+7 4012 61-71-99")


@pytest.mark.parametrize(
    ("raw", "area_code", "e164"),
    [
        ("57-39-00", "4012", "+74012573900"),
        ("209-07-69", "8617", None),
        ("209-07-69", "843", "+78432090769"),
        ("261-71-99", "4012", "+74012617199"),
        ("5-12-34", "86137", "+78613751234"),
        ("57-39-00", None, None),
        ("078-89-73", "3812", None),
    ],
)
def test_local_numbers_need_an_area_code(raw: str, area_code: str | None, e164: str | None) -> None:
    phone = parse_phone(raw, area_code=area_code)
    assert phone.e164 == e164
    assert phone.certain == (e164 is not None)
    assert phone.note_code == ("area_code_added" if e164 else "local")
    if not e164:
        assert (phone.display, phone.national_digits) == (raw, re.sub(r"\D", "", raw))


@pytest.mark.parametrize(
    ("raw", "note_code"),
    [
        ("+7 (000) 123-45-67", "invalid"),
        ("нет телефона", "no_digits"),
        ("", "no_digits"),
        ("112", "too_short"),
        ("1" * 50, "too_long"),
        ("8 902 9273577 8", "invalid"),
        ("5" * 300, "too_long"),
    ],
)
def test_unreadable_numbers_are_kept(raw: str, note_code: str) -> None:
    phone = parse_phone(raw)
    assert (phone.raw, phone.e164, phone.certain, phone.note_code) == (raw, None, False, note_code)


def test_plus_eight_is_taken_for_seven() -> None:
    phone = parse_phone("+8 902 927-35-77")
    assert (phone.e164, phone.note_code) == ("+79029273577", "plus_eight")


def test_of_several_numbers_the_first_is_read() -> None:
    phone = parse_phone("89856273659, 781-90-02")
    assert (phone.e164, phone.note_code) == ("+79856273659", "several")


def test_another_region() -> None:
    assert parse_phone("030 1234567", region="DE").e164 == "+49301234567"
    assert parse_phone("8 902 927 35 77", region="DE").e164 != "+79029273577"


@pytest.mark.parametrize(
    ("cell", "expected"),
    [
        ("89856273659, 781-90-02", ["89856273659", "781-90-02"]),
        ("57-39-00, доб. 12", ["57-39-00, доб. 12"]),
        (
            "57-39-00 доб. 12; +7 981 385-81-66\n8(981)3858167",
            ["57-39-00 доб. 12", "+7 981 385-81-66", "8(981)3858167"],
        ),
        ("89813858166 89813858167", ["89813858166", "89813858167"]),
        ("+79813858166 +79813858167", ["+79813858166", "+79813858167"]),
        ("8 902 927 35 77", ["8 902 927 35 77"]),
        ("Тел. секретаря, 57-39-00", ["Тел. секретаря 57-39-00"]),
        ("нет", []),
        ("", []),
    ],
)
def test_split_phones(cell: str, expected: list[str]) -> None:
    assert split_phones(cell) == expected


PREFIXES = st.sampled_from(["8", "+7", "7", "", "8 ", "+7 ", "8-"])
SHAPES = st.sampled_from(
    ["{}{}{}{}", "({}) {}-{}-{}", "{} {} {} {}", "({}){}{}{}", "{}-{}-{}-{}", " {}.{}.{}.{}"]
)


@given(st.from_regex(r"\A[0-9]{10}\Z") | st.from_regex(r"\A[3489][0-9]{9}\Z"), PREFIXES, SHAPES)
def test_the_short_way_agrees_with_the_library(national: str, prefix: str, shape: str) -> None:
    raw = prefix + shape.format(national[:3], national[3:6], national[6:8], national[8:])
    found = parse_phone(raw)
    number = None
    try:
        number = phonenumbers.parse(raw, "RU")
    except phonenumbers.NumberParseException:
        assert found.e164 is None
        return
    if phonenumbers.is_valid_number(number):
        assert found.e164 == phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    else:
        assert found.e164 is None


@given(
    st.text(max_size=40)
    | st.text("+78()- 0123456789.,;/xдоб#\n", max_size=60)
    | st.from_regex(r"\A\+?[0-9]{5,20} доб\. [0-9]{1,4}\Z")
    | st.from_regex(r"\A(8|\+7) ?\(?(9[0-9]{2}|495|401)\)?[ -]?[0-9]{3}-[0-9]{4}( доб\. 1)?\Z")
    | st.from_regex(r"\A\+(375 29|44 20|49 30|1 212)[ 0-9]{6,9}\Z"),
    st.sampled_from([None, "4012", "843", "x"]),
)
def test_reading_never_fails_and_is_idempotent(raw: str, area_code: str | None) -> None:
    phone = parse_phone(raw, area_code=area_code)
    assert phone.raw == raw
    assert phone.certain == (phone.e164 is not None)
    split_phones(raw)
    if phone.e164:
        again = parse_phone(phone.e164)
        assert (again.e164, again.display) == (phone.e164, phone.display)
        assert parse_phone(phone.display).e164 == phone.e164
