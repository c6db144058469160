"""Names in a line that may be a client's («позвонить Иванову», «встреча с ООО Ромашка»), and whether a record's name is meant."""

import re
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from pytrovich.enums import Case, Gender, NamePart
from rapidfuzz.distance import Levenshtein

from klientura.kit.entry.findings import QUOTED, Line
from klientura.kit.entry.words import MONTHS, WEEKDAYS
from klientura.kit.people import decliner
from klientura.kit.text import fold, words

MOST_NAMES: Final = 3
_WORD: Final = re.compile(r"[^\W_][\w'’&+-]*")
_FORM: Final = re.compile(r"(?:ооо|оао|зао|пао|нао|ао|ип|нко|ано|тоо|llc|ltd|inc|gmbh|corp)\.?")
_LEADS: Final = re.compile(r"(?:с|со|для|у|от|к|ко|по|with|to|for|from)")
_ENDING: Final = re.compile(
    r"(?:ого|его|ому|ему|ыми|ими|ами|ями|ой|ей|ою|ею|ом|ем|ым|им|ах|ях|ам|ям|ую|юю|ая|яя|ий|ый|ии|ию|ия|[аеиоуыэюяьй])$"
)
_SMALL_WORDS: Final = (
    "и а но или по с со в во на о об от до за из у к ко для при про насчет отправить позвонить подготовить "
    "написать  сделать узнать уточнить проверить счет кп договор отчет акт коммерческое предложение письмо "
    "встреча звонок оплату  the a an and or to for with from about of in on at by send call meet meeting "
    "prepare write check ask offer invoice  contract report letter email "
)
_SMALL: Final = frozenset(_SMALL_WORDS.split())


@dataclass(frozen=True, slots=True)
class Named:
    """Words that may name a client, and where they stand."""

    text: str
    start: int
    end: int


def names_in(line: Line) -> tuple[Named, ...]:
    """The words that may name a client, the likeliest first; none of them has been understood as something else."""
    found = [Named(m[1].strip(), m.start(1), m.end(1)) for m in line_matches(line, QUOTED)]
    found += _runs(line, list(found))
    return tuple(found[:MOST_NAMES])


def line_matches(line: Line, form: re.Pattern[str]) -> list[re.Match[str]]:
    """Where a pattern stands in the line as it was typed, outside of what was understood."""
    return [m for m in form.finditer(line.text) if line.is_free(*m.span())]


def _runs(line: Line, taken: list[Named]) -> list[Named]:
    """Words with a capital letter that follow one another; then the word behind a form, a verb of calling or a preposition."""
    strong: list[Named] = []
    weak: list[Named] = []
    run: list[re.Match[str]] = []
    for token in line_matches(line, _WORD):
        if any(n.start <= token.start() < n.end for n in taken):
            continue
        is_form = _FORM.fullmatch(line.folded[token.start() : token.end()]) is not None
        if not is_form and token[0][0].isupper() and not _is_small(token[0]):
            if not _adjoins(line, run, token):
                strong += _named(line, run)
                run = []
            run.append(token)
            continue
        strong += _named(line, run)
        run = []
        if not is_form and _is_led(line, token) and not _is_small(token[0]):
            weak += _named(line, [token])
    strong += _named(line, run)
    return [*sorted(strong, key=lambda n: n.start == 0), *weak]


def _named(line: Line, run: list[re.Match[str]]) -> list[Named]:
    if not run or len(run[0][0]) + len(run) < 4:
        return []
    start, end = run[0].start(), run[-1].end()
    return [Named(line.text[start:end], start, end)]


def _adjoins(line: Line, run: list[re.Match[str]], token: re.Match[str]) -> bool:
    return not run or not line.text[run[-1].end() : token.start()].strip(" .")


def _is_small(word: str) -> bool:
    return (folded := fold(word)) in _SMALL or folded in MONTHS or folded in WEEKDAYS


def _is_led(line: Line, token: re.Match[str]) -> bool:
    """Whether a word without a capital stands where a client does: behind a preposition, a form or a verb of calling."""
    before = line.folded[: token.start()].rstrip().rsplit(" ", 1)[-1]
    kind = any(
        p.role == "kind" and line.folded[p.end : token.start()].strip() == "" and p.end <= token.start()
        for p in line.parts
    )
    return kind or bool(_LEADS.fullmatch(before) or _FORM.fullmatch(before))


def stem(word: str) -> str:
    """What the cases of a Russian word share, to look for it by its beginning: Иванову → иванов, Ромашкой → ромашк."""
    folded = fold(word)
    if not re.search(r"[а-я]", folded) or len(folded) < 4:
        return folded
    cut = _ENDING.sub("", folded)
    return cut if len(cut) >= 3 else folded[:3]


def is_meant(title: str, typed: str) -> float:
    """How surely the typed words, in whatever case, name the record of this title: 0 to 1."""
    own, said = words(title), words(typed)
    if not own or not said:
        return 0.0
    return sum(max(_same(o, s) for o in own) for s in said) / len(said)


def _same(own: str, typed: str) -> float:
    if own == typed:
        return 1.0
    if typed in cases_of(own):
        return 0.95
    if stem(own) == stem(typed) and len(stem(own)) >= 3:
        return 0.8
    likeness = Levenshtein.normalized_similarity(stem(own), stem(typed))
    return 0.6 if likeness >= 0.8 and min(len(own), len(typed)) >= 4 else 0.0


@lru_cache(maxsize=2_000)
def cases_of(word: str) -> frozenset[str]:
    """A Russian name in all its cases, read as a surname and as a given name of either sex."""
    if not re.fullmatch(r"[а-я-]{2,40}", word):
        return frozenset()
    maker = decliner()
    return frozenset(
        fold(maker.make(part, gender, case, word))
        for part in (NamePart.LASTNAME, NamePart.FIRSTNAME)
        for gender in (Gender.MALE, Gender.FEMALE)
        for case in Case
    )
