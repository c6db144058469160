"""Bytes of letters turned into text: declared charsets that lie, headers with raw bytes, signs that no database keeps."""

import codecs
import re
from collections.abc import Iterable
from contextlib import suppress
from email.errors import HeaderParseError
from email.header import decode_header
from typing import Final

from charset_normalizer import from_bytes

CYRILLIC: Final = ("cp1251", "koi8-r", "cp866", "mac-cyrillic")
FREQUENT: Final = frozenset("оеаинтсрвлкмдпуя")
ALIASES: Final = {"unknown-8bit": "", "x-unknown": "", "default": "", "utf8mb4": "utf-8", "cp-1251": "cp1251", "win-1251": "cp1251",
                  "windows1251": "cp1251", "koi8": "koi8-r", "ks_c_5601-1987": "cp949", "x-sjis": "cp932"}  # fmt: skip
GUESSED: Final = 20_000
"""So many bytes are enough to guess from."""
_ENCODED = re.compile(r"=\?[^?\s]+\?[bBqQ]\?")
_SURROGATES = re.compile(r"[\ud800-\udfff]")
_CONTROLS = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")


def kept(text: str) -> str:
    """The text without what a database refuses and without control characters; line ends are \\n."""
    text = _SURROGATES.sub("\ufffd", text).replace("\r\n", "\n").replace("\r", "\n")
    return _CONTROLS.sub("", text)


def decoded(raw: bytes, charset: str | None = None) -> str:
    """The text of some bytes: by the charset they claim where it fits, else by the likeliest one."""
    name = _known(charset)
    for candidate in (name, "utf-8"):
        if not candidate:
            continue
        try:
            return kept(raw.decode(candidate))
        except (UnicodeError, LookupError, ValueError):
            continue
    return kept(raw.decode(_likeliest(raw), "replace"))


def _known(charset: str | None) -> str:
    name = (charset or "").strip().strip("'\"").lower()
    name = ALIASES.get(name, name)
    try:
        found = codecs.lookup(name).name if name else ""
    except (LookupError, ValueError):
        return ""
    # A letter that claims ASCII or Latin-1 and holds other bytes is mostly one of a careless program.
    return "" if found in {"ascii", "iso8859-1"} or not _is_text(found) else found


def _is_text(name: str) -> bool:
    """Whether a codec turns bytes into text: hex, rot13 and their like do something else."""
    try:
        return isinstance(b"a".decode(name), str)
    except (LookupError, ValueError, TypeError):
        return name.startswith(("utf-", "utf_"))


def _likeliest(raw: bytes) -> str:
    """The charset in which the bytes read most like Russian; when in none, what the statistics of the library say."""
    sample = raw[:GUESSED]
    high = sum(byte > 127 for byte in sample)
    if not high:
        return "ascii"
    scores = {name: sum(sign in FREQUENT for sign in sample.decode(name, "ignore")) for name in CYRILLIC}
    best = max(CYRILLIC, key=lambda name: scores[name])
    if scores[best] * 2 >= high:
        return best
    guessed = from_bytes(sample).best() if len(sample) > 64 else None
    return guessed.encoding if guessed is not None else "cp1252" if scores[best] * 4 < high else best


def header(raw: str) -> str:
    """A header as people read it: encoded words and raw bytes alike; folded lines are joined."""
    text = re.sub(r"\r?\n[ \t]*", " ", raw) if "\n" in raw else raw
    if not text.isascii() and _SURROGATES.search(text):
        text = decoded(text.encode("utf-8", "surrogateescape"))
    if _ENCODED.search(text):
        with suppress(HeaderParseError, ValueError, AssertionError):
            text = _joined(decode_header(text))
    return " ".join(kept(text).split())


def _joined(pieces: Iterable[tuple[str | bytes, str | None]]) -> str:
    """The pieces of a header; neighbours of one charset are joined as bytes first, for some programs cut letters in two."""
    runs: list[tuple[bytes | str, str | None]] = []
    for piece, charset in pieces:
        last = runs[-1] if runs else None
        if (
            last
            and isinstance(piece, bytes)
            and isinstance(last[0], bytes)
            and charset
            and last[1] == charset
        ):
            runs[-1] = (last[0] + piece, charset)
        else:
            runs.append((piece, charset))
    return "".join(decoded(p, c) if isinstance(p, bytes) else p for p, c in runs)
