import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kit.organisations import name_key, normal_quotes, split_legal_form


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
