"""A letter put together: what was typed made clean, its plain text, what it answers, its files."""

import datetime as dt
import html as markup
import re
from collections.abc import Sequence
from dataclasses import dataclass
from email import policy
from email.errors import MessageError
from email.headerregistry import Address as Written
from email.message import EmailMessage
from email.utils import format_datetime, make_msgid
from typing import Final

import nh3

from klientura.kit.letters.cleaning import text_of
from klientura.kit.letters.naming import Address
from klientura.kit.letters.words import kept

MOST_TYPED: Final = 500_000
MOST_REFERENCES: Final = 20
TAGS: Final = {"a", "b", "blockquote", "br", "div", "em", "i", "li", "ol", "p", "s", "strong", "u", "ul"}
DEEPEST: Final = 100
_TAG = re.compile(r"<(?P<end>/?)(?P<name>[a-zA-Z][^\s/>]*)[^>]*(?:>|\Z)")
_EMPTY: Final = {"area", "br", "col", "hr", "img", "input", "link", "meta", "wbr"}
_UNWRITABLE: Final = (ValueError, IndexError, TypeError, AttributeError, MessageError)
"""What the library says of names and addresses that it cannot write."""
_OWN_PICTURE = re.compile(r"<img[^>]*src=\"cid:[^>]*>", re.IGNORECASE)


class BadAddress(ValueError):
    """An address to which no server can be told to send."""


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that goes with a letter."""

    name: str
    media: str
    data: bytes


@dataclass(frozen=True, slots=True)
class Writing:
    """All that a letter is put together of."""

    sender: Address
    to: Sequence[Address]
    cc: Sequence[Address]
    subject: str
    html: str
    at: dt.datetime
    message_id: str
    in_reply_to: str = ""
    references: Sequence[str] = ()
    files: Sequence[Enclosed] = ()


def new_id(address: str) -> str:
    """An identifier for a letter, without its brackets."""
    return make_msgid(domain=wire(address).rpartition("@")[2]).strip("<>")


def wire(address: str) -> str:
    """An address as servers take it. Raises BadAddress when its name has letters that they do not."""
    name, _at, domain = address.rpartition("@")
    try:
        plain = domain.encode("idna").decode("ascii")
    except UnicodeError as bad:
        raise BadAddress(address) from bad
    if not name.isascii() or not name or not plain:
        raise BadAddress(address)
    return f"{name}@{plain}"


def can_be_named(each: Address) -> bool:
    """Whether a letter can be put together that names somebody."""
    try:
        with_hidden_copies(b"", [each])
    except BadAddress:
        return False
    return True


def tidy(typed: str) -> str:
    """What somebody typed into the editor, with nothing in it but words, emphasis, lists and links."""
    return nh3.clean(
        _shallow(kept(typed)),
        tags=TAGS,
        attributes={"a": {"href"}},
        url_schemes={"http", "https", "mailto", "tel"},
        link_rel=None,
        generic_attribute_prefixes=set(),
    ).strip()


def _shallow(page: str) -> str:
    """A page without the tags that lie too deep: cleaning takes a time that grows with the square of the depth."""
    depth = 0

    def judged(match: re.Match[str]) -> str:
        nonlocal depth
        if match["name"].lower() in _EMPTY:
            return match[0]
        if match["end"]:
            depth -= depth > 0
            return match[0] if depth < DEEPEST else ""
        depth += 1
        return match[0] if depth <= DEEPEST else ""

    return _TAG.sub(judged, page)


def is_blank(html: str) -> bool:
    """Whether nothing was written."""
    return not text_of(html).strip()


def of_text(text: str) -> str:
    """Plain text as a page, its lines kept."""
    return "<br>".join(markup.escape(line) for line in text.split("\n"))


def quoted(head: str, safe_html: str) -> str:
    """A letter that is answered, below the line that says whose it is. Its own pictures stay behind."""
    return f"<p>{markup.escape(head)}</p><blockquote>{_OWN_PICTURE.sub('', safe_html)}</blockquote>"


def forwarded(heads: Sequence[str], safe_html: str) -> str:
    """A letter that is passed on, below what its head said."""
    lines = "<br>".join(markup.escape(head) for head in heads)
    return f"<p>{lines}</p><div>{_OWN_PICTURE.sub('', safe_html)}</div>"


def put_together(writing: Writing) -> bytes:
    """The letter as it is handed in; copies that nobody shall know of are not in it. Raises BadAddress."""
    made = EmailMessage(policy=policy.SMTP)
    made["From"] = _named(writing.sender)
    for name, people in (("To", writing.to), ("Cc", writing.cc)):
        if people:
            made[name] = [_named(each) for each in people]
    made["Subject"] = " ".join(writing.subject.split())
    made["Date"] = format_datetime(writing.at)
    made.set_content(text_of(writing.html) + "\n", cte="base64")
    page = f'<!doctype html><html><head><meta charset="utf-8"></head><body>{writing.html}</body></html>'
    made.add_alternative(page, subtype="html", cte="base64")
    for each in writing.files:
        kind, _slash, subtype = each.media.partition("/")
        if not subtype or kind in {"message", "multipart"}:
            kind, subtype = "application", "octet-stream"
        made.add_attachment(each.data, maintype=kind, subtype=subtype, filename=each.name, cte="base64")
    return _identified(writing) + made.as_bytes()


def _identified(writing: Writing) -> bytes:
    """The headers with identifiers, one on each line: the library tears long ones in two."""
    first, rest = writing.references[:1], writing.references[1:][-MOST_REFERENCES + 1 :]
    named = {
        "Message-ID": [writing.message_id],
        "In-Reply-To": [writing.in_reply_to] if writing.in_reply_to else [],
        "References": [*first, *rest],
    }
    lines = [f"{name}: " + "\r\n ".join(f"<{each}>" for each in ids) for name, ids in named.items() if ids]
    return "".join(f"{line}\r\n" for line in lines).encode("ascii", "replace")


def with_hidden_copies(raw: bytes, people: Sequence[Address]) -> bytes:
    """The letter as its sender keeps it: it tells who was sent a copy that nobody else knows of. Raises BadAddress."""
    if not people:
        return raw
    head = EmailMessage(policy=policy.SMTP)
    named = [_named(each) for each in people]
    try:
        head["Bcc"] = named
        return head.as_bytes().rstrip(b"\r\n") + b"\r\n" + raw
    except _UNWRITABLE as bad:
        raise BadAddress(", ".join(each.address for each in people)) from bad


def _named(each: Address) -> Written:
    try:
        return Written(display_name=" ".join(each.name.split())[:120], addr_spec=wire(each.address))
    except _UNWRITABLE as bad:
        raise BadAddress(each.address) from bad
