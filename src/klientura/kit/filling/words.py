"""What a template may say of a value: its text, its bare value, its words, a name in another case."""

from collections.abc import Callable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation
from functools import cache
from typing import Any, Final

import pymorphy3
from pytrovich.enums import Case, Gender, NamePart

from klientura.kit.amount_words import amount_in_words
from klientura.kit.formats import Language, format_paper_date
from klientura.kit.people import decliner, parse_person_name

CASES: Final[Mapping[str, str]] = {
    "genitive": "gent", "dative": "datv", "accusative": "accs", "instrumental": "ablt", "prepositional": "loct",
}  # fmt: skip
"""Filter → the case as dictionaries call it."""
PETROVICH: Final[Mapping[str, Case]] = {
    "gent": Case.GENITIVE, "datv": Case.DATIVE, "accs": Case.ACCUSATIVE, "ablt": Case.INSTRUMENTAL, "loct": Case.PREPOSITIONAL,
}  # fmt: skip
SURE: Final = 0.6
"""From here on a text is taken for a person's name."""


class Value(str):
    """A value as a reader sees it, with what it is for comparing and reckoning (`raw`) and, of money, its currency."""

    raw: Any
    currency: str
    __slots__ = ("currency", "raw")

    def __new__(cls, text: str, raw: Any = None, currency: str = "") -> "Value":
        """The text with the bare value."""
        made = super().__new__(cls, text)
        made.raw, made.currency = (text if raw is None else raw), currency
        return made


class Fields:
    """The fields of a record by their keys; it reads as its own title."""

    __slots__ = ("_held",)

    def __init__(self, held: Mapping[str, Any]) -> None:
        self._held = held

    def __getattr__(self, key: str) -> Any:
        """A field. Raises AttributeError for a name that it has not."""
        if key.startswith("_") or key not in self._held:
            raise AttributeError(key)
        return self._held[key]

    def __str__(self) -> str:
        return str(self._held.get("title", ""))

    def __bool__(self) -> bool:
        return bool(self._held)


def read(held: Any) -> Any:
    """Values of JSON as templates use them: {"text", "raw", "kind", "currency"} is a value, any other mapping a record."""
    if isinstance(held, list):
        return [read(each) for each in held]
    if not isinstance(held, Mapping):
        return held
    if held.keys() >= {"text", "kind"}:
        return Value(held["text"], _bare(held["kind"], held.get("raw")), held.get("currency", ""))
    return Fields({key: read(each) for key, each in held.items()})


def _bare(kind: str, raw: Any) -> Any:
    if raw is None:
        return None
    if kind == "decimal":
        return Decimal(raw)
    return date.fromisoformat(raw[:10]) if kind == "date" else raw


def texts(held: Any) -> Any:
    """The same as plain texts, for a template that knows no values."""
    if isinstance(held, list):
        return [texts(each) for each in held]
    if not isinstance(held, Mapping):
        return held
    if held.keys() >= {"text", "kind"}:
        return held["text"]
    return {key: texts(each) for key, each in held.items()}


def filters(language: Language) -> dict[str, Callable[..., str]]:
    """The filters of templates: `words`, `long_date`, and a case of a name or a position by each of its names."""

    def words(value: Any, currency: str = "") -> str:
        try:
            amount = Decimal(str(getattr(value, "raw", value)))
        except InvalidOperation:
            return ""
        return amount_in_words(amount, currency or getattr(value, "currency", "") or "RUB", language)

    def long_date(value: Any) -> str:
        day = getattr(value, "raw", value)
        return format_paper_date(day, language) if isinstance(day, date) else str(value)

    return {"words": words, "long_date": long_date, **{name: _filter(case) for name, case in CASES.items()}}


def _filter(case: str) -> Callable[[Any], str]:
    return lambda value: declined(str(value), case)


def declined(text: str, case: str) -> str:
    """A Russian name («Иванов Пётр Сергеевич») or position («генеральный директор по продажам») in a case.

    Of a position the words up to its first noun are declined, of a name all of them; other languages stay as they are.
    """
    tokens = text.split()
    if not tokens:
        return text
    name = parse_person_name(text)
    if name.gender and name.confidence >= SURE:
        parts = {
            name.last: NamePart.LASTNAME,
            name.first: NamePart.FIRSTNAME,
            name.middle: NamePart.MIDDLENAME,
        }
        gender = Gender.MALE if name.gender == "male" else Gender.FEMALE
        return " ".join(_of_name(token, parts.get(token), gender, PETROVICH[case]) for token in tokens)
    return " ".join(_position(tokens, case))


def _of_name(token: str, part: NamePart | None, gender: Gender, case: Case) -> str:
    """A part of a name; initials and notes stay."""
    return token if part is None or "." in token else str(decliner().make(part, gender, case, token))


@cache
def _dictionary() -> pymorphy3.MorphAnalyzer:
    return pymorphy3.MorphAnalyzer(lang="ru")


def _position(tokens: list[str], case: str) -> list[str]:
    made: list[str] = []
    for place, token in enumerate(tokens):
        parses = [p for p in _dictionary().parse(token) if p.tag.case == "nomn" and p.tag.number == "sing"]
        noun = next((p for p in parses if p.tag.POS == "NOUN"), None)
        chosen = noun or next((p for p in parses if p.tag.POS in {"ADJF", "PRTF"}), None)
        if chosen is None:
            return [*made, *tokens[place:]]
        grammemes = {case, "sing"}
        form = chosen.inflect(grammemes)
        made.append(_like(token, form.word) if form else token)
        if noun is not None:
            return [*made, *tokens[place + 1 :]]
    return made


def _like(token: str, word: str) -> str:
    """A word with the capitals that the token had."""
    if token.isupper() and len(token) > 1:
        return word.upper()
    return word[:1].upper() + word[1:] if token[:1].isupper() else word
