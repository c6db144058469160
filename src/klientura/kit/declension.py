"""Declension of Russian names for letters and contracts."""

from functools import cache
from typing import Literal

from pytrovich.enums import Case as PetrovichCase
from pytrovich.enums import Gender, NamePart
from pytrovich.maker import PetrovichDeclinationMaker

from klientura.kit.people import PersonName

type Case = Literal["nominative", "genitive", "dative", "accusative", "instrumental", "prepositional"]


@cache
def _maker() -> PetrovichDeclinationMaker:
    return PetrovichDeclinationMaker()


def decline(name: PersonName, case: Case) -> PersonName:
    """Return the name in the case (genitive: «Иванова Ивана Ивановича»).

    Parts in Latin letters, initials and names of unknown gender stay as they are.
    """
    if case == "nominative" or name.gender is None:
        return name
    gender = Gender.MALE if name.gender == "male" else Gender.FEMALE
    return name._replace(
        last=_decline_part(name.last, NamePart.LASTNAME, gender, case),
        first=_decline_part(name.first, NamePart.FIRSTNAME, gender, case),
        middle=_decline_part(name.middle, NamePart.MIDDLENAME, gender, case),
    )


def _decline_part(text: str, part: NamePart, gender: Gender, case: Case) -> str:
    russian = all("а" <= letter <= "я" or letter in "ё-" for letter in text.lower())
    if not text or not russian:
        return text
    return str(_maker().make(part, gender, PetrovichCase[case.upper()], text))
