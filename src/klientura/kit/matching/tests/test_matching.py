"""Hard Russian cases, and what holds for any two records."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from klientura.kit.matching.face import ROLES, Face, describe
from klientura.kit.matching.keys import keys
from klientura.kit.matching.sounds import sound, surname_sound
from klientura.kit.matching.variants import full_forms
from klientura.kit.matching.verdicts import Match, compare
from klientura.kit.matching.weights import SAME_CLIENT, STRANGERS, Rarity, learn

PHONE, MAIL = "+7 916 123-45-67", "ivan.petrov77@mail.ru"


def face(text: str = "", **facts: str | list[str]) -> Face:
    """«Фамилия Имя Отчество» and other facts."""
    parts = dict(zip(("last_name", "first_name", "middle_name"), text.split(), strict=False))
    given: dict[str, list[str]] = {k: [v] for k, v in parts.items()}
    given |= {k: v if isinstance(v, list) else [v] for k, v in facts.items()}
    return describe(given)


def match(a: Face, b: Face) -> Match:
    return compare(a, b, Rarity())


def levels(a: Face, b: Face) -> Mapping[str, str]:
    return {r.role: r.level for r in match(a, b).reasons}


@pytest.mark.parametrize(
    "names",
    [
        "Петров Петрова Petrov Petrova Pietrov",
        "Шмидт Schmidt Шмит",
        "Достоевский Dostoevsky Достаевская Dostoyevskiy",
        "Щербаков Shcherbakov Scherbakova Щирбакова",
        "Алексеев Aleksseev Alekseeva",
        "Соловьёв Solovev Solovyov Соловьева",
        "Зайцев Zaytsev Zaitsev",
        "Толстой Tolstoy Толстая",
    ],
)
def test_surnames_that_sound_alike_have_one_key(names: str):
    assert len({surname_sound(name) for name in names.split()}) == 1


def test_surnames_that_sound_otherwise_have_keys_of_their_own():
    names = (
        "Петров",
        "Петренко",
        "Петерсон",
        "Иванов",
        "Сидоров",
        "Сомов",
        "Самойлов",
        "Кузнецов",
        "Кузьмин",
    )
    assert len({surname_sound(name) for name in names}) == len(names)


@pytest.mark.parametrize(
    "names", ["Дарья Darya Daria Дария", "Пётр Petr Pyotr Петр", "Юлия Yulia Julia Yuliya"]
)
def test_given_names_meet_in_both_scripts(names: str):
    assert len({sound(name) for name in names.split()}) == 1


def test_a_short_name_stands_for_all_its_full_forms():
    assert set(full_forms("Саша")) == {sound("Александр"), sound("Александра")}
    assert full_forms("Аристарх") == (sound("Аристарх"),)
    assert full_forms("") == ()


def test_a_full_name_is_not_taken_for_a_short_form_that_sounds_so():
    assert full_forms("Олег") == (sound("Олег"),)  # and not Alec
    assert not set(full_forms("Алина")) & set(full_forms("Елена"))
    assert full_forms("Kolya") == full_forms("Николай")


SAME = [
    (face("Петров Иван Сергеевич", phone=PHONE), face("Петров Иван Сергеевич", phone="8(916)1234567")),
    (face("Петров Иван", phone=PHONE), face("Петроф Ваня", phone=PHONE)),
    (face("Петров Иван", email=MAIL), face("Иван Петров", email=MAIL)),
    (face("Л. Петров", phone=PHONE), face("Петров Лев", phone=PHONE)),
    (face("Петров И. С.", phone=PHONE, city="Казань"), face("Петров Иван Сергеевич", phone=PHONE, city="г. Казань")),
    (face("Petrov Ivan", phone=PHONE), face("Петров Иван Сергеевич", phone=PHONE)),
    (face("Егорова Ирина", phone=PHONE), face("Егроова Ирина", phone=PHONE)),
    (face("Егорова Ирина", phone="+7 939 589-85-98", city="Омск"), face("Егорова Ирина", phone="589-85-98", city="Омск")),
    (face("Смирнова-Белова Анна", birthday="1980-03-05", phone=PHONE), face("Белова Анна", birthday="1980-05-03", phone=PHONE)),
    (face("Котова Анна Ильинична", phone=PHONE, email=MAIL), face("Белова Анна Ильинична", phone=PHONE, email=MAIL)),
    (face(name="ООО «Ромашка»", tax_number="7707083893"), face(name="Ромашка, ООО", tax_number="7707083893")),
    (face(name="Ромашка", tax_number="7707083893"), face(name="Ромашка", tax_number="7707083898", city="Омск")),
    (face(name="Строй-софт", city="Омск", site="stroysoft.ru"), face(name="СТРОЙСОФТ", city="г. Омск", site="www.stroysoft.ru")),
    (face(name="Ромашка", tax_number="7707083893"), face(name="Лютик", tax_number="7707083893")),  # renamed
]  # fmt: skip
STRANGER = [
    # families: one phone, one surname, one address
    (face("Петров Иван", phone=PHONE, address="ул. Мира, 5"), face("Петрова Анна", phone=PHONE, address="ул. Мира, 5")),
    (face("Петров Александр", phone=PHONE), face("Петрова Александра", phone=PHONE)),
    (face("Петров Иван Иванович", birthday="1950-01-02"), face("Петров Иван Петрович", birthday="1975-11-20")),
    (face("Иванова Мария", phone=PHONE), face("Иванова Марина", phone=PHONE)),
    (face("Иванов А.", phone=PHONE), face("Иванова А.", phone=PHONE)),
    # a maiden name by itself
    (face("Котова Анна Ильинична", birthday="1980-03-05"), face("Белова Анна Ильинична", birthday="1980-03-05")),
    # namesakes
    (face("Иванов Иван", phone=PHONE, email=MAIL), face("Иванов Иван", phone="+7 495 111-22-33", email="i@example.org")),
    # branches, neighbours in a row of numbers, namesakes among firms
    (face(name="Банк", tax_number="7707083893", branch_code="770701001"), face(name="Банк", tax_number="7707083893", branch_code="165501001")),
    (face(name="Школа № 5", city="Омск", site="omsk.ru"), face(name="Школа № 6", city="Омск", site="omsk.ru")),
    (face(name="Ромашка", tax_number="7707083893", city="Москва"), face(name="Ромашка", tax_number="7736050003", city="Москва")),
]  # fmt: skip


@pytest.mark.parametrize(("a", "b"), SAME)
def test_one_client_written_in_two_ways_is_recognised(a: Face, b: Face):
    found = match(a, b)
    assert found.verdict in {"sure", "likely"}, found
    assert keys(a) & keys(b), "they never meet"


@pytest.mark.parametrize(("a", "b"), STRANGER)
def test_relatives_namesakes_and_branches_are_left_alone(a: Face, b: Face):
    assert match(a, b).verdict == "no", match(a, b)


def test_the_explanation_names_every_role_that_both_know():
    a = face("Петров Иван", phone=PHONE, city="Омск", email="a@example.org")
    assert levels(a, face("Петрова Анна", phone=PHONE, city="Томск")) == {
        "last_name": "sounds", "first_name": "other", "gender": "other", "phone": "same", "city": "close",
    }  # fmt: skip


def test_what_many_share_proves_little():
    office = [face(f"Имя{n} Фамилия{n}", phone=PHONE, email=f"p{n}@example.org") for n in range(300)]
    alone = [face("Петров Иван", phone="+7 495 111-22-33")]
    rarity = learn([*office, *alone, *(face(f"Кто{n} Он") for n in range(1200))], 1501)
    shared = compare(face("Петров Иван", phone=PHONE), face("Петров Иван", phone=PHONE), rarity)
    own = compare(alone[0], alone[0], rarity)
    weight = {"shared": dict_of(shared)["phone"], "own": dict_of(own)["phone"]}
    assert weight["own"] - weight["shared"] > 6
    assert own.verdict == "sure"
    assert shared.verdict != "sure"


def test_a_mailbox_made_of_the_name_proves_nothing_beyond_the_name():
    a = face("Жукова Яна", email="ya.zhukova@romashka.ru")
    assert "email" not in levels(a, face("Жукова Яна", email="ya.zhukova@lyutik.ru"))
    own = levels(
        face("Жукова Яна", email="sunflower88@mail.ru"), face("Жукова Яна", email="sunflower88@gmail.com")
    )
    assert own["email"] == "mailbox"


def test_in_a_clean_base_more_is_asked_of_a_pair():
    clean, full = (learn([face(f"Имя{n} Он") for n in range(40)], 10_000) for _ in "12")
    clean.expect([-9.0] * 900 + [14.0], 901)
    full.expect([-9.0] * 100 + [14.0] * 9_000, 9_100)
    assert clean.prior + 4 < full.prior
    assert full.frequency == pytest.approx(0, abs=0.5)
    untouched = Rarity(10_000)
    untouched.expect([], 0)
    assert untouched.frequency == 0


def dict_of(found: Match) -> dict[str, float]:
    return {r.role: r.weight for r in found.reasons}


def test_the_tables_of_weights_speak_of_the_same_levels():
    assert set(SAME_CLIENT) == set(STRANGERS)
    for role, mine in SAME_CLIENT.items():
        assert set(mine) == set(STRANGERS[role])
        assert sum(mine.values()) == pytest.approx(1, abs=0.01) or role == "gender"


WORDS = {
    "last_name": ["Петров", "Петрова", "Petrov", "Иванов", "Кузнецов", "П."],
    "first_name": ["Иван", "Ваня", "Ivan", "Анна", "Мария", "Марина", "И."],
    "middle_name": ["Иванович", "Петрович", "Ильинична", "И."],
    "name": ["ООО Ромашка", "Ромашка", "Ромашка 2", "Лютик", "Romashka"],
    "phone": [PHONE, "8(916)1234567", "123-45-67", "+7 495 111-22-33"],
    "email": [MAIL, "ivan.petrov77@gmail.com", "info@example.org"],
    "tax_number": ["7707083893", "7707083898", "5500000006"],
    "branch_code": ["770701001", "165501001"],
    "birthday": ["1980-03-05", "1980-05-03", "1975-11-20"],
    "city": ["Казань", "г. Казань", "Омск"],
    "postcode": ["420000", "644000"],
    "address": ["ул. Мира, 5", "Мира 5", "ул. Ленина, 1"],
    "employer": ["Завод", "ООО Завод", "Банк"],
    "identifier": ["123-456-789 00", "999"],
    "site": ["a.ru", "b.ru"],
}
facts = st.fixed_dictionaries(
    {}, optional={role: st.lists(st.sampled_from(WORDS[role]), min_size=1, max_size=2) for role in ROLES}
)
# A busy machine may pause for longer than Hypothesis takes for healthy.
unhurried = settings(deadline=None, suppress_health_check=[HealthCheck.too_slow])
PERSON = ("last_name", "first_name", "middle_name")


@unhurried
@given(facts, facts)
def test_the_order_of_two_records_makes_no_difference(a: Any, b: Any):
    one, two = match(describe(a), describe(b)), match(describe(b), describe(a))
    assert one.score == two.score
    assert one.verdict == two.verdict
    assert {(r.role, r.weight) for r in one.reasons} == {(r.role, r.weight) for r in two.reasons}


@unhurried
@given(facts)
def test_a_record_never_contradicts_itself(a: Any):
    mine = describe(a)
    assert all(r.weight >= 0 and not r.level.startswith("other") for r in match(mine, mine).reasons)


@unhurried
@given(facts, facts, st.sampled_from([r for r in ROLES if r not in PERSON]))
def test_a_further_agreement_never_lowers_the_score(a: Any, b: Any, role: str):
    before = match(describe(a), describe(b))
    copied = {**b, role: a[role]} if role in a else b
    assert match(describe(a), describe(copied)).score >= before.score - 0.001


@unhurried
@given(facts, facts)
def test_the_whole_name_agreeing_never_lowers_the_score(a: Any, b: Any):
    mine = {role: a[role] for role in PERSON if role in a}
    before = match(describe(a), describe(b))
    copied = {k: v for k, v in b.items() if k not in PERSON} | mine
    assert match(describe(a), describe(copied)).score >= before.score - 0.001 or len(mine) < len(
        [r for r in PERSON if r in b]
    )


@unhurried
@given(st.text(max_size=40))
def test_no_text_breaks_the_keys(text: str):
    assert surname_sound(surname_sound(text)) is not None
    described = describe({role: [text] for role in ROLES})
    assert all(-(2**63) <= key < 2**63 for key in keys(described))
    assert describe({role: [text] for role in ROLES}) == described
