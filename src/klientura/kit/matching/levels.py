"""How far two faces agree, role by role. A level is a word; what it weighs is the business of `weights`."""

from collections.abc import Iterator
from typing import NamedTuple

from rapidfuzz.distance import OSA, JaroWinkler
from rapidfuzz.fuzz import token_set_ratio

from klientura.kit.given_names import is_given_name
from klientura.kit.matching.face import Face
from klientura.kit.matching.sounds import sound, surname_sound
from klientura.kit.matching.variants import is_known_form

TAIL = 7
"""Digits of a telephone number within its town; more tell nothing about a number written without its code."""
SHORT_TAIL = 6


class Agreement(NamedTuple):
    """One role of two faces: how they agree, and the value whose rarity tells what that is worth."""

    role: str
    level: str
    value: str = ""


def agreements(a: Face, b: Face) -> Iterator[Agreement]:
    """What the two say of each role that both know: symmetric; a role of several values agrees by each of those shared."""
    if (a.last or a.first) and (b.last or b.first):
        yield from _person(a, b)
    if a.name and b.name:
        yield _organisation(a, b)
    if a.tax_number and b.tax_number:
        yield _tax_number(a, b)
    if a.birthday and b.birthday:
        yield _birthday(a.birthday, b.birthday)
    yield from _channels(a, b)
    yield from _place(a, b)
    for role, one, two in (
        ("branch_code", a.branch_code, b.branch_code), ("identifier", a.identifier, b.identifier),
    ):  # fmt: skip
        if one and two:
            yield _number(role, one, two)


def _channels(a: Face, b: Face) -> Iterator[Agreement]:
    if a.phones and b.phones:
        yield from _phones(a.phones, b.phones)
    if a.emails and b.emails:
        yield from _emails(a, b)
    if a.sites and b.sites:
        shared = set(a.sites) & set(b.sites)
        yield from (Agreement("site", "same", site) for site in shared)
        if not shared:
            yield Agreement("site", "other")


def _place(a: Face, b: Face) -> Iterator[Agreement]:
    if a.city and b.city:
        yield _text("city", a.city, b.city)
    if a.postcode and b.postcode:
        yield _number("postcode", a.postcode, b.postcode)
    if a.address and b.address:
        yield _address(a, b)
    if a.employer and b.employer:
        yield _text("employer", a.employer, b.employer)


def _person(a: Face, b: Face) -> Iterator[Agreement]:
    straight = [*_name_parts(a, b)]
    if _is_turned(a, b, straight):
        yield Agreement("last_name", "swapped", min(a.last_sound, b.last_sound))
        yield Agreement("first_name", "swapped", max(a.last_sound, b.last_sound))
        yield from (each for each in straight if each.role == "middle_name")
    else:
        yield from straight
    if a.gender and b.gender and a.gender != b.gender:
        yield Agreement("gender", "other")


def _name_parts(a: Face, b: Face) -> Iterator[Agreement]:
    if a.last and b.last:
        yield _last_name(a, b)
    if a.first and b.first:
        yield _first_name(a, b)
    if a.middle and b.middle:
        yield _middle_name(a, b)


def _is_turned(a: Face, b: Face, straight: list[Agreement]) -> bool:
    """Whether first and last name stand in each other's place."""
    if any(each.level != "other" for each in straight if each.role in {"last_name", "first_name"}):
        return False
    if not (a.last_sound and b.last_sound and a.first and b.first):
        return False
    return _alike(a.last, b.first) and _alike(a.first, b.last)


def _alike(one: str, two: str) -> bool:
    if one == two:
        return True
    return min(len(one), len(two)) > 3 and _one_sound(surname_sound(one), surname_sound(two))


def _one_sound(one: str, two: str) -> bool:
    return bool(one) and (one == two or slip(one, two))


