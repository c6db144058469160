"""Reading of people's names as they stand in tables: any order, initials, patronymics, Latin spelling."""

import re
from functools import cache
from typing import Literal, NamedTuple
from unicodedata import normalize

from pytrovich.detector import PetrovichGenderDetector
from pytrovich.enums import Gender as PetrovichGender
from pytrovich.maker import PetrovichDeclinationMaker

from klientura.kit.given_names import gender_of_given_name, is_given_name
from klientura.kit.text import fold

type Gender = Literal["male", "female"]

_MAX_LENGTH = 150
_NOTE = re.compile(r"\([^()]*\)|\[[^\[\]]*\]")
_TITLE = re.compile(r"^(?:г-н|г-жа|господин|госпожа|mr|mrs|ms|dr)\b\.?\s*", re.IGNORECASE)
_GLUED_INITIAL = re.compile(r"(?<=\.)(?=[^\W\d_])")
_INITIAL = re.compile(r"[^\W\d_]\.?(?:-[^\W\d_]\.?)?")
_PATRONYMIC = re.compile(
    r"(?:[а-я]{2,}(?:[оеё]вич|[оеё]вна|ьич|[нм]ична|инична|ыч|тьич)"
    r"|(?:иль|кузьм|фом|лук|никит|савв|фок|захар)(?:ич|инична|ична)"
    r"|[a-z]{2,}(?:ovich|evich|yevich|ievich|ovna|evna|yevna|ichna))"
)
_FEMALE_PATRONYMIC = re.compile(r"(?:вна|чна|vna|chna|кызы|кизи|гызы|qizi|kyzy)$")
_KIN_WORD = {"оглы", "оглу", "кызы", "кизи", "гызы", "угли", "уулу", "ogly", "oglu", "kyzy", "qizi"}
_PARTICLES = set(
    "де фон ван дер да ди дю ла ле ибн аль эль бен von van de der da di la le al bin".split()  # noqa: SIM905
)
_SURNAME = re.compile(
    r"(?:[оеё]в|[иы]н|[оеё]ва|[иы]на|ский|ская|цкий|цкая|ской|цкой|енко|чук|юк|ук|ко|ян|янц|дзе|швили|ая|ых|их|ай|ич"
    r"|ман|берг|штейн|[oe]v|in|yn|[oe]va|ina|sky|skiy|skii|skaya|skaia|enko|chuk|uk|yan|dze|shvili|man|berg|stein|son)$"
)


_GENDERS: dict[object, Gender] = {PetrovichGender.MALE: "male", PetrovichGender.FEMALE: "female"}


class PersonName(NamedTuple):
    """The parts of a name; ``confidence`` is 0 for nothing read, 1 when patronymic and given name agree."""

    last: str
    first: str
    middle: str
    gender: Gender | None
    confidence: float


def parse_person_name(text: str) -> PersonName:
    """Tell surname, first name and patronymic apart; never raises. Letters keep their script.

    Names typed in one case are written with capitals. Notes in brackets and forms of address are left out.
    """
    tokens = _tokens(text)
    if not tokens:
        return PersonName("", "", "", None, 0.0)
    folded = [fold(token) for token in tokens]
    last, first, middle, confidence = _assign(tokens, folded)
    gender = _gender(last, first, middle)
    return PersonName(last, first, middle, gender, confidence)


def full_name(name: PersonName) -> str:
    """Return «Фамилия Имя Отчество» of the parts that are known."""
    return " ".join(part for part in name[:3] if part)


def _tokens(text: str) -> list[str]:
    text = normalize("NFC", text[:_MAX_LENGTH])
    if "(" in text or "[" in text:
        text = _NOTE.sub(" ", text)
    text = _TITLE.sub("", text.strip())
    if "." in text:
        text = _GLUED_INITIAL.sub(" ", text)
    words = [word for word in text.replace(",", " ").split() if any(map(str.isalpha, word))]
    if text.islower() or text.isupper():
        words = [_capitalised(word) for word in words]
    return _joined(words)


def _capitalised(word: str) -> str:
    lower = word.lower()
    if lower in _KIN_WORD or lower in _PARTICLES:
        return lower
    return "-".join(part[:1].upper() + part[1:] for part in lower.split("-"))


def _joined(words: list[str]) -> list[str]:
    """Join words that make one part: «Гусейн оглы», «фон Нейман», «Петров - Водкин»."""
    joined: list[str] = []
    prefix = ""
    for position, word in enumerate(words):
        if word.lower() in _KIN_WORD and joined:
            joined[-1] += f" {word}"
        elif word in _PARTICLES and position + 1 < len(words):
            prefix += f"{word} "
        else:
            joined.append(prefix + word)
            prefix = ""
    return joined


