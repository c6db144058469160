"""Names as they were meant, however they were typed; and what tells relatives from one person."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kit.matching.face import Face, describe
from klientura.kit.matching.naming import name_parts
from klientura.kit.matching.verdicts import compare
from klientura.kit.matching.weights import Rarity
from klientura.kit.text import fold

MEANT = ("балашов", "кирилл", "александрович")


@pytest.mark.parametrize(
    "typed",
    [
        ("Балашов", "Кирилл", "Александрович"),
        ("", "Балашов Кирилл Александрович", ""),
        ("Балашов Кирилл Александрович", "", ""),
        ("", "Кирилл Александрович Балашов", "."),
        ("Балашов", "Кирилл Александрович", ""),
        ("<fkfijd", "Rbhbkk", "Fktrcfylhjdbx"),
        ("Бaлaшов", "Kирилл", "Алекcандрович"),  # Latin a, K, c
    ],
)
def test_a_name_is_read_as_it_was_meant(typed: tuple[str, str, str]) -> None:
    assert tuple(fold(part) for part in name_parts(*typed)) == MEANT


@pytest.mark.parametrize(
    "typed",
    [
        ("Smith", "John", ""), ("Berezin", "Stepan", "Stepanovich"), ("Салтыков-Щедрин", "Михаил", ""),
        ("Ким", "", ""), ("", "Анна Мария", "Петровна"), ("Ли", "Ван Фу", ""),
    ],
)  # fmt: skip
def test_what_needs_no_mending_is_left(typed: tuple[str, str, str]) -> None:
    assert name_parts(*typed) == typed


@given(st.text(max_size=40), st.text(max_size=40), st.text(max_size=40))
def test_no_text_breaks_it(last: str, first: str, middle: str) -> None:
    assert len(name_parts(last, first, middle)) == 3


def person(name: str, **facts: str) -> Face:
    last, first, middle = name.split()
    return describe(
        {
            "last_name": [last],
            "first_name": [first],
            "middle_name": [middle],
            **{k: [v] for k, v in facts.items()},
        }
    )


HOME = {"phone": "+7 351 226-15-23", "address": "ул. Полевая, 159, кв. 159", "city": "Челябинск"}


def test_father_and_son_of_one_name_in_one_home_are_two() -> None:
    father = person("Ткаченко Степан Степанович", birthday="1966-08-27", **HOME)
    son = person("Ткаченко Степан Степанович", birthday="1997-12-15", **HOME)
    assert compare(father, son, Rarity()).verdict == "no"


def test_a_wrong_birthday_does_not_hide_one_who_has_the_same_mobile() -> None:
    one = person("Ткаченко Степан Степанович", birthday="1966-08-27", phone="+7 916 123-45-67")
    two = person("Ткаченко Степан Степанович", birthday="1901-01-01", phone="8 916 123 45 67")
    assert compare(one, two, Rarity()).verdict == "likely"


def test_twins_are_two() -> None:
    anna = person("Костина Анна Юрьевна", birthday="1975-01-18", **HOME)
    lilia = person("Костина Лилия Юрьевна", birthday="1975-01-18", **HOME)
    assert compare(anna, lilia, Rarity()).verdict == "no"


def test_a_name_and_a_birthday_alone_are_never_merged_unseen() -> None:
    one = person("Токарев Илья Евгеньевич", birthday="2002-12-01", city="Москва", email="itokarev765@mail.ru")
    two = person("Токарев Илья Евгеньевич", birthday="2002-12-01", city="Уфа", email="tokarev_i198@bk.ru")
    assert compare(one, two, Rarity(size=20_000)).verdict != "sure"


def test_offices_of_one_company_are_never_merged_unseen() -> None:
    def office(code: str) -> Face:
        return describe(
            {"name": ["ООО «Апекс»"], "tax_number": ["7707083893"], "branch_code": [code], "city": ["Пермь"]}
        )

    assert compare(office("598643001"), office("598643002"), Rarity()).verdict != "sure"
    assert compare(office("598643001"), office("598643001"), Rarity()).verdict == "sure"


def test_letters_sorted_by_a_plus_go_to_one_mailbox() -> None:
    assert describe({"email": ["irina+crm@mail.ru"]}).emails == describe({"email": ["Irina@mail.ru"]}).emails
