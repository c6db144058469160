"""What one record says of its client, in the form in which it is compared."""

import re
from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import Final, NamedTuple

from klientura.kit.emails import BadEmail, normalise_email, split_emails
from klientura.kit.given_names import gender_of_given_name
from klientura.kit.matching.naming import name_parts
from klientura.kit.matching.sounds import sound_of_words, surname_sound
from klientura.kit.matching.variants import full_forms
from klientura.kit.organisations import name_key, split_legal_form
from klientura.kit.phones import parse_phone, split_phones
from klientura.kit.requisites import BadRequisite, check_inn
from klientura.kit.text import fold

ROLES = (
    "last_name", "first_name", "middle_name", "name", "phone", "email", "tax_number", "branch_code", "birthday", "city",
    "postcode", "address", "employer", "identifier", "site",
)  # fmt: skip
"""What a field can mean for the comparison. `name` is an organisation's; `identifier` is any number of one client only."""
MANNER: Final = 2
"""Raised when faces or keys are made otherwise: what was kept of an older manner is made anew as a whole."""
_DIGITS = re.compile("[0-9]+")
_TAG = re.compile(r"\+[^@]*@")
"""What stands behind a plus in front of the @ sorts letters of one mailbox."""
_NOT_WORD = re.compile(r"[\W_]+")
_TOWN = re.compile(r"^(?:г|гор|город|с|село|п|пос|пгт|поселок|д|дер|деревня|ст|станица)\b[\s.]+")
_STREET = re.compile(
    r"\b(?:ул|улица|пр-?кт|просп|проспект|пер|переулок|б-?р|бульвар|ш|шоссе|наб|набережная|пл|площадь|д|дом|кв|квартира|оф"
    r"|офис|стр|строение|корп|корпус|street|road|avenue|place|crescent|drive|court|close|circuit|st|rd|ave)\b\.?"
)
_HOUSE = re.compile("[0-9]+[а-яa-z]?")
_PATRONYMIC_OF_WOMEN = re.compile("(?:вна|чна|шна|кызы|vna|chna)$")
_PATRONYMIC_OF_MEN = re.compile("(?:вич|ич|оглы|vich|ich)$")
_SURNAME_OF_WOMEN = re.compile("(?:[оеи]ва|ина|ская|цкая|eva|ova|ina|skaya|skaia)$")
_SURNAME_OF_MEN = re.compile("(?:[оеи]в|ин|ский|цкий|ev|ov|skiy|skii|sky)$")


class Face(NamedTuple):
    """The facts of one record. Texts are folded; empty means that nothing is known."""

    last: str = ""
    last_sound: str = ""
    first: str = ""
    first_sounds: tuple[str, ...] = ()
    middle: str = ""
    middle_sound: str = ""
    gender: str = ""
    name: str = ""
    name_sound: str = ""
    name_digits: str = ""
    phones: tuple[str, ...] = ()
    emails: tuple[str, ...] = ()
    tax_number: str = ""
    tax_valid: bool = False
    branch_code: str = ""
    birthday: str = ""
    city: str = ""
    postcode: str = ""
    address: str = ""
    house: str = ""
    employer: str = ""
    identifier: str = ""
    sites: tuple[str, ...] = ()


type Facts = Mapping[str, Sequence[str]]


def describe(facts: Facts) -> Face:
    """Return the face of a record from its values by role (see ROLES); values of a role that is unknown are ignored."""

    def one(role: str) -> str:
        return next((v for v in facts.get(role, ()) if v), "")

    names = name_parts(one("last_name"), one("first_name"), one("middle_name"))
    last, first, middle = (_part(part) for part in names)
    if len(last) == 1 < len(first):  # «Г. Лобанов» in the columns of last and first name
        last, first = first, last
    name, tax = one("name"), _number(one("tax_number"))
    address = _address(one("address"))
    return Face(
        last=last,
        last_sound=surname_sound(last) if len(last) > 1 else "",
        first=first,
        first_sounds=full_forms(first) if len(first) > 1 else (),
        middle=middle,
        middle_sound=surname_sound(middle) if len(middle) > 1 else "",
        gender=_gender(last, first, middle),
        name=name_key(name) if name else "",
        name_sound=sound_of_words(split_legal_form(name)[1]) if name else "",
        name_digits=" ".join(_DIGITS.findall(name)),
        phones=_phones(facts.get("phone", ())),
        emails=_emails(facts.get("email", ())),
        tax_number=tax,
        tax_valid=_is_tax_number(tax),
        branch_code=one("branch_code").strip(),
        birthday=one("birthday").strip()[:10],
        city=_TOWN.sub("", fold(one("city"))),
        postcode=fold(one("postcode")),
        address=address,
        house=" ".join(_HOUSE.findall(address)),
        employer=name_key(employer) if (employer := one("employer")) else "",
        identifier=fold(one("identifier")),
        sites=tuple(sorted({_site(v) for v in facts.get("site", ()) if v})),
    )


def _part(text: str) -> str:
    """A part of a name: letters and hyphens only; an initial is one letter."""
    return "" if not text else _letters(text)


@lru_cache(maxsize=100_000)
def _letters(text: str) -> str:
    return " ".join("".join(c if c.isalpha() or c == "-" else " " for c in fold(text)).split()).strip("-")


def _number(text: str) -> str:
    return "".join(_DIGITS.findall(text))


def _phones(raw: Sequence[str]) -> tuple[str, ...]:
    """Numbers in E.164, and the bare digits of local ones; an extension tells nothing, a switchboard's number does."""
    found: dict[str, None] = {}
    for cell in raw:
        for piece in split_phones(cell) if cell else ():
            phone = parse_phone(piece)
            if phone.e164 or len(phone.national_digits) >= 6:
                found[phone.e164 or phone.national_digits] = None
    return tuple(found)


def _emails(raw: Sequence[str]) -> tuple[str, ...]:
    found: dict[str, None] = {}
    for cell in raw:
        for piece in split_emails(cell) if cell else ():
            try:
                found[_TAG.sub("@", normalise_email(piece))] = None
            except BadEmail as bad:
                if bad.suggestion:
                    found[_TAG.sub("@", bad.suggestion)] = None
    return tuple(found)


def _site(text: str) -> str:
    return fold(text).removeprefix("https://").removeprefix("http://").removeprefix("www.").partition("/")[0]


def _is_tax_number(digits: str) -> bool:
    try:
        return check_inn(digits) == digits
    except BadRequisite:
        return False


@lru_cache(maxsize=50_000)
def _address(text: str) -> str:
    return " ".join(_NOT_WORD.sub(" ", _STREET.sub(" ", fold(text))).split())


@lru_cache(maxsize=100_000)
def _gender(last: str, first: str, middle: str) -> str:
    if _PATRONYMIC_OF_WOMEN.search(middle):
        return "f"
    if _PATRONYMIC_OF_MEN.search(middle):
        return "m"
    if known := gender_of_given_name(first):
        return "f" if known == "female" else "m"
    if _SURNAME_OF_WOMEN.search(last):
        return "f"
    return "m" if _SURNAME_OF_MEN.search(last) else ""
