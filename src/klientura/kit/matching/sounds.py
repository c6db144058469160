"""A key by which names meet that sound alike in Russian, whichever letters they are written in."""

import re
from functools import lru_cache

from klientura.kit.text import fold

_LATIN = {
    "shch": "ш", "sch": "ш", "kh": "х", "zh": "ж", "ch": "ч", "sh": "ш", "ts": "ц", "tz": "ц", "ph": "ф", "th": "т",
    "ck": "к", "yu": "иу", "iu": "иу", "ju": "иу", "ya": "иа", "ia": "иа", "ja": "иа", "yo": "и", "jo": "и",
    "ye": "и", "je": "и", "a": "а", "b": "б", "c": "к", "d": "д", "e": "и", "f": "ф", "g": "г", "h": "х", "i": "и",
    "j": "и", "k": "к", "l": "л", "m": "м", "n": "н", "o": "а", "p": "п", "q": "к", "r": "р", "s": "с", "t": "т",
    "u": "у", "v": "в", "w": "в", "x": "кс", "y": "и", "z": "з",
}  # fmt: skip
_LATIN_CHUNK = re.compile("|".join(sorted(_LATIN, key=len, reverse=True)))
# Unstressed vowels fall together (о with а, е with и); a soft vowel keeps its softness, as Latin spelling does.
_CYRILLIC = str.maketrans(
    {"я": "иа", "ю": "иу", "о": "а", "е": "и", "э": "и", "ы": "и", "й": "и", "ъ": "", "щ": "ш", "ь": ""}
)
_SOFT_SIGN = re.compile(r"ь(?=[еиюяё])")
# Endings of surnames that only tell the gender or are spelt in many ways, by their sounds: -ский, -ова, -ая.
_ENDINGS = (
    (re.compile(r"(?<=[сц]к)(?:и+|аиа|аи)$"), ""),
    (re.compile(r"(?<=[а-я]{2}[аи]в)а$|(?<=[а-я]{2}ин)а$"), ""),
    (re.compile(r"(?<=[а-я]{3})(?:аиа|аи|ии|и)$"), ""),
)
_CLUSTERS = (
    (re.compile("[тд]ь?с(?=к)|[тд]ц"), "ц"),
    (re.compile("[сз]ч"), "ш"),
    (re.compile("здн"), "зн"),
    (re.compile("стн"), "сн"),
)
_DEAF = str.maketrans("бвгджз", "пфктшс")
_VOICED = re.compile("[бвгджз]+(?=[кпстфхцчш]|$)")
_TWICE = re.compile(r"(.)\1+")
_NOT_LETTER = re.compile("[^а-я]+")


@lru_cache(maxsize=200_000)
def sound(name: str) -> str:
    """Return the key of a given name or a word; empty when it has no letter. Дарья = Darya = Дария, Пётр = Pyotr."""
    return _finished(_spoken(name))


@lru_cache(maxsize=200_000)
def surname_sound(name: str) -> str:
    """Return the key of a surname or patronymic, whose ending tells the gender only.

    Петров = Петрова = Petrov; Шмидт = Schmidt = Шмит; Достоевский = Dostoyevskaya = Достаевская.
    """
    text = _spoken(name)
    for ending, instead in _ENDINGS:
        text = ending.sub(instead, text)
    return _finished(text)


def _spoken(name: str) -> str:
    """The name in a few Russian letters that stand for sounds."""
    text = fold(name)
    if text.isascii():
        text = _LATIN_CHUNK.sub(lambda found: _LATIN[found.group()], text)
    else:
        text = _SOFT_SIGN.sub("и", text).translate(_CYRILLIC)
    return _NOT_LETTER.sub("", text)


def _finished(text: str) -> str:
    for cluster, instead in _CLUSTERS:
        text = cluster.sub(instead, text)
    text = _VOICED.sub(lambda found: found.group().translate(_DEAF), text)
    return _TWICE.sub(r"\1", text)


def sound_of_words(text: str) -> str:
    """Return the keys of the words of a longer name, joined."""
    return "".join(sound(word) for word in fold(text).replace("-", " ").split())
