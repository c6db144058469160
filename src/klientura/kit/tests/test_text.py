import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kit.text import (
    MAX_SEARCH_VARIANTS,
    fold,
    search_variants,
    switch_layout,
    transliterate_variants,
    words,
)

RUSSIAN = st.text("абвгдеёжзийклмнопрстуфхцчшщъыьэюяАБВГДЕЁЖЗИЙКЛМНОПРСТУФХЦЧШЩЪЫЬЭЮЯ", max_size=40)
KEYS = st.text("qwertyuiop[]asdfghjkl;'zxcvbnm,.QWERTYUIOPASDFGHJKLZXCVBNM", max_size=40)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("  Пётр\u00a0\n  ЁЖ ", "петр еж"),
        ("Пе\u0308тр", "петр"),
        ("Ｆｕｌｌ ① ﬁ", "full 1 fi"),
        ("Straße", "straße"),
        ("", ""),
        ("е\u0308\u0308", "е"),
    ],
)
def test_fold(text: str, expected: str) -> None:
    assert fold(text) == expected


@given(st.text())
def test_fold_is_idempotent(text: str) -> None:
    assert fold(fold(text)) == fold(text)


@given(RUSSIAN)
def test_fold_of_russian_equals_the_sql_expression(text: str) -> None:
    assert fold(text) == text.translate(str.maketrans("Ёё", "Ее")).lower()


def test_words() -> None:
    assert words("ООО «Альфа-Групп», №7_б") == ["ооо", "альфа", "групп", "no7", "б"]
    assert words("--- ") == []


@pytest.mark.parametrize(
    ("latin", "russian"),
    [
        ("Rodionov Mikhail", "родионов михаил"),
        ("Afanaseva Yuliya", "афанасева юлия"),
        ("Yuriy Shchukin", "юрий щукин"),
        ("Dmitry Gorky", "дмитрий горкий"),
        ("Sergei", "сергей"),
        ("Maria", "мария"),
        ("Diana", "диана"),
    ],
)
def test_latin_is_read_as_russian(latin: str, russian: str) -> None:
    assert russian in transliterate_variants(latin)


def test_russian_is_spelt_by_several_schemes() -> None:
    assert {"shchukin yuriy", "shchukin iurii", "schukin jurij"} <= transliterate_variants("Щукин Юрий")


def test_text_without_letters_has_no_transliteration() -> None:
    assert transliterate_variants("12-34") == set()


@pytest.mark.parametrize(
    ("typed", "meant"), [("ghbdtn", "привет"), ("z,kjrj", "яблоко"), ("Bdfyjd", "Иванов"), ("`;", "ёж")]
)
def test_layout_is_switched_both_ways(typed: str, meant: str) -> None:
    assert switch_layout(typed) == meant
    assert switch_layout(meant) == typed


@given(KEYS)
def test_switching_the_layout_twice_returns_the_keys(typed: str) -> None:
    other = switch_layout(typed)
    if sum("\u0400" <= letter <= "\u04ff" for letter in other):
        assert switch_layout(other) == typed


def test_search_variants_start_with_the_folded_original() -> None:
    assert search_variants("Ghbdtn")[:2] == ["ghbdtn", "привет"]
    assert search_variants("ИВАНОВ")[0] == "иванов"
    assert "ivanov" in search_variants("ИВАНОВ")
    assert search_variants(" 8 902 ") == ["8 902"]
    assert search_variants("  ") == []


@given(st.text(max_size=60))
def test_search_variants_are_few_folded_and_different(text: str) -> None:
    variants = search_variants(text)
    assert len(variants) == len(set(variants)) <= MAX_SEARCH_VARIANTS
    assert variants[:1] == ([fold(text)] if fold(text) else [])
    assert all(variants)
