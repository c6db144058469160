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


@pytest.mark.parametrize(
    ("text", "name", "moment", "misread"),
    [
        ("позвонить Иванову 31 февраля", "Позвонить Иванову 31 февраля", None, ("31 февраля",)),
        ("позвонить 31 февраля в 10", "Позвонить 31 февраля в 10", None, ("31 февраля",)),
        ("отчёт 29 февраля 2027", "Отчёт 29 февраля 2027", None, ("29 февраля 2027",)),
        ("отчёт к 30.02.2027", "Отчёт к 30.02.2027", None, ("к 30.02.2027",)),
        ("отчёт к 45 числа", "Отчёт к 45 числа", None, ("к 45 числа",)),
        ("call Smith February 31", "Call Smith February 31", None, ("February 31",)),
        ("встреча завтра в 25:00", "Встреча в 25:00", dt.datetime(2026, 11, 19, 18), ("в 25:00",)),
        ("звонок 15:70", "Звонок 15:70", None, ("15:70",)),
        # What is a date and does not say when the work is due is no slip; nor is what is no date at all.
        (
            "счёт от 31.02.2026 оплатить завтра",
            "Счёт от 31.02.2026 оплатить",
            dt.datetime(2026, 11, 19, 18),
            (),
        ),
        ("чертёж 1:100", "Чертёж 1:100", None, ()),
        ("отчёт «31 февраля» завтра", "Отчёт «31 февраля»", dt.datetime(2026, 11, 19, 18), ()),
        ("отчёт 29 февраля", "Отчёт", dt.datetime(2028, 2, 29, 18), ()),
    ],
)
def test_what_is_no_date_stays_in_the_name_and_is_told(
    text: str, name: str, moment: dt.datetime | None, misread: tuple[str, ...]
) -> None:
    entry = read_entry(text, NOW)
    assert (entry.name, entry.moment, entry.misread) == (name, moment, misread)


@pytest.mark.parametrize(
    ("text", "words", "named", "name"),
    [
        (
            "поручить Лебедевой подготовить отчёт к среде",
            ("Лебедевой", "подготовить", "отчёт"),
            1,
            "Подготовить отчёт",
        ),
        ("срочно поручи Анне Лебедевой: отчёт в пятницу", ("Анне", "Лебедевой"), 2, "Отчёт"),
        ("assign Brown to prepare the report by Friday", ("Brown", "to", "prepare"), 1, "Prepare the report"),
        ("delegate to Anna the budget", ("Anna", "the", "budget"), 1, "The budget"),
    ],
)
def test_an_order_names_whom(text: str, words: tuple[str, ...], named: int, name: str) -> None:
    entry = read_entry(text, NOW)
    assert entry.order is not None
    assert entry.order.words == words
    assert read_entry(text, NOW, ordered=named).name == name
    assert read_entry(text, NOW, without=frozenset({"order"})).order is None


@pytest.mark.parametrize(
    "text", ["узнать, кому поручить отчёт", "поручить", "поручение 15 выполнить", "завтра отчёт"]
)
def test_no_order_is_seen_where_there_is_none(text: str) -> None:
    assert read_entry(text, NOW).order is None


@given(st.dates(dt.date(2026, 11, 19), dt.date(2099, 12, 31)))
def test_no_date_that_there_is_is_told_to_be_wrong(day: dt.date) -> None:
    entry = read_entry(f"отчёт {day:%d.%m.%Y}", NOW)
    assert (entry.misread, entry.moment and entry.moment.date()) == ((), day)


@given(st.integers(1, 40), st.integers(1, 14), st.integers(2027, 2099))
def test_no_date_is_lost_without_a_word(day: int, month: int, year: int) -> None:
    entry = read_entry(f"отчёт {day}.{month:02}.{year}", NOW)
    assert bool(entry.misread) is (entry.moment is None)
    assert entry.moment is not None or entry.name == f"Отчёт {day}.{month:02}.{year}"


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


@pytest.mark.parametrize(
    ("text", "name", "misread"),
    [
        ("в прошлую пятницу звонил Зориной", "В прошлую пятницу звонил Зориной", ("в прошлую пятницу",)),
        ("вчера позвонить Зориной в 10", "Вчера позвонить Зориной в 10", ("вчера",)),
        ("last Friday called Smith", "Last Friday called Smith", ("last Friday",)),
        ("узнать про вчера завтра", "Узнать про вчера", ()),
        ("обсудить прошлый заказ в пятницу", "Обсудить прошлый заказ", ()),
    ],
)
def test_a_day_that_is_over_is_no_day_to_come(text: str, name: str, misread: tuple[str, ...]):
    entry = read_entry(text, dt.datetime(2026, 11, 20, 12))
    assert (entry.name, entry.misread, bool(entry.moment)) == (name, misread, not misread)
