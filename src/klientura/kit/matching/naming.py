"""The name of a person as it was meant: whole names typed into one box, a wrong keyboard layout, letters of two alphabets."""

import re
from functools import lru_cache

from klientura.kit.given_names import is_given_name
from klientura.kit.people import parse_person_name
from klientura.kit.text import fold, switch_layout

# What looks alike in both alphabets; found within one word, it was taken from the wrong one.
_LOOK_ALIKE = str.maketrans("aceopxykmhtbABCEHKMOPTXY", "асеорхукмнтвАВСЕНКМОРТХУ")
_CYRILLIC = re.compile("[а-яё]", re.IGNORECASE)
_LATIN = re.compile("[a-z]", re.IGNORECASE)
_PATRONYMIC = re.compile("(?:ович|евич|ьич|овна|евна|ична|инична)$")


@lru_cache(maxsize=50_000)
def name_parts(last: str, first: str, middle: str) -> tuple[str, str, str]:
    """Last, first and middle name as they were meant, from what stands in their columns."""
    parts = [_in_one_alphabet(part) for part in (last, first, middle)]
    decoded = [switch_layout(part) if _LATIN.search(part) else part for part in parts]
    if decoded != parts and _holds_a_name(decoded) and not _holds_a_name(parts):
        parts = decoded
    return _apart(*parts)


def _in_one_alphabet(text: str) -> str:
    """Words that mix alphabets, wholly in Cyrillic letters."""
    return " ".join(
        word.translate(_LOOK_ALIKE) if _CYRILLIC.search(word) and _LATIN.search(word) else word
        for word in text.split()
    )


def _holds_a_name(parts: list[str]) -> bool:
    """Whether a given name or a patronymic that people bear is among the words."""
    found = (word for part in parts for word in fold(part).split())
    return any(is_given_name(word) or _PATRONYMIC.search(word) for word in found)


def _apart(last: str, first: str, middle: str) -> tuple[str, str, str]:
    """A name that was typed whole into one box, taken apart; a patronymic that stands behind the first name as well."""
    whole = last or first
    if not middle.strip(" .") and not (last and first) and len(_words(whole)) > 1:
        found = parse_person_name(whole)
        if found.last and found.first:
            return found.last, found.first, found.middle
    names = _words(first)
    if last and not middle and len(names) == 2 and _PATRONYMIC.search(fold(names[1])):
        return last, names[0], names[1]
    return last, first, middle


def _words(text: str) -> list[str]:
    return [word for word in re.split(r"[\s.]+", text) if word]
