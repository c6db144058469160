"""Cards of an address book: vCard 3 written, vCard 2.1 to 4 read.

What a card says besides (pictures, relatives, labels of other programs) is kept word for word: a card is written over the
text that its owner sent last, and only what stands in `Card` is replaced.
"""

import datetime as dt
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any, Final

import vobject
from vobject.base import ParseError

from klientura.kit.people import parse_person_name

MOST_LETTERS: Final = 512 * 1024
OURS: Final = frozenset(
    {"version", "prodid", "uid", "rev", "n", "fn", "org", "title", "tel", "email", "url", "bday", "note", "x-abshowas"}
)  # fmt: skip
_DAY = re.compile(r"^(\d{4})-?(\d\d)-?(\d\d)")
_SAID = {"mobile": "CELL,VOICE", "phone": "WORK,VOICE", "fax": "WORK,FAX"}


class BadCard(ValueError):
    """The text is no card that can be understood."""


@dataclass(frozen=True, slots=True)
class Card:
    """What we and an address book both know of somebody. `phones` are (mobile, phone or fax; the number as written)."""

    uid: str = ""
    name: str = ""
    last: str = ""
    first: str = ""
    middle: str = ""
    organisation: str = ""
    position: str = ""
    phones: tuple[tuple[str, str], ...] = ()
    emails: tuple[str, ...] = ()
    sites: tuple[str, ...] = ()
    birthday: dt.date | None = None
    note: str = ""
    is_organisation: bool = False
    revised: dt.datetime | None = field(default=None, compare=False)


def write(card: Card, kept: str = "") -> str:
    """The text of a card, with whatever `kept` (a card as it was sent) says of other things."""
    lines = ["BEGIN:VCARD", "VERSION:3.0", "PRODID:-//Klientura//CRM//RU", f"UID:{_safe(card.uid)}"]
    if card.revised is not None:
        lines.append(f"REV:{card.revised.astimezone(dt.UTC):%Y%m%dT%H%M%SZ}")
    lines.append("N:" + ";".join(_safe(part) for part in (card.last, card.first, card.middle, "", "")))
    lines.append(f"FN:{_safe(card.name)}")
    if card.is_organisation:
        lines += [f"ORG:{_safe(card.name)}", "X-ABShowAs:COMPANY"]
    elif card.organisation:
        lines.append(f"ORG:{_safe(card.organisation)}")
    if card.position:
        lines.append(f"TITLE:{_safe(card.position)}")
    lines += [f"TEL;TYPE={_SAID[kind]}:{_safe(number)}" for kind, number in card.phones]
    lines += [f"EMAIL;TYPE=INTERNET:{_safe(address)}" for address in card.emails]
    lines += [f"URL:{_safe(address)}" for address in card.sites]
    if card.birthday is not None:
        lines.append(f"BDAY:{card.birthday:%Y-%m-%d}")
    if card.note:
        lines.append(f"NOTE:{_safe(card.note)}")
    rest = list(_others(kept))
    return (
        "".join(f"{folded}\r\n" for line in lines for folded in _folded(line))
        + "".join(rest)
        + "END:VCARD\r\n"
    )


def read(text: str) -> Card:
    """What a card says. Raises BadCard."""
    found = _parsed(text)
    name = _text(found, "fn")
    parts = getattr(getattr(found, "n", None), "value", None)
    last, first, middle = (_joined(getattr(parts, key, "")) for key in ("family", "given", "additional"))
    company = getattr(getattr(found, "org", None), "value", "")
    organisation = _joined(company[0] if isinstance(company, list) and company else company)
    if not (last or first) and name:
        guessed = parse_person_name(name)
        last, first, middle = guessed.last, guessed.first, guessed.middle
    return Card(
        uid=_text(found, "uid").removeprefix("urn:uuid:"),
        name=name or " ".join(part for part in (last, first, middle) if part),
        last=last,
        first=first,
        middle=middle,
        organisation=organisation,
        position=_text(found, "title"),
        phones=tuple((_phone_kind(line), _uri(line.value, "tel:")) for line in _lines(found, "tel")),
        emails=tuple(_uri(line.value, "mailto:") for line in _lines(found, "email")),
        sites=tuple(str(line.value).strip() for line in _lines(found, "url")),
        birthday=_day(_text(found, "bday")),
        note=_text(found, "note"),
        is_organisation=_text(found, "x_abshowas").upper() == "COMPANY"
        or _text(found, "kind").lower() == "org",
    )


def _parsed(text: str) -> Any:
    if len(text) > MOST_LETTERS or "\x00" in text:
        raise BadCard("too long")
    try:
        found = vobject.readOne(text)
    except (
        ParseError,
        StopIteration,
        ValueError,
        AttributeError,
        TypeError,
        IndexError,
        KeyError,
        UnicodeError,
    ) as bad:
        raise BadCard(str(bad)) from bad
    if found is None or getattr(found, "name", "") != "VCARD":
        raise BadCard("no card")
    return found


def _others(kept: str) -> Iterator[str]:
    """The lines of a kept card that are not ours, folded; those of a group go with what they describe."""
    if not kept:
        return
    try:
        found = _parsed(kept)
    except BadCard:
        return
    groups = {line.group for line in found.lines() if line.group and line.name.lower() in OURS}
    for line in found.lines():
        if line.name.lower() in OURS or (line.group and line.group in groups):
            continue
        told = io.StringIO()  # what some kinds of line return is nothing, unless they write somewhere
        line.serialize(told)
        yield told.getvalue()


def _lines(found: Any, name: str) -> list[Any]:
    return [line for line in found.contents.get(name, []) if str(line.value).strip()]


def _text(found: Any, name: str) -> str:
    line = getattr(found, name, None)
    return _joined(getattr(line, "value", "")) if line is not None else ""


def _joined(value: Any) -> str:
    return (
        " ".join(str(v) for v in value if v).strip() if isinstance(value, list) else str(value or "").strip()
    )


def _uri(value: Any, scheme: str) -> str:
    text = str(value).strip()
    return text[len(scheme) :].partition(";")[0] if text.lower().startswith(scheme) else text


def _phone_kind(line: Any) -> str:
    said = {part.upper() for value in line.params.get("TYPE", []) for part in str(value).split(",")}
    said |= {name.upper() for name in getattr(line, "singletonparams", [])}
    return "fax" if "FAX" in said else "mobile" if said & {"CELL", "IPHONE", "MOBILE"} else "phone"


def _day(text: str) -> dt.date | None:
    found = _DAY.match(text)
    try:
        return dt.date(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def _safe(text: str) -> str:
    return _line(
        text.replace("\\", "\\\\")
        .replace("\r\n", "\n")
        .replace("\n", "\\n")
        .replace(",", "\\,")
        .replace(";", "\\;")
    )


def _line(text: str) -> str:
    return "".join(c for c in text if c == "\t" or c >= " ")


def _folded(line: str) -> Iterator[str]:
    """A line in pieces of at most 75 bytes, none of which splits a letter."""
    piece, size = "", 0
    for letter in line:
        more = len(letter.encode())
        if size + more > 75:
            yield piece
            piece, size = " ", 1
        piece, size = piece + letter, size + more
    yield piece
