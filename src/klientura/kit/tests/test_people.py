import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kit.people import full_name, parse_person_name


@pytest.mark.parametrize(
    ("text", "last", "first", "middle", "gender"),
    [
        ("Иванов Иван Иванович", "Иванов", "Иван", "Иванович", "male"),
        ("Иван Иванович Иванов", "Иванов", "Иван", "Иванович", "male"),
        ("Антоннова Наталья Викторовна", "Антоннова", "Наталья", "Викторовна", "female"),
        ("Андрей Гусев", "Гусев", "Андрей", "", "male"),
        ("Гусев Андрей", "Гусев", "Андрей", "", "male"),
        ("Rodionov Mikhail", "Rodionov", "Mikhail", "", "male"),
        ("Afanaseva Yuliya", "Afanaseva", "Yuliya", "", "female"),
        ("Foimn Aleksey", "Foimn", "Aleksey", "", "male"),
        ("John Smith", "Smith", "John", "", "male"),
        ("Попов С.О.", "Попов", "С.", "О.", "male"),
        ("С. О. Попова", "Попова", "С.", "О.", "female"),
        ("И.И.Иванов", "Иванов", "И.", "И.", "male"),
        ("иванов иван иванович", "Иванов", "Иван", "Иванович", "male"),
        ("ПЕТРОВ-ВОДКИН КУЗЬМА СЕРГЕЕВИЧ", "Петров-Водкин", "Кузьма", "Сергеевич", "male"),
        ("Салтыков Щедрин Михаил Евграфович", "Салтыков Щедрин", "Михаил", "Евграфович", "male"),
        ("Алиев Вагиф Гусейн оглы", "Алиев", "Вагиф", "Гусейн оглы", "male"),
        ("Алиева Севда Гусейн кызы", "Алиева", "Севда", "Гусейн кызы", "female"),
        ("Абрамович Роман Аркадьевич", "Абрамович", "Роман", "Аркадьевич", "male"),
        ("Роман Абрамович", "", "Роман", "Абрамович", "male"),
        ("Ленин Владимир Ильич", "Ленин", "Владимир", "Ильич", "male"),
        ("Кузьминична Анна Ильинична", "Кузьминична", "Анна", "Ильинична", "female"),
        ("Екатерина Ивановна", "", "Екатерина", "Ивановна", "female"),
        ("фон Нейман Иван", "фон Нейман", "Иван", "", "male"),
        ("Бегичев, Пётр (директор)", "Бегичев", "Пётр", "", "male"),
        ("г-жа Чук Ольга", "Чук", "Ольга", "", "female"),
        ("Шевченко Саша", "Шевченко", "Саша", "", None),
        ("Мария", "", "Мария", "", "female"),
        ("Сидоров", "Сидоров", "", "", "male"),
        ("Гусева Айпери", "Гусева", "Айпери", "", "female"),
        ("", "", "", "", None),
        ("12345 -", "", "", "", None),
    ],
)
def test_parts_of_a_name(text: str, last: str, first: str, middle: str, gender: str | None) -> None:
    name = parse_person_name(text)
    assert (name.last, name.first, name.middle, name.gender) == (last, first, middle, gender)


def test_confidence_tells_a_guess_from_knowledge() -> None:
    assert parse_person_name("Иванов Иван Иванович").confidence == 1.0
    assert parse_person_name("Гусев Андрей").confidence >= 0.9
    assert parse_person_name("Нгуен Ван Тхань").confidence <= 0.3
    assert parse_person_name("").confidence == 0


def test_full_name() -> None:
    assert full_name(parse_person_name("Иван Иванович Петров")) == "Петров Иван Иванович"


NAMES = st.sampled_from(
    ["Иванов", "иван", "ПЁТР", "Сидоровна", "оглы", "И.", "И.И.", "фон", "Smith", "(x)", ",", "-", "Ким", "1"]
)


@given(st.text(max_size=80) | st.lists(NAMES, max_size=6).map(" ".join))
def test_reading_never_fails(text: str) -> None:
    name = parse_person_name(text)
    assert 0 <= name.confidence <= 1
    assert bool(full_name(name)) == (name.confidence > 0)


@given(st.permutations(["Иванов", "Пётр", "Сергеевич"]) | st.permutations(["Смирнова", "Анна"]))
def test_the_order_of_the_words_does_not_matter(words: list[str]) -> None:
    expected = sorted(words, key=["Иванов", "Смирнова", "Пётр", "Анна", "Сергеевич"].index)
    assert full_name(parse_person_name(" ".join(words))) == " ".join(expected)