def _is_patronymic(folded: str) -> bool:
    return bool(_PATRONYMIC.fullmatch(folded)) or folded.rpartition(" ")[2] in _KIN_WORD


def _is_initial(token: str) -> bool:
    return len(token) <= 5 and bool(_INITIAL.fullmatch(token))


def _assign(tokens: list[str], folded: list[str]) -> tuple[str, str, str, float]:
    """Return last, first and middle name with the confidence."""
    if any(map(_is_initial, tokens)):
        return _assign_initials(tokens)
    if len(tokens) == 1:
        return ("", tokens[0], "", 0.6) if is_given_name(folded[0]) else (tokens[0], "", "", 0.4)
    if len(tokens) == 2:
        return _assign_two(tokens, folded)
    return _assign_many(tokens, folded)


def _assign_initials(tokens: list[str]) -> tuple[str, str, str, float]:
    initials = [token.upper().rstrip(".") + "." for token in tokens if _is_initial(token)]
    names = [token for token in tokens if not _is_initial(token)]
    if not names:
        return initials[0], " ".join(initials[1:2]), " ".join(initials[2:]), 0.1
    if len(names) == 1:
        return names[0], initials[0], " ".join(initials[1:]), 0.9
    if is_given_name(fold(names[0])) and not is_given_name(fold(names[1])):
        names[0], names[1] = names[1], names[0]
    return names[0], " ".join(names[1:]), " ".join(initials), 0.7


def _assign_two(tokens: list[str], folded: list[str]) -> tuple[str, str, str, float]:
    one, two = tokens
    given_one, given_two = is_given_name(folded[0]), is_given_name(folded[1])
    if given_one and _is_patronymic(folded[1]):
        return "", one, two, 0.9
    if given_one != given_two:
        return (two, one, "", 0.9) if given_one else (one, two, "", 0.95)
    surname_one, surname_two = bool(_SURNAME.search(folded[0])), bool(_SURNAME.search(folded[1]))
    if surname_two and not surname_one:
        return two, one, "", 0.6
    return one, two, "", 0.6 if surname_one and not surname_two else 0.3


def _assign_many(tokens: list[str], folded: list[str]) -> tuple[str, str, str, float]:
    # The last patronymic decides: a surname may look like one («Абрамович Роман Аркадьевич»).
    place = next((index for index in range(len(tokens) - 1, -1, -1) if _is_patronymic(folded[index])), None)
    if place is None:
        return _assign_without_patronymic(tokens, folded)
    middle = tokens[place]
    rest, folded_rest = tokens[:place] + tokens[place + 1 :], folded[:place] + folded[place + 1 :]
    # The first name stands before its patronymic; elsewhere only when it is known as a given name.
    first = place - 1 if place else 0
    if not is_given_name(folded_rest[first]):
        known = [index for index, word in enumerate(folded_rest) if is_given_name(word)]
        if known:
            first = known[0]
        elif place == 0:
            first = len(rest) - 1
    last = " ".join(rest[:first] + rest[first + 1 :])
    return last, rest[first], middle, 1.0 if is_given_name(folded_rest[first]) else 0.8


def _assign_without_patronymic(tokens: list[str], folded: list[str]) -> tuple[str, str, str, float]:
    if is_given_name(folded[0]) and not is_given_name(folded[1]):
        return tokens[-1], tokens[0], " ".join(tokens[1:-1]), 0.4
    if is_given_name(folded[0]) and is_given_name(folded[1]) and not is_given_name(folded[-1]):
        return tokens[-1], tokens[0], " ".join(tokens[1:-1]), 0.5
    return tokens[0], tokens[1], " ".join(tokens[2:]), 0.5 if is_given_name(folded[1]) else 0.2


@cache
def decliner() -> PetrovichDeclinationMaker:
    """Petrovich's tables of cases, read once."""
    return PetrovichDeclinationMaker()


@cache
def _detector() -> PetrovichGenderDetector:
    return PetrovichGenderDetector()


def _gender(last: str, first: str, middle: str) -> Gender | None:
    folded_middle = fold(middle)
    if _is_patronymic(folded_middle):
        return "female" if _FEMALE_PATRONYMIC.search(folded_middle) else "male"
    known = gender_of_given_name(fold(first))
    if known:
        return "male" if known == "male" else "female"
    ending = fold(last)
    if ending.endswith(("ова", "ева", "ина", "ская", "цкая", "ova", "eva", "ina", "skaya", "skaia")):
        return "female"
    if ending.endswith(("ов", "ев", "ин", "ский", "цкий", "ov", "ev", "sky", "skiy", "skii")):
        return "male"
    if first and not _is_initial(first) and not first.isascii():
        return _GENDERS.get(_detector().detect(firstname=first))  # type: ignore[no-untyped-call]
    return None
