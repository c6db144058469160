"""Keys under which records that may be one client meet, so that not every two must be compared."""

from hashlib import blake2b

from klientura.kit.matching.face import Face
from klientura.kit.matching.levels import TAIL

LARGEST_STRONG, LARGEST_WEAK = 60, 12
"""A key that more records share tells too little; finer keys of the same records bring the likely ones together.

A strong key is by itself a reason to compare (a number, an address), a weak one (a name and a town) a chance agreement
of a dozen namesakes: those of them that share anything else share a further key too. Strong keys are even numbers.
"""
_STRONG = frozenset({"phone", "email", "tax", "identifier"})


def largest(key: int) -> int:
    """How many records may share a key for it to be followed."""
    return LARGEST_WEAK if key & 1 else LARGEST_STRONG


def keys(face: Face) -> set[int]:
    """The keys of one record, as signed 64-bit numbers."""
    return {_number(kind, value) for kind, value in _keys(face)}


def value_key(role: str, value: str) -> int | None:
    """The key that all records with a value share; None for a role whose values are no key of their own."""
    if role == "phone":
        return _number("phone", value[-TAIL:])
    if role == "email":
        return _number("email" if "@" in value else "mailbox", value)
    kind = {"tax_number": "tax", "identifier": "identifier", "site": "site", "name": "organisation"}.get(role)
    return _number(kind, value) if kind else None


def _number(kind: str, value: str) -> int:
    digest = blake2b(f"{kind}\x1f{value}".encode(), digest_size=8).digest()
    number = int.from_bytes(digest, "big", signed=True)
    return number & ~1 if kind in _STRONG else number | 1


def _keys(face: Face) -> list[tuple[str, str]]:
    found = [("phone", phone[-TAIL:]) for phone in face.phones]
    for email in face.emails:
        name = email.partition("@")[0]
        found.append(("email", email))
        if len(name) > 4:
            found.append(("mailbox", name))
    if face.tax_number:
        found.append(("tax", face.tax_number))
        # With and without its last digits: one wrong digit hides a number from either half only.
        found += [("tax-head", face.tax_number[:-2]), ("tax-tail", face.tax_number[4:])]
    if face.identifier:
        found.append(("identifier", face.identifier))
    found += [("site", site) for site in face.sites]
    if face.birthday and (place := face.postcode or face.city):
        found.append(("born-at", f"{face.birthday} {place}"))
    return found + _of_person(face) + _of_organisation(face)


def _of_person(face: Face) -> list[tuple[str, str]]:
    first = face.first_sounds[0] if face.first_sounds else ""
    last = face.last_sound
    if not (last or first):
        return []
    # In either order: first and last names are entered in each other's place.
    turned = sorted((last, first))
    name = " ".join(turned)
    found = [("name", name)] if last and first else []
    initial = f"{last} {face.first[:1]}" if last else ""
    for kind, value in (
        ("middle", face.middle_sound), ("birthday", face.birthday), ("city", face.city), ("employer", face.employer),
        ("postcode", face.postcode), ("address", face.address),
    ):  # fmt: skip
        if not value:
            continue
        if last and first:
            found.append((f"name+{kind}", f"{name} {value}"))
        if kind in {"employer", "address", "birthday"}:
            if initial:
                found.append((f"initial+{kind}", f"{initial} {value}"))
            if first:
                found.append((f"first+{kind}", f"{first} {value}"))
    return found


def _of_organisation(face: Face) -> list[tuple[str, str]]:
    if not face.name:
        return []
    found = [("organisation", face.name), ("organisation-sound", f"{face.name_sound} {face.name_digits}")]
    if face.city:
        found.append(("organisation+city", f"{face.name} {face.city}"))
        found.append(("start+city", f"{face.name[:4]} {face.city}"))
        found.append(("end+city", f"{face.name[-5:]} {face.city}"))
    if face.address:
        found.append(("address+city", f"{face.address} {face.city}"))
    return found