def slip(one: str, two: str) -> bool:
    """Whether two words differ by a slip of the keyboard: one letter, or two in a long word."""
    allowed = 0 if min(len(one), len(two)) < 4 else 1 if max(len(one), len(two)) < 9 else 2
    return bool(allowed) and OSA.distance(one, two, score_cutoff=allowed) <= allowed


def _initial(role: str, one: str, two: str) -> Agreement:
    same = _first_letter(one) == _first_letter(two)
    return Agreement(role, "initial" if same else "other_initial")


_LETTER = str.maketrans("abvgdezijklmnoprstufhcqwxy", "абвгдезийклмнопрстуфхккввй")


def _first_letter(name: str) -> str:
    letter = name[:1].translate(_LETTER)
    return {"э": "е", "ю": "й", "я": "й", "щ": "ш"}.get(letter, letter)


def _last_name(a: Face, b: Face) -> Agreement:
    one, two = a.last, b.last
    if one == two:
        return Agreement("last_name", "same", a.last_sound)
    if len(one) == 1 or len(two) == 1:
        return _initial("last_name", one, two)
    if a.last_sound == b.last_sound and a.last_sound:
        return Agreement("last_name", "sounds", a.last_sound)
    if slip(one, two) or slip(a.last_sound, b.last_sound):
        return Agreement("last_name", "close", min(a.last_sound, b.last_sound))
    if ("-" in one or "-" in two) and not set(one.split("-")).isdisjoint(two.split("-")):
        return Agreement(
            "last_name", "part", min((a.last_sound, b.last_sound), key=lambda text: (len(text), text))
        )
    return Agreement("last_name", "other")


def _first_name(a: Face, b: Face) -> Agreement:
    one, two = a.first, b.first
    if one == two and len(one) > 1:
        return Agreement("first_name", "same", a.first_sounds[0] if a.first_sounds else one)
    if len(one) == 1 or len(two) == 1:
        return _initial("first_name", one, two)
    shared = next((form for form in a.first_sounds if form in b.first_sounds), None)
    if shared is not None:
        return Agreement("first_name", "variant", min(a.first_sounds[0], b.first_sounds[0]))
    if _known(one) and _known(two):  # Мария and Марина: two names, not a slip
        return Agreement("first_name", "other")
    if slip(one, two) or slip(
        a.first_sounds[0] if a.first_sounds else "", b.first_sounds[0] if b.first_sounds else ""
    ):
        return Agreement("first_name", "close", min(one, two))
    return Agreement("first_name", "other")


def _known(name: str) -> bool:
    return is_given_name(name) or is_known_form(name)


def _middle_name(a: Face, b: Face) -> Agreement:
    one, two = a.middle, b.middle
    if len(one) == 1 or len(two) == 1:
        return _initial("middle_name", one, two)
    if one == two or (a.middle_sound == b.middle_sound and a.middle_sound):
        return Agreement("middle_name", "same", a.middle_sound)
    if slip(one, two):
        return Agreement("middle_name", "close", min(a.middle_sound, b.middle_sound))
    return Agreement("middle_name", "other")


def _organisation(a: Face, b: Face) -> Agreement:
    if a.name == b.name:
        return Agreement("name", "same", a.name)
    if a.name_digits != b.name_digits:  # «Школа № 5» and «Школа № 6», «Север» and «Север 2»
        return Agreement("name", "other")
    if a.name_sound and a.name_sound == b.name_sound:
        return Agreement("name", "sounds", a.name)
    if slip(a.name, b.name) or slip(a.name_sound, b.name_sound):
        return Agreement("name", "close", min(a.name, b.name))
    shorter, longer = sorted((a.name, b.name), key=len)
    if len(shorter) >= 5 and shorter in longer:
        return Agreement("name", "part", shorter)
    return Agreement("name", "other")


