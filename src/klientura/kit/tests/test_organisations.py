import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kit.organisations import (
    full_name,
    name_key,
    normal_quotes,
    short_name,
    spellings,
    split_legal_form,
)
from klientura.kit.text import fold


@pytest.mark.parametrize(
    ("text", "form", "bare"),
    [
        ('ООО "Альфагрупп"', "ООО", "Альфагрупп"),
        ("«Альфаклиник», АО ", "АО", "Альфаклиник"),
        ("Строй-софт ", None, "Строй-софт"),
        ("ИП Иванов И.И.", "ИП", "Иванов И.И."),
        ("OOO Ромашка", "ООО", "Ромашка"),
        ("ооо«Ромашка»", "ООО", "Ромашка"),
        ("Общество с ограниченной ответственностью «Ромашка»", "ООО", "Ромашка"),
        ('ООО "ТД "Ромашка"', "ООО", "ТД «Ромашка»"),
        ('ООО "Торговый дом "Ромашка""', "ООО", "Торговый дом «Ромашка»"),
        ("Siemens GmbH", "GmbH", "Siemens"),
        ("Apple Inc.", "Inc", "Apple"),
        ("Acme, Ltd.", "Ltd", "Acme"),
        ("ФГУП «Почта»", "ФГУП", "Почта"),
        ("Аорта", None, "Аорта"),
        ("Какао", None, "Какао"),
        ("ООО", None, "ООО"),
        ("КФХ Петрова", "КФХ", "Петрова"),
        ("Крестьянское (фермерское) хозяйство Петрова", "КФХ", "Петрова"),
        ("", None, ""),
    ],
)
def test_split_legal_form(text: str, form: str | None, bare: str) -> None:
    assert split_legal_form(text) == (form, bare)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('завод "Искра"', "завод «Искра»"),
        ("“Alpha” и „Бета“", "«Alpha» и «Бета»"),
        ('"ТД "Ромашка"', "«ТД „Ромашка“»"),
        ("без кавычек", "без кавычек"),
        ("О'Коннор", "О'Коннор"),
    ],
)
def test_normal_quotes(text: str, expected: str) -> None:
    assert normal_quotes(text) == expected


def test_name_key_joins_spellings_of_one_name() -> None:
    spellings = ["Строй-софт ", "СТРОЙСОФТ", 'ООО "Стройсофт"', "«Строй Софт», ЗАО", "Стpoйсофт"]
    assert {name_key(spelling) for spelling in spellings} == {"стройсофт"}
    assert name_key("Строй-софт 91") != name_key("Строй-софт")
    assert name_key("ООО") == "ооо"


@given(st.text(max_size=40) | st.text('ООО АИП"«»„“Ltd.-,ёЁ ', max_size=25))
def test_names_never_fail_and_keys_are_stable(text: str) -> None:
    _, bare = split_legal_form(text)
    assert normal_quotes(normal_quotes(text)) == normal_quotes(text)
    key = name_key(text)
    assert all(letter.isalnum() for letter in key)
    assert not bare.startswith(" ")


@given(st.text("абвгджзклмнпрст", min_size=5, max_size=20))
def test_the_key_ignores_form_case_and_quotes(word: str) -> None:
    assert name_key(f'ООО "{word.capitalize()}"') == name_key(f"«{word.upper()}», ПАО") == word


@pytest.mark.parametrize(
    ("text", "short", "full"),
    [
        ('ООО "Ромашка"', "ООО «Ромашка»", "Общество с ограниченной ответственностью «Ромашка»"),
        (
            'ОБЩЕСТВО С ОГРАНИЧЕННОЙ ОТВЕТСТВЕННОСТЬЮ "РОМАШКА"',
            "ООО «РОМАШКА»",
            "Общество с ограниченной ответственностью «РОМАШКА»",
        ),
        (
            "Иванов Иван Иванович ИП",
            "ИП Иванов Иван Иванович",
            "Индивидуальный предприниматель Иванов Иван Иванович",
        ),
        ("Acme, Ltd.", "Ltd Acme", None),
        ("Завод  Искра", "Завод Искра", None),
        (
            'ООО "ТД "Ромашка"',
            "ООО «ТД „Ромашка“»",
            "Общество с ограниченной ответственностью «ТД „Ромашка“»",
        ),
    ],
)
def test_short_and_full_names(text: str, short: str, full: str | None) -> None:
    assert (short_name(text), full_name(text)) == (short, full)


@given(st.text("абвгёЁ АБ-x1", min_size=1, max_size=12).filter(lambda t: any(map(str.isalnum, t))))
def test_every_spelling_is_the_same_name(name: str) -> None:
    key = name_key(name)
    assert {name_key(way) for way in spellings(name)} <= {key, name_key(f"ООО «{name}»")}
    assert fold(f'ооо "{split_legal_form(name)[1]}"') in spellings(f"АО «{split_legal_form(name)[1]}»")
