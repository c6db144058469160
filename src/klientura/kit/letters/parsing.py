"""A letter taken apart: who wrote to whom, what they said, what was attached. No letter, however broken, raises.

The structure is read with the forgiving policy of the standard library, and headers by ourselves: its strict policy
raises on some broken ones, and takes five times as long.
"""

import datetime as dt
import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from email import policy
from email.errors import MessageError
from email.generator import BytesGenerator
from email.message import Message
from email.parser import BytesHeaderParser, BytesParser
from email.utils import collapse_rfc2231_value
from io import BytesIO
from typing import BinaryIO, Final

from klientura.kit.file_kinds import safe_name
from klientura.kit.letters import cleaning, naming
from klientura.kit.letters.naming import Address
from klientura.kit.letters.quotes import own_words
from klientura.kit.letters.tnef import hidden_files
from klientura.kit.letters.words import decoded, header

PIECE: Final = 1024 * 1024
MOST_PARTS: Final = 500
MOST_TEXT: Final = 300_000
BROKEN: Final = (
    ValueError, LookupError, TypeError, AttributeError, RecursionError, MessageError, AssertionError, OverflowError,
)  # fmt: skip
"""What the standard library raises on letters that no program should have sent."""


@dataclass(frozen=True, slots=True)
class Attached:
    """A file of a letter."""

    name: str
    media: str
    data: bytes
    content_id: str = ""


@dataclass(slots=True)
class Letter:
    """A letter as the product keeps it."""

    key: str = ""
    message_id: str = ""
    in_reply_to: tuple[str, ...] = ()
    references: tuple[str, ...] = ()
    subject: str = ""
    senders: tuple[Address, ...] = ()
    to: tuple[Address, ...] = ()
    cc: tuple[Address, ...] = ()
    bcc: tuple[Address, ...] = ()
    reply_to: tuple[Address, ...] = ()
    at: dt.datetime | None = None
    text: str = ""
    html: str = ""
    said: str = ""
    attached: list[Attached] = field(default_factory=list)
    automatic: bool = False
    failed_for: tuple[str, ...] = ()
    failed_ids: tuple[str, ...] = ()
    failed_why: str = ""

    @property
    def sender(self) -> str:
        """The address of who wrote it; empty when it tells none."""
        return self.senders[0].address if self.senders else ""


def parse(source: bytes | BinaryIO) -> Letter:
    """Take a letter apart."""
    stream = BytesIO(source) if isinstance(source, bytes) else source
    try:
        letter = _taken_apart(BytesParser(policy=policy.compat32).parse(stream))
    except BROKEN:
        stream.seek(0)
        letter = _whole(stream.read())
    whole = "" if letter.message_id else _hash(stream)
    letter.key = naming.letter_key(letter.message_id, letter.sender, letter.at, whole)
    return letter


def _hash(stream: BinaryIO) -> str:
    stream.seek(0)
    found = hashlib.sha256()
    while piece := stream.read(PIECE):
        found.update(piece)
    return found.hexdigest()


def headers_only(source: bytes) -> Letter:
    """What the headers alone tell. It has a key only when it has an identifier."""
    letter = Letter()
    try:
        _headers(letter, BytesHeaderParser(policy=policy.compat32).parsebytes(source))
    except BROKEN:
        return Letter()
    letter.key = (
        naming.letter_key(letter.message_id, letter.sender, letter.at, "") if letter.message_id else ""
    )
    return letter


def _taken_apart(message: Message) -> Letter:
    letter = Letter()
    _headers(letter, message)
    texts: list[str] = []
    pages: list[str] = []
    for part in _parts(message):
        _part(part, letter, texts, pages)
    letter.text = "\n\n".join(t for t in texts if t.strip())[:MOST_TEXT]
    if pages:
        letter.html = cleaning.safe("\n".join(pages))
        letter.text = letter.text or cleaning.text_of("\n".join(pages))[:MOST_TEXT]
    letter.said = own_words(letter.text)
    if _reports(message, letter):
        letter.failed_for = _failed_for(message)
        letter.failed_ids, letter.failed_why = _returned(message)
    return letter


def _whole(raw: bytes) -> Letter:
    """A letter that nobody can take apart: its headers as far as they can be read, and all of it as a file."""
    letter = headers_only(raw[:100_000].split(b"\n\n")[0])
    letter.attached = [Attached("letter.eml", "message/rfc822", raw)]
    return letter


def _headers(letter: Letter, message: Message) -> None:
    raw: dict[str, list[str]] = {}
    for name, value in message.raw_items():
        raw.setdefault(name.lower(), []).append(str(value))

    def one(name: str) -> str:
        return (raw.get(name) or [""])[0]

    found = naming.identifiers(one("message-id"))
    letter.message_id = found[0] if found else ""
    letter.in_reply_to = naming.identifiers(one("in-reply-to"))
    letter.references = naming.identifiers(one("references"))
    letter.subject = header(one("subject"))[:500]
    letter.senders = naming.addresses(raw.get("from") or raw.get("sender") or [])
    letter.to, letter.cc = naming.addresses(raw.get("to", [])), naming.addresses(raw.get("cc", []))
    letter.bcc, letter.reply_to = (
        naming.addresses(raw.get("bcc", [])),
        naming.addresses(raw.get("reply-to", [])),
    )
    letter.at = naming.moment(one("date"))
    submitted = header(one("auto-submitted")).lower()
    letter.automatic = (
        (bool(submitted) and submitted != "no")
        or header(one("precedence")).lower() in {"bulk", "junk", "list", "auto_reply"}
        or any(
            k in raw
            for k in (
                "x-autoreply",
                "x-autorespond",
                "list-id",
                "list-unsubscribe",
            )
        )
    )