def _phones(one: tuple[str, ...], two: tuple[str, ...]) -> Iterator[Agreement]:
    found = [Agreement("phone", "same" if p.startswith("+") else "tail", p) for p in one if p in two]
    found += [
        Agreement("phone", "tail", max(p, q, key=len))
        for p in one
        for q in two
        # A number without its code agrees with a whole one by its end.
        if p.startswith("+") != q.startswith("+") and _same_tail(p, q)
    ]
    if found:
        yield from found
    elif any(_digit_slip(p, q) for p in one for q in two):
        yield Agreement("phone", "close")
    else:
        yield Agreement("phone", "other")


def _same_tail(one: str, two: str) -> bool:
    length = min(len(one), len(two), TAIL)
    return length >= SHORT_TAIL and one[-length:] == two[-length:]


def _digit_slip(one: str, two: str) -> bool:
    return len(one) >= TAIL and len(two) >= TAIL and OSA.distance(one, two, score_cutoff=1) <= 1


def _emails(a: Face, b: Face) -> Iterator[Agreement]:
    nothing = True
    for p in a.emails:
        for q in b.emails:
            level = _email_level(p, q)
            if level:
                nothing = False
            name = p.partition("@")[0]
            # Two t.evdokimova at different firms share what their names say already.
            if level and not (level == "mailbox" and (_speaks(name, a) or _speaks(name, b))):
                yield Agreement("email", level, min(p, q) if level != "mailbox" else name)
    if nothing:
        yield Agreement("email", "other")


def _speaks(mailbox: str, face: Face) -> bool:
    """Whether a mailbox is made of the bearer's name."""
    if len(face.last_sound) < 3:
        return False
    return face.last_sound[: max(3, min(5, len(face.last_sound) - 1))] in sound(
        "".join(filter(str.isalpha, mailbox))
    )


def _email_level(one: str, two: str) -> str:
    if one == two:
        return "same"
    name, _, domain = one.partition("@")
    other, _, place = two.partition("@")
    if len(name) > 5 and (
        (name == other and OSA.distance(domain, place, score_cutoff=1) <= 1)
        or (domain == place and slip(name, other))
    ):
        return "close"
    return "mailbox" if name == other and len(name) > 5 else ""


def _tax_number(a: Face, b: Face) -> Agreement:
    one, two = a.tax_number, b.tax_number
    if one == two:
        return Agreement("tax_number", "same", one)
    if OSA.distance(one, two, score_cutoff=1) <= 1:
        # Two valid numbers that differ in one digit cannot be: a wrong one shows by its check digit.
        return Agreement("tax_number", "close" if not (a.tax_valid and b.tax_valid) else "other")
    return Agreement("tax_number", "other" if a.tax_valid and b.tax_valid else "doubtful")


def _number(role: str, one: str, two: str) -> Agreement:
    if one == two:
        return Agreement(role, "same", one)
    return Agreement(role, "close" if OSA.distance(one, two, score_cutoff=1) <= 1 else "other")


def _birthday(one: str, two: str) -> Agreement:
    if one == two:
        return Agreement("birthday", "same", one)
    digits, others = one.replace("-", ""), two.replace("-", "")
    turned = one[:4] == two[:4] and one[5:7] == two[8:] and one[8:] == two[5:7]
    if turned or OSA.distance(digits, others, score_cutoff=1) <= 1:
        return Agreement("birthday", "close")
    return Agreement("birthday", "other")


def _text(role: str, one: str, two: str) -> Agreement:
    if one == two:
        return Agreement(role, "same", one)
    if slip(one, two) or (min(len(one), len(two)) > 4 and JaroWinkler.similarity(one, two) > 0.94):
        return Agreement(role, "close", min(one, two))
    return Agreement(role, "other")


def _address(a: Face, b: Face) -> Agreement:
    if a.address == b.address:
        return Agreement("address", "same", a.address)
    alike = token_set_ratio(a.address, b.address) >= 88 or slip(a.address, b.address)
    if alike and not (a.house and b.house and a.house.split()[0] != b.house.split()[0]):
        return Agreement("address", "close", min(a.address, b.address))
    return Agreement("address", "other")
