"""By what letters are told apart and tied together: their identifiers, addresses, and subjects."""

import datetime as dt
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email.utils import getaddresses, parsedate_to_datetime
from typing import Final

from klientura.kit.emails import BadEmail, normalise_email
from klientura.kit.given_names import is_given_name
from klientura.kit.letters.words import header
from klientura.kit.text import fold

MOST_ADDRESSES: Final = 500
MOST_REFERENCES: Final = 100
MOST_OF_NAME: Final = 200
MOST_OF_PIECE: Final = 500
_ID = re.compile(r"<\s*([^<>\s]{1,400})\s*>")
_BARE_ID = re.compile(r"[^<>\s,;\"]{1,400}@[^<>\s,;\"]{1,200}")
_TYPED = re.compile(
    r"(?P<bare>[^\s<>()\[\]\\:;,\"@]+@[^\s<>()\[\]\\:;,\"@]+)"
    r"|(?P<name>(?:\"(?:[^\"\\]|\\.)*\"|[^<>\"@])*)\s*<\s*(?P<in>[^\s<>()\[\]\\:;,\"@]+@[^\s<>()\[\]\\:;,\"@]+)\s*>"
)
_WORD = r"[^\W\d_](?:[^\W\d_]|['’.-])*"
_SURNAME = re.compile(_WORD)
_GIVEN = re.compile(rf"{_WORD}(?: {_WORD})?")
_QUOTED = re.compile(r"\"(?:[^\"\\]|\\.)*\"")
_PREFIX = re.compile(
    r"^\s*(?:(?:re|fwd?|aw|wg|sv|ha|на|ответ|отв|пересл|переслано|fw)\s*(?:\[\d+\]|\(\d+\))?\s*:\s*)+",
    re.IGNORECASE,
)
_MARK = re.compile(r"^\s*\[[^\]]{1,30}\]\s*")


@dataclass(frozen=True, slots=True)
class Address:
    """Somebody a letter names: as it was written, and the address in its normal form (empty when it is none)."""

    name: str
    address: str


def addresses(headers: Sequence[str]) -> tuple[Address, ...]:
    """Whom some headers name, in their order and each once."""
    texts = [header(text) if "=?" not in text else text for text in headers]
    found: dict[str, Address] = {}
    try:
        pairs = getaddresses(list(texts), strict=False)
    except (ValueError, IndexError, TypeError, AttributeError):
        return ()
    for name, written in pairs[:MOST_ADDRESSES]:
        address = folded(header(written))
        shown = header(name)[:200]
        if address or shown:
            found.setdefault(address or shown, Address(shown, address))
    return tuple(found.values())


def typed(text: str) -> list[Address]:
    """Whom somebody typed, parted by commas, semicolons and lines. What is no whole address stays as a name without one.

    «Петров, Иван <a@b.ru>» is one person where nobody can take it for two: a surname, then a given name with the address.
    """
    found: list[Address] = []
    pieces = _typed_pieces(text)
    for at, (piece, _mark) in enumerate(pieces):
        each = _one_typed(piece)
        if at and each.address and _is_surname_of(each.name, pieces[:at]):
            found[-1] = Address(f"{found[-1].name}, {each.name}"[:MOST_OF_NAME], each.address)
        else:
            found.append(each)
    return found


def _is_surname_of(name: str, before: Sequence[tuple[str, str]]) -> bool:
    """Whether what stands before a name is the surname that belongs to it: one word alone, and no given name itself."""
    (piece, mark), further = before[-1], before[-2] if len(before) > 1 else None
    if mark != "," or (further is not None and further[1] == "," and "@" not in further[0]):
        return False
    if not _SURNAME.fullmatch(piece) or not _GIVEN.fullmatch(name):
        return False
    return is_given_name(fold(name.split(maxsplit=1)[0])) and not is_given_name(fold(piece))


def _one_typed(piece: str) -> Address:
    whole = _TYPED.fullmatch(piece)
    address = folded(whole["in"] or whole["bare"]) if whole else ""
    name = (whole["name"] or "").strip() if whole else ""
    if _QUOTED.fullmatch(name):
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    shown = header(name)[:MOST_OF_NAME] if address else piece[:MOST_OF_PIECE]
    return Address(shown, address)


def _typed_pieces(text: str) -> list[tuple[str, str]]:
    """A text parted at what stands neither in quotes nor in an address's brackets: each piece and the mark that ends it."""
    pieces, since, quoted, last = [], 0, False, ""
    for at, sign in enumerate(text):
        if sign == '"' and last != "\\":
            quoted = not quoted
        elif sign in ",;\r\n" and not quoted:
            pieces.append((text[since:at], sign))
            since = at + 1
        last = "" if last == "\\" else sign
    pieces.append((text[since:], ""))
    return [(plain, mark) for piece, mark in pieces if (plain := " ".join(piece.split()))]


def folded(written: str) -> str:
    """An address in its normal form; empty when it is none."""
    try:
        return normalise_email(written.strip())
    except BadEmail:
        text = written.strip().lower()
        return text[:254] if text.count("@") == 1 and len(text) < 254 and " " not in text else ""


def identifiers(text: str | None) -> tuple[str, ...]:
    """The identifiers of letters in a header, each once."""
    plain = header(text or "")
    found = _ID.findall(plain) or _BARE_ID.findall(plain)
    return tuple(dict.fromkeys(found))[-MOST_REFERENCES:]


def moment(text: str | None) -> dt.datetime | None:
    """The moment that a Date header tells; None when it tells none that can be."""
    try:
        found = parsedate_to_datetime(header(text or ""))
        aware = found if found.tzinfo else found.replace(tzinfo=dt.UTC)
        known = aware.astimezone(dt.UTC)
    except (ValueError, TypeError, IndexError, OverflowError, AttributeError):
        return None
    return known if 1980 <= known.year < 2200 else None


def base_subject(subject: str) -> str:
    """The subject without «Re:», «Fwd:» and the marks of lists."""
    before = None
    text = subject
    while before != text:
        before, text = text, _MARK.sub("", _PREFIX.sub("", text))
    return text.strip()


def digest(*parts: str) -> str:
    """A short name for some texts."""
    return hashlib.sha256("\x00".join(parts).encode("utf-8", "replace")).hexdigest()


def letter_key(message_id: str, sender: str, at: dt.datetime | None, whole: str) -> str:
    """By what a letter is the same wherever it lies. The sender and the moment are part of it, for careless programs
    give several letters one identifier; what has none is known by the digest of the whole of it."""
    if message_id:
        return digest("id", message_id, sender, at.isoformat() if at else "")
    return digest("whole", whole)
