from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kit.requisites import (
    BadRequisite,
    check_account,
    check_bic,
    check_correspondent_account,
    check_inn,
    check_kpp,
    check_ogrn,
    check_ogrnip,
)

CHECKS: list[Callable[[str], str]] = [
    check_inn,
    check_kpp,
    check_ogrn,
    check_ogrnip,
    check_bic,
    lambda text: check_account(text, "044525225"),
    lambda text: check_account("40702810938000000001", text),
    lambda text: check_correspondent_account(text, "044525225"),
]


@pytest.mark.parametrize(
    ("check", "text", "expected"),
    [
        (check_inn, " 77 0708 3893", "7707083893"),
        (check_inn, "500100732259", "500100732259"),
        (check_kpp, "7736-50 001", "773650001"),
        (check_kpp, "7727al001", "7727AL001"),
        (check_ogrn, "1027700132195", "1027700132195"),
        (check_ogrnip, "304500116000157", "304500116000157"),
        (check_bic, "044525225", "044525225"),
        (check_bic, "017003983", "017003983"),
    ],
)
def test_right_values_are_normalised(check: Callable[[str], str], text: str, expected: str) -> None:
    assert check(text) == expected


@pytest.mark.parametrize(
    ("check", "text", "code"),
    [
        (check_inn, "7707083894", "checksum"),
        (check_inn, "0000000000", "checksum"),
        (check_inn, "500100732258", "checksum"),
        (check_inn, "12345", "length"),
        (check_inn, "770708389З", "characters"),
        (check_inn, "７７０７０８３８９３", "characters"),
        (check_inn, " - ", "empty"),
        (check_kpp, "773A50001", "characters"),
        (check_kpp, "7736", "length"),
        (check_kpp, "000000000", "prefix"),
        (check_ogrn, "1027700132196", "checksum"),
        (check_ogrn, "0027700132195", "prefix"),
        (check_ogrn, "304500116000157", "length"),
        (check_ogrnip, "304500116000158", "checksum"),
        (check_ogrnip, "104500116000157", "prefix"),
        (check_bic, "544525225", "prefix"),
    ],
)
def test_wrong_values_are_refused(check: Callable[[str], str], text: str, code: str) -> None:
    with pytest.raises(BadRequisite) as caught:
        check(text)
    assert caught.value.code == code


@pytest.mark.parametrize(
    ("check", "text", "suggestion"),
    [
        (check_inn, "105021343", "0105021343"),
        (check_inn, "105021344", None),
        (check_bic, "44525225", "044525225"),
        (check_kpp, "10501001", "010501001"),
    ],
)
def test_a_lost_leading_zero_is_suggested(
    check: Callable[[str], str], text: str, suggestion: str | None
) -> None:
    with pytest.raises(BadRequisite) as caught:
        check(text)
    assert (caught.value.code, caught.value.suggestion) == ("length", suggestion)


def test_accounts_carry_a_key_over_the_bic() -> None:
    assert check_account("4070 2810 9380 0000 0001", "044525225") == "40702810938000000001"
    assert check_correspondent_account("30101810400000000225", "044525225") == "30101810400000000225"
    for account in ("40702810038000000001", "00000000000000000000"):
        with pytest.raises(BadRequisite, match="checksum"):
            check_account(account, "044525225")
    with pytest.raises(BadRequisite, match="checksum"):
        check_correspondent_account("30101810500000000225", "044525225")
    with pytest.raises(BadRequisite, match="prefix"):
        check_correspondent_account("40702810938000000001", "044525225")
    with pytest.raises(BadRequisite, match="length"):
        check_account("407028109380", "044525225")


def test_treasury_accounts() -> None:
    assert check_account("40102810545370000003", "004525988") == "40102810545370000003"
    assert check_account("03100643000000017300", "004525988") == "03100643000000017300"


@given(st.one_of(st.text(max_size=30), st.from_regex(r"\A[0-9]{8,20}\Z"), st.from_regex(r"\A[0-9]{10}\Z")))
def test_checks_raise_only_their_error_and_keep_right_values(text: str) -> None:
    for check in CHECKS:
        try:
            value = check(text)
        except BadRequisite:
            continue
        assert check(value) == value


@given(st.integers(min_value=3_00000_00000_000, max_value=4_99999_99999_999))
def test_the_check_digit_of_an_ogrnip_is_the_last_digit_of_the_remainder(number: int) -> None:
    digits = f"{number}{number % 13 % 10}"
    assert check_ogrnip(digits) == digits
    with pytest.raises(BadRequisite, match="checksum"):
        check_ogrnip(f"{number}{(number % 13 + 1) % 10}")
