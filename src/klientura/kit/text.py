"""Folding of text for comparing and searching, transliteration, and repair of the keyboard layout."""

import re
from itertools import chain
from unicodedata import is_normalized, normalize

_WORD = re.compile(r"[^\W_]+")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[A-Za-z]")
MAX_SEARCH_VARIANTS = 6

# The two layouts key by key, without and with Shift, as on a Windows keyboard.
_LATIN_KEYS = "`qwertyuiop[]asdfghjkl;'zxcvbnm,./~QWERTYUIOP{}ASDFGHJKL:\"ZXCVBNM<>?@#$^&"
_RUSSIAN_KEYS = 'ёйцукенгшщзхъфывапролджэячсмитьбю.ЁЙЦУКЕНГШЩЗХЪФЫВАПРОЛДЖЭЯЧСМИТЬБЮ,"№;:?'
_TO_RUSSIAN_KEYS = str.maketrans(_LATIN_KEYS, _RUSSIAN_KEYS)
_TO_LATIN_KEYS = str.maketrans(_RUSSIAN_KEYS, _LATIN_KEYS)

_BASE = dict(zip("абвгдезиклмнопрстуфыэ", "abvgdeziklmnoprstufye", strict=True)) | {
    "ё": "e",
    "ж": "zh",
    "ч": "ch",
    "ш": "sh",
}
# Ordered by how often people write names so: web and maps, passport (ICAO), then the scientific habit.
_SCHEMES: tuple[dict[int, str], ...] = tuple(
    {ord(letter): latin for letter, latin in (_BASE | scheme).items()}
    for scheme in (
        {"й": "y", "х": "kh", "ц": "ts", "щ": "shch", "ъ": "", "ь": "", "ю": "yu", "я": "ya"},
        {"й": "i", "х": "kh", "ц": "ts", "щ": "shch", "ъ": "ie", "ь": "", "ю": "iu", "я": "ia"},
        {"й": "j", "х": "h", "ц": "c", "щ": "sch", "ъ": "", "ь": "", "ю": "ju", "я": "ja"},
    )
)

_FROM_LATIN = {
    "shch": "щ", "sch": "щ", "kh": "х", "zh": "ж", "ch": "ч", "sh": "ш", "ts": "ц", "tz": "ц", "ph": "ф",
    "th": "т", "ck": "к", "yu": "ю", "iu": "ю", "ju": "ю", "ya": "я", "ia": "я", "ja": "я", "yo": "е",
    "jo": "е", "ye": "е", "je": "е", "ay": "ай", "ey": "ей", "oy": "ой", "uy": "уй", "a": "а", "b": "б",
    "c": "к", "d": "д", "e": "е", "f": "ф", "g": "г", "h": "х", "i": "и", "j": "й", "k": "к", "l": "л",
    "m": "м", "n": "н", "o": "о", "p": "п", "q": "к", "r": "р", "s": "с", "t": "т", "u": "у", "v": "в",
    "w": "в", "x": "кс", "y": "ы", "z": "з",
}  # fmt: skip
# Letters that may be read in a second way: c as in Vacek, j as in Jack, h as in Hermann, ia as in Diana.
_SECOND_READING = _FROM_LATIN | {"c": "ц", "j": "дж", "h": "г", "ia": "иа", "iu": "иу", "y": "и"}
_LATIN_CHUNK = re.compile("|".join(sorted(_FROM_LATIN, key=len, reverse=True)))
# Endings of names are spelt their own way: Gorky, Dmitry, Yuriy, Sergei, Nikolai, Tolstoi, Maria.
_ENDINGS = {
    "sky": "ский", "iy": "ий", "ij": "ий", "yy": "ый", "ei": "ей", "ai": "ай", "oi": "ой",
    "ay": "ай", "ey": "ей", "oy": "ой", "uy": "уй", "y": "ий", "ia": "ия",
}  # fmt: skip
_LATIN_ENDING = re.compile(rf"(?<=[a-z])(?:{'|'.join(_ENDINGS)})(?![a-z])")


def fold(text: str) -> str:
    """Return the form in which texts are compared: NFKC, lower case, ё as е, single spaces, no outer spaces.

    For composed text with single spaces it equals ``lower(translate(text, 'Ёё', 'Ее'))`` in SQL.
    """
    folded = _fold_once(text)
    if folded.isascii():
        return folded
    # Rare: replacing ё or lowering a letter can leave a sequence that composes again.
    while not is_normalized("NFKC", folded):
        folded = _fold_once(folded)
    return folded


def _fold_once(text: str) -> str:
    if not text.isascii() and not is_normalized("NFKC", text):
        text = normalize("NFKC", text)
    return " ".join(text.lower().replace("ё", "е").split())


def words(text: str) -> list[str]:
    """Return the folded runs of letters and digits of a text, in order."""
    return _WORD.findall(fold(text))


def transliterate_variants(text: str) -> set[str]:
    """Return folded spellings of the text in the other script; empty when it has no letter of either script.

    Cyrillic letters give one spelling per Latin scheme, Latin letters give the likely Russian readings.
    """
    return set(_ordered_transliterations(fold(text)))


def latin(text: str) -> str:
    """Return the folded text with Cyrillic letters spelt as the web spells them; for keys and addresses."""
    return fold(text).translate(_SCHEMES[0])


def _ordered_transliterations(folded: str) -> list[str]:
    found: list[str] = []
    if _CYRILLIC.search(folded):
        found += [folded.translate(scheme) for scheme in _SCHEMES]
    if _LATIN.search(folded):
        found += [_from_latin(folded, _FROM_LATIN), _from_latin(folded, _SECOND_READING)]
    return [text for text in dict.fromkeys(found) if text != folded]


def _from_latin(folded: str, readings: dict[str, str]) -> str:
    with_endings = _LATIN_ENDING.sub(lambda match: _ENDINGS[match.group()], folded)
    return _LATIN_CHUNK.sub(lambda match: readings[match.group()], with_endings)


def switch_layout(text: str) -> str:
    """Return what the same keys would have typed in the other layout (ghbdtn ↔ привет).

    The direction follows the letters: text with more Cyrillic letters than Latin ones becomes Latin.
    Only the ``ru`` and ``us`` layouts are known; characters that are on no key stay.
    """
    to_latin = len(_CYRILLIC.findall(text)) > len(_LATIN.findall(text))
    return text.translate(_TO_LATIN_KEYS if to_latin else _TO_RUSSIAN_KEYS)


def search_variants(text: str) -> list[str]:
    """Return the folded text and up to five other folded readings: the other layout, then transliterations.

    The original comes first; an empty text gives an empty list. Text without letters has no other reading.
    """
    folded = fold(text)
    if not folded:
        return []
    if not (_CYRILLIC.search(folded) or _LATIN.search(folded)):
        return [folded]
    variants = dict.fromkeys(chain([folded, fold(switch_layout(text))], _ordered_transliterations(folded)))
    variants.pop("", None)
    return list(variants)[:MAX_SEARCH_VARIANTS]
