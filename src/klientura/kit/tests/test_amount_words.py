"""Amounts in words in both languages, and the payment code of the standard."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kit.amount_words import amount_in_words
from klientura.kit.payment_qr import Payee, payment_text

PAYEE = Payee("ООО «Ромашка»", "40702810900000005555", "ПАО Сбербанк", "044525225", "30101810400000000225", "7707083893", "770701001")  # fmt: skip


@pytest.mark.parametrize(
    ("amount", "currency", "language", "expected"),
    [
        ("0", "RUB", "ru", "Ноль рублей 00 копеек"),
        ("1", "RUB", "ru", "Один рубль 00 копеек"),
        ("1002.50", "RUB", "ru", "Одна тысяча два рубля 50 копеек"),
        ("21.21", "RUB", "ru", "Двадцать один рубль 21 копейка"),
        ("111.11", "RUB", "ru", "Сто одиннадцать рублей 11 копеек"),
        ("2000003.02", "RUB", "ru", "Два миллиона три рубля 02 копейки"),
        ("-5.5", "RUB", "ru", "Минус пять рублей 50 копеек"),
        ("1001.005", "RUB", "ru", "Одна тысяча один рубль 01 копейка"),
        ("22", "USD", "ru", "Двадцать два доллара США 00 центов"),
        ("1", "CNY", "ru", "Один юань 00 фыней"),
        ("4", "BYN", "ru", "Четыре белорусских рубля 00 копеек"),
        ("3", "GBP", "ru", "Три GBP 00 /100"),
        ("1002.50", "RUB", "en", "One thousand and two roubles 50 kopecks"),
        ("1.01", "USD", "en", "One US dollar 01 cent"),
    ],
)
def test_in_words(amount: str, currency: str, language: str, expected: str) -> None:
    assert amount_in_words(Decimal(amount), currency, language) == expected  # type: ignore[arg-type]


@given(
    st.decimals(min_value=0, max_value=Decimal("999999999999999.99"), places=2), st.sampled_from(["ru", "en"])
)
def test_any_amount_has_words(amount: Decimal, language: str) -> None:
    words = amount_in_words(amount, "RUB", language)  # type: ignore[arg-type]
    assert words[0].isupper()
    assert f"{int(amount * 100) % 100:02}" in words


def test_too_much() -> None:
    with pytest.raises(ValueError, match="amount"):
        amount_in_words(Decimal(10) ** 15, "RUB", "ru")


def test_the_code_of_the_standard() -> None:
    assert payment_text(PAYEE, Decimal("1234.50"), "Оплата по счёту № 7 | от 22.11.2026\nНДС 22 %") == (
        "ST00012|Name=ООО «Ромашка»|PersonalAcc=40702810900000005555|BankName=ПАО Сбербанк|BIC=044525225"
        "|CorrespAcc=30101810400000000225|PayeeINN=7707083893|KPP=770701001|Sum=123450"
        "|Purpose=Оплата по счёту № 7 от 22.11.2026 НДС 22 %"
    )
    assert "Sum" not in payment_text(PAYEE)
    with pytest.raises(ValueError, match="BIC, CorrespAcc"):
        payment_text(Payee("А", "1", "Б", "", ""))


@given(st.text(max_size=300))
def test_no_text_breaks_the_code_apart(text: str) -> None:
    code = payment_text(Payee("А" + text, "1", "Б", "2", "3"), Decimal(1), text)
    keys = [part.partition("=")[0] for part in code.split("|")]
    assert keys[:6] == ["ST00012", "Name", "PersonalAcc", "BankName", "BIC", "CorrespAcc"]
    assert "\n" not in code
