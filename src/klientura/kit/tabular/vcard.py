"""Reading of address books in vCard 2.1, 3 and 4, one row per card. A broken card is a row with a problem."""

import base64
import binascii
import codecs
import quopri
import re
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from klientura.kit.tabular.model import RawRow, TableProblem

VCARD_COLUMNS = (
    "full_name", "last_name", "first_name", "middle_name", "organisation", "department", "position", "phones",
    "emails", "sites", "address", "birthday", "note",
)  # fmt: skip
MAX_CARD = 16 * 1024 * 1024
MAX_LINE = 1024 * 1024
_SPLIT_SEMICOLON = re.compile(r"(?<!\\);")
_ESCAPED = re.compile(r"\\([\\,;:nN])")
_LISTS = {"TEL": "phones", "EMAIL": "emails", "URL": "sites"}
_SINGLE = {"FN": "full_name", "TITLE": "position", "NOTE": "note", "BDAY": "birthday"}
_NAME_PARTS = ("last_name", "first_name", "middle_name")


class _Property(NamedTuple):
    name: str
    value: str


def read_vcards(path: Path, encoding: str) -> Iterator[RawRow]:
    """Yield one row per card, numbered by the card's first line; values stand under VCARD_COLUMNS.

    Several phones, e-mail addresses or sites of a card stand in one cell, joined by a comma.
    """
    try:
        with path.open(encoding=encoding, errors="surrogateescape", newline=None) as stream:
            # Lines come in pieces of MAX_LINE: a file without line ends must not fill the memory.
            yield from _cards(iter(lambda: stream.readline(MAX_LINE), ""), encoding)
    except FileNotFoundError:
        raise TableProblem("not_found") from None
    except LookupError:
        raise TableProblem("encoding_unknown", detail=encoding) from None
    except UnicodeError:
        raise TableProblem("encoding", detail=encoding) from None


def _cards(lines: Iterator[str], encoding: str) -> Iterator[RawRow]:
    card: list[str] | None = None
    start = depth = size = 0
    for number, line in enumerate(lines, 1):
        line = line.rstrip("\r\n")
        mark = line.strip().upper()
        if mark == "BEGIN:VCARD":
            # A card inside a card (AGENT of 2.1) is left out; a card without an end is reported below.
            if card is not None and not (card and card[-1].upper().startswith("AGENT")):
                yield _broken(start, "no_end")
                card = None
            if card is None:
                card, start, depth, size = [], number, 0, 0
            else:
                depth += 1
        elif mark == "END:VCARD" and card is not None:
            if depth:
                depth -= 1
                continue
            yield _row(card, start, encoding)
            card = None
        elif card is not None and not depth:
            card.append(line)
            size += len(line) + 1
            if size > MAX_CARD:
                yield _broken(start, "too_long")
                card = None
    if card is not None:
        yield _broken(start, "no_end")


def _broken(number: int, detail: str) -> RawRow:
    return RawRow(number, [""] * len(VCARD_COLUMNS), (TableProblem("broken_card", number, None, detail),))


def _row(lines: list[str], number: int, encoding: str) -> RawRow:
    found: dict[str, list[str]] = {}
    problems: list[TableProblem] = []
    for line in _unfolded(lines):
        try:
            _take(_property(line, encoding), found)
        except (UnicodeError, LookupError, ValueError):
            name = re.split("[:;]", line, maxsplit=1)[0][:30]
            problems.append(TableProblem("broken_card", number, None, _printable(name)))
    cells = [_printable(", ".join(dict.fromkeys(found.get(column, [])))) for column in VCARD_COLUMNS]
    if not any(cells):
        problems.append(TableProblem("broken_card", number, None, "empty"))
    if any("\ufffd" in cell for cell in cells):
        problems.append(TableProblem("encoding", number))
    return RawRow(number, cells, tuple(problems))


def _printable(text: str) -> str:
    return text.encode("utf-8", "replace").decode("utf-8") if text.isascii() else _without_surrogates(text)


def _without_surrogates(text: str) -> str:
    return re.sub("[\ud800-\udfff]+", "\ufffd", text)


def _unfolded(lines: list[str]) -> Iterator[str]:
    """Join folded lines: by a leading space, and in quoted-printable by a final ``=``."""
    current: list[str] = []
    soft = False
    for line in lines:
        if soft:
            current.append(line)
        elif line[:1] in {" ", "\t"} and current:
            current.append(line[1:])
        else:
            if current:
                yield "".join(current)
            current = [line]
        soft = line.endswith("=") and "QUOTED-PRINTABLE" in current[0][:400].upper()
        if soft:
            current[-1] = current[-1][:-1]
    if current:
        yield "".join(current)


def _property(line: str, encoding: str) -> _Property:
    if not line.strip():
        return _Property("", "")
    head, colon, value = _split_head(line)
    if not colon:
        raise ValueError("no colon")
    name, *parameters = head.split(";")
    upper = [parameter.upper() for parameter in parameters]
    charset = next(
        (parameter.partition("=")[2].strip('"') for parameter in upper if parameter.startswith("CHARSET=")),
        "",
    )
    if any(parameter.endswith("QUOTED-PRINTABLE") for parameter in upper):
        raw = quopri.decodestring(value.encode(encoding, "surrogateescape"))
        value = raw.decode(charset or "utf-8", "strict" if charset else "replace")
    elif any(parameter in {"BASE64", "ENCODING=BASE64", "ENCODING=B"} for parameter in upper):
        try:
            raw = base64.b64decode(value.replace(" ", ""), validate=False)
        except binascii.Error:
            raise ValueError("base64") from None
        value = raw.decode(charset or "utf-8", "replace") if charset else ""
    elif charset and codecs.lookup(charset).name != codecs.lookup(encoding).name:
        value = value.encode(encoding, "surrogateescape").decode(charset, "replace")
    return _Property(name.rpartition(".")[2].strip().upper(), value.strip())


def _split_head(line: str) -> tuple[str, str, str]:
    """Split at the first colon that stands outside quotation marks."""
    quoted = False
    for place, letter in enumerate(line):
        if letter == '"':
            quoted = not quoted
        elif letter == ":" and not quoted:
            return line[:place], ":", line[place + 1 :]
    return line, "", ""


def _take(item: _Property, found: dict[str, list[str]]) -> None:
    if not item.value:
        return
    if item.name in _LISTS:
        found.setdefault(_LISTS[item.name], []).append(
            _plain(re.sub("^(?:tel|mailto):", "", item.value, flags=re.IGNORECASE))
        )
    elif item.name in _SINGLE:
        found.setdefault(_SINGLE[item.name], [_plain(item.value)])
    elif item.name == "N":
        parts = [_plain(part) for part in _SPLIT_SEMICOLON.split(item.value)]
        for column, part in zip(_NAME_PARTS, parts, strict=False):
            if part:
                found.setdefault(column, [part])
    elif item.name == "ORG":
        organisation, *departments = [_plain(part) for part in _SPLIT_SEMICOLON.split(item.value)]
        found.setdefault("organisation", [organisation])
        found.setdefault("department", [part for part in departments if part])
    elif item.name == "ADR":
        # Post box, extension, street, city, region, code, country: written from the large to the small.
        parts = [_plain(part) for part in _SPLIT_SEMICOLON.split(item.value)]
        found.setdefault("address", [", ".join(part for part in reversed(parts) if part)])


def _plain(value: str) -> str:
    return _ESCAPED.sub(lambda match: "\n" if match.group(1) in "nN" else match.group(1), value).strip()
