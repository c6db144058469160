import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kit.declension import Case, decline
from klientura.kit.people import full_name, parse_person_name


@pytest.mark.parametrize(
    ("text", "case", "expected"),
    [
        ("Иванов Иван Иванович", "genitive", "Иванова Ивана Ивановича"),
        ("Иванова Наталья Ильинична", "dative", "Ивановой Наталье Ильиничне"),
        ("Гусев Пётр Ильич", "instrumental", "Гусевым Петром Ильичом"),
        ("Петров-Водкин Кузьма Сергеевич", "genitive", "Петрова-Водкина Кузьмы Сергеевича"),
        ("Иванов И. И.", "genitive", "Иванова И. И."),
        ("Rodionov Mikhail", "genitive", "Rodionov Mikhail"),
        ("Шевченко Саша", "genitive", "Шевченко Саша"),
        ("Иванов Иван Иванович", "nominative", "Иванов Иван Иванович"),
    ],
)
def test_decline(text: str, case: Case, expected: str) -> None:
    assert full_name(decline(parse_person_name(text), case)) == expected


@given(
    st.text("абвгдеёжзиклмнопрстуфыэюяАБВ- ", max_size=40),
    st.sampled_from(["genitive", "dative", "prepositional"]),
)
def test_declining_never_fails(text: str, case: Case) -> None:
    name = parse_person_name(text)
    assert decline(name, case).gender == name.gender
