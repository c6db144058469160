"""One line of quick entry: phrases as people write them, and that no text whatever breaks the reading."""

import datetime as dt
import itertools
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from klientura.kit.entry.naming import cases_of, is_meant, stem
from klientura.kit.entry.reading import Entry, read_entry

NOW = dt.datetime(2026, 11, 18, 11, 30)  # a Wednesday
TABLES = [Path(__file__).with_name(f"entry_{language}.txt") for language in ("ru", "en")]
PHRASES = [line.split(" => ") for table in TABLES for line in table.read_text("utf-8").splitlines()]


def told(entry: Entry) -> str:
    """An entry as the tables write it: name | moment | kind, length, recurrence, importance | names."""
    form = "%Y-%m-%d" if entry.whole_day else "%Y-%m-%d %H:%M"
    when = "-" if entry.moment is None else entry.moment.strftime(form)
    more = [entry.kind[0].upper()]
    more += [f"{entry.minutes}m"] if entry.minutes else []
    more += [entry.repeat.replace("FREQ=", "")] if entry.repeat else []
    more += ["!"] if entry.important else []
    return f"{entry.name} | {when} | {' '.join(more)} | {', '.join(n.text for n in entry.names)}".rstrip()


def test_there_are_phrases_of_both_languages() -> None:
    assert all(len(table.read_text("utf-8").splitlines()) > 100 for table in TABLES)


@pytest.mark.parametrize(("text", "expected"), PHRASES, ids=[text for text, _expected in PHRASES])
def test_a_phrase_is_understood(text: str, expected: str) -> None:
    assert told(read_entry(text, NOW)) == expected


def test_what_is_taken_off_stays_in_the_name() -> None:
    entry = read_entry("позвонить Иванову завтра в 10 срочно", NOW, without=frozenset({"day", "important"}))
    assert (entry.name, entry.moment, entry.important) == (
        "Позвонить Иванову завтра срочно",
        dt.datetime(2026, 11, 19, 10),
        False,
    )


def test_a_clock_that_has_passed_is_tomorrows() -> None:
    assert read_entry("звонок в 11:00", NOW).moment == dt.datetime(2026, 11, 19, 11)
    assert read_entry("звонок в 12:00", NOW).moment == dt.datetime(2026, 11, 18, 12)


@pytest.mark.parametrize(
    ("title", "typed"),
    [
        ("Иванов Иван Петрович", "Иванову"), ("Петрова Ольга", "Петровой"), ("ООО «Ромашка»", "Ромашкой"),
        ("Сидорова Анна", "Анне Сидоровой"), ("АО «Северный поток»", "Северному потоку"), ("Smith John", "Smith"),
        ("Достоевский Фёдор", "Достоевскому"), ("Ковальчук Пётр", "Ковальчуку"), ("Ёлкин Сергей", "Елкиным"),
    ],
)  # fmt: skip
def test_a_name_is_known_in_any_case(title: str, typed: str) -> None:
    assert is_meant(title, typed) >= 0.8


@pytest.mark.parametrize(
    ("title", "typed"),
    [("Иванов Иван", "Сидорову"), ("ООО «Ромашка»", "Вектор"), ("", "Иванов"), ("Иванов", "")],
)
def test_another_name_is_not(title: str, typed: str) -> None:
    assert is_meant(title, typed) < 0.5


LETTERS = st.text(st.characters(codec="utf-8"), max_size=60)
PIECES = st.sampled_from([text for text, _expected in PHRASES])


@given(
    st.one_of(LETTERS, st.lists(st.one_of(PIECES, LETTERS), max_size=4).map(" ".join)),
    st.datetimes(dt.datetime(2000, 1, 1), dt.datetime(2100, 1, 1)),
)
def test_no_text_breaks_the_reading(text: str, now: dt.datetime) -> None:
    entry = read_entry(text, now)
    assert entry.moment is None or entry.moment.date() >= now.date() or "20" in text
    spans = [(p.start, p.end) for p in entry.parts]
    assert spans == sorted(spans)
    assert all(one[1] <= other[0] for one, other in itertools.pairwise(spans))
    assert entry.minutes is None or 0 < entry.minutes <= 24 * 60
    assert len({p.role for p in entry.parts}) == len(entry.parts)


@given(LETTERS, LETTERS)
def test_no_name_breaks_the_comparison(title: str, typed: str) -> None:
    assert 0 <= is_meant(title, typed) <= 1


@given(st.text("абвгдеёжзийклмнопрстуфхцчшщъыьэюя", min_size=1, max_size=20))
def test_a_stem_begins_the_word(word: str) -> None:
    assert word.replace("ё", "е").startswith(stem(word))
    assert all(isinstance(form, str) for form in cases_of(word))


def test_a_rule_of_the_leap_day_begins_on_one() -> None:
    assert read_entry("каждый год 29 февраля праздник", NOW).moment == dt.datetime(2028, 2, 29, 18)