def _parts(message: Message) -> Iterator[Message]:
    """The parts of a letter that hold something, in their order; a letter within it is one part."""
    waiting = [message]
    seen = 0
    while waiting and seen < MOST_PARTS:
        part = waiting.pop(0)
        seen += 1
        inner = part.get_payload()
        if isinstance(inner, list) and part.get_content_maintype() == "multipart":
            waiting[:0] = [p for p in inner if isinstance(p, Message)]
        else:
            yield part


def _part(part: Message, letter: Letter, texts: list[str], pages: list[str]) -> None:
    kind = part.get_content_type()
    name = _name(part)
    cid = header(str(part.get("content-id", ""))).strip("<> ")[:300]
    disposition = str(part.get("content-disposition", "")).strip().lower()
    if kind.startswith("message/") and part.get_payload() and isinstance(part.get_payload(), list):
        letter.attached.append(Attached(name or _inner_name(part, kind), kind, _inner(part), cid))
        return
    data = _bytes(part)
    if not disposition.startswith("attachment") and not name and kind in {"text/plain", "text/html"}:
        text = decoded(data, part.get_param("charset", None) and _charset(part))
        (pages if kind == "text/html" else texts).append(text)
        return
    if not data and not name:
        return
    hidden = hidden_files(data) if kind.endswith("ms-tnef") or name.lower() == "winmail.dat" else []
    if hidden:
        letter.attached += [Attached(safe_name(h.name), "application/octet-stream", h.data) for h in hidden]
        return
    letter.attached.append(Attached(name or _usual_name(kind), kind, data, cid))


def _charset(part: Message) -> str | None:
    found = part.get_param("charset")
    try:
        return collapse_rfc2231_value(found) if found else None
    except BROKEN:
        return None


def _name(part: Message) -> str:
    try:
        found = part.get_filename()
    except BROKEN:
        found = None
    return safe_name(header(found)) if found else ""


def _usual_name(kind: str) -> str:
    ending = {"text/calendar": "ics", "text/html": "html", "text/plain": "txt", "image/jpeg": "jpg"}.get(kind)
    return f"file.{ending or kind.rpartition('/')[2][:10] or 'bin'}"


def _inner_name(part: Message, kind: str) -> str:
    if kind != "message/rfc822":
        return "report.txt"
    inner = part.get_payload()
    subject = (
        header(str(inner[0].get("subject", "")))
        if isinstance(inner, list) and isinstance(inner[0], Message)
        else ""
    )
    return safe_name(f"{subject[:80] or 'letter'}.eml")


def _inner(part: Message) -> bytes:
    """A letter within the letter, as bytes again."""
    inner = part.get_payload()
    out = BytesIO()
    try:
        for each in inner if isinstance(inner, list) else []:
            if isinstance(each, Message):
                BytesGenerator(out, mangle_from_=False, policy=policy.compat32).flatten(each)
    except (*BROKEN, KeyError):
        return out.getvalue()
    return out.getvalue()


def _bytes(part: Message) -> bytes:
    try:
        found = part.get_payload(decode=True)
    except BROKEN:
        found = None
    if isinstance(found, bytes):
        return found
    payload = part.get_payload()
    return payload.encode("utf-8", "surrogateescape") if isinstance(payload, str) else b""


def _reports(message: Message, letter: Letter) -> bool:
    """Whether the letter may tell that another did not arrive; only then is it worth a closer look."""
    who = letter.sender.partition("@")[0]
    return (
        message.get_content_type() == "multipart/report"
        or who in {"mailer-daemon", "postmaster", "mail-daemon"}
        or "x-failed-recipients" in message
    )


def _failed_for(message: Message) -> tuple[str, ...]:
    from flufl.bounce import all_failures  # loads two dozen detectors, and few letters need them

    try:
        _temporary, permanent = all_failures(message)
    except BROKEN:
        return ()
    addresses = [a.decode("ascii", "replace") if isinstance(a, bytes) else str(a) for a in permanent]
    return tuple(sorted({naming.folded(a) for a in addresses} - {""}))


def _returned(message: Message) -> tuple[tuple[str, ...], str]:
    """The identifiers of the letters that a report brings back, whole or their heads only, and what a server said against them."""
    found: list[str] = []
    why = ""
    try:
        for part in message.walk():
            if part is not message:
                found += naming.identifiers(str(part.get("message-id", "")))
            why = why or header(str(part.get("diagnostic-code", "") or part.get("status", "")))[:300]
            if part.get_content_type() == "text/rfc822-headers":
                head = BytesHeaderParser(policy=policy.compat32).parsebytes(_bytes(part))
                found += naming.identifiers(str(head.get("message-id", "")))
    except BROKEN:
        return tuple(dict.fromkeys(found)), why
    return tuple(dict.fromkeys(found)), why
