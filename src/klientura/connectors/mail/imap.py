"""Speaking IMAP: a connection to a mailbox, what its folders are, letters by their numbers.

Letters are read with BODY.PEEK, so that reading them here marks nothing as read there; large ones come in pieces, so that
none of them has to fit into the memory twice.
"""

import datetime as dt
import imaplib
import re
import ssl
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from typing import Any, BinaryIO, Final, NamedTuple

from imap_tools.errors import ImapToolsError, MailboxLoginError
from imap_tools.mailbox import BaseMailBox

from klientura.connectors.mail.lines import open_imap
from klientura.kernel.network.reach import Unreachable
from klientura.kit.letters.words import kept
from klientura.modules.conversations.models import Mailbox
from klientura.modules.conversations.services.secrets import password_of

PATIENCE: Final = 30
"""Seconds to wait for a mail server."""
LARGE: Final = 4 * 1024 * 1024
"""Letters above this come in pieces."""
PIECE: Final = 1024 * 1024
HEADERS: Final = "BODY.PEEK[HEADER.FIELDS (MESSAGE-ID FROM SENDER DATE)]"
TROUBLE: Final = (OSError, imaplib.IMAP4.error, ImapToolsError, ssl.SSLError, EOFError, UnicodeError)
"""What goes wrong between us and a mail server."""
ROLES: Final = {
    "\\sent": "sent",
    "\\drafts": "drafts",
    "\\junk": "junk",
    "\\trash": "trash",
    "\\archive": "archive",
    "\\all": "archive",
}
BY_NAME: Final = {
    "inbox": "inbox", "sent": "sent", "sent items": "sent", "sent messages": "sent", "отправленные": "sent", "drafts": "drafts",
    "черновики": "drafts", "junk": "junk", "spam": "junk", "спам": "junk", "trash": "trash", "deleted items": "trash",
    "корзина": "trash", "удаленные": "trash", "удалённые": "trash", "archive": "archive", "архив": "archive",
}  # fmt: skip
MONTHS: Final = ("", "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
_UID = re.compile(rb"\bUID (\d+)")
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)")
_FLAGS = re.compile(rb"\bFLAGS \(([^)]*)\)")


class Refused(Exception):
    """The server does not take the password."""


class Found(NamedTuple):
    """A folder on the server."""

    name: str
    role: str


class Seen(NamedTuple):
    """What is known of a letter before it is fetched."""

    uid: int
    size: int
    headers: bytes


class Fetched(NamedTuple):
    """A letter from the server. Large ones are a file."""

    uid: int
    raw: bytes | BinaryIO
    flags: frozenset[str]
    at: dt.datetime | None


@contextmanager
def connected(mailbox: Mailbox, *, patience: int = PATIENCE) -> Iterator[BaseMailBox]:
    """A connection that is signed in. Raises Refused for a wrong password, one of TROUBLE for everything else."""
    password = password_of(mailbox)
    if password is None:
        raise Refused("the password was kept with another key")
    server = open_imap(mailbox, patience)
    try:
        try:
            # Some passwords hold letters that plain LOGIN cannot carry.
            sign_in = server.login if (mailbox.username + password).isascii() else server.login_utf8
            sign_in(mailbox.username, password, initial_folder=None)
        except (MailboxLoginError, imaplib.IMAP4.error) as failed:
            if is_refusal(str(failed)):
                raise Refused(said(failed)) from failed
            raise
        yield server
    finally:
        with suppress(*TROUBLE):
            server.logout()


def is_refusal(text: str) -> bool:
    """Whether a server refused the password for good, and is not only busy."""
    upper = text.upper()
    return not any(code in upper for code in ("[UNAVAILABLE]", "[LIMIT]", "[INUSE]", "TRY AGAIN", "TOO MANY"))


def said(failed: BaseException) -> str:
    """What a server said, in one line."""
    text = str(failed)
    found = re.findall(r"b['\"](.*?)['\"]\]?", text)
    return " ".join(kept(found[-1] if found else text).split())[:300] or type(failed).__name__


def capabilities(server: BaseMailBox) -> set[str]:
    """What the server can do, as it says after the sign-in; some say less before it."""
    _kind, data = server.client.capability()
    return {word.decode("ascii", "replace").upper() for line in data if line for word in line.split()}


def folders(server: BaseMailBox) -> list[Found]:
    """The folders that can be read."""
    found = []
    for each in server.folder.list():
        flags = {flag.lower() for flag in each.flags}
        if "\\noselect" in flags or "\\nonexistent" in flags:
            continue
        role = next((ROLES[flag] for flag in flags if flag in ROLES), "")
        last = each.name.rpartition(each.delim)[2] if each.delim else each.name
        found.append(
            Found(
                each.name, "inbox" if each.name.upper() == "INBOX" else role or BY_NAME.get(last.lower(), "")
            )
        )
    return found


def uids(server: BaseMailBox, last: int, since: dt.date | None) -> list[int]:
    """The numbers of letters of the open folder after one, in order; the first time those since a day."""
    criteria = f"UID {last + 1}:*"
    if since is not None:
        criteria += f" SINCE {since.day}-{MONTHS[since.month]}-{since.year}"
    return sorted(n for n in map(int, server.uids(criteria, charset=None)) if n > last)


def look(server: BaseMailBox, numbers: Sequence[int]) -> list[Seen]:
    """How large letters are, and the headers by which they are known."""
    found = []
    for meta, headers in _fetch(server, numbers, f"(RFC822.SIZE {HEADERS})"):
        uid, size = _UID.search(meta), _SIZE.search(meta)
        if uid and size:
            found.append(Seen(int(uid[1]), int(size[1]), headers))
    return sorted(found)


def fetch(server: BaseMailBox, wanted: Sequence[Seen]) -> list[Fetched]:
    """Letters, whole, in the order of their numbers."""
    found = []
    small = [each.uid for each in wanted if each.size <= LARGE]
    for meta, raw in _fetch(server, small, "(FLAGS INTERNALDATE BODY.PEEK[])"):
        if uid := _UID.search(meta):
            found.append(Fetched(int(uid[1]), raw, _flags(meta), _at(meta)))
    for each in wanted:
        if each.size > LARGE:
            meta = next((m for m, _raw in _fetch(server, [each.uid], "(FLAGS INTERNALDATE)")), b"")
            found.append(Fetched(each.uid, _in_pieces(server, each), _flags(meta), _at(meta)))
    return sorted(found, key=lambda each: each.uid)


def flags(server: BaseMailBox, numbers: Sequence[int]) -> dict[int, frozenset[str]]:
    """How letters are marked; those that are gone are left out."""
    found = {}
    for meta, _nothing in _fetch(server, numbers, "(FLAGS)"):
        if uid := _UID.search(meta):
            found[int(uid[1])] = _flags(meta)
    return found


def mark_seen(server: BaseMailBox, numbers: Sequence[int]) -> None:
    """Mark letters of the open folder as read."""
    server.client.uid("STORE", ",".join(map(str, numbers)), "+FLAGS.SILENT", "(\\Seen)")


def try_out(mailbox: Mailbox) -> str:
    """Sign in once; what the server says against it, empty when all is well. Raises Unreachable."""
    try:
        with connected(mailbox, patience=10) as server:
            folders(server)
    except Unreachable:
        raise
    except (Refused, *TROUBLE) as failed:
        return said(failed)
    return ""


def _in_pieces(server: BaseMailBox, each: Seen) -> BinaryIO:
    out: BinaryIO = tempfile.TemporaryFile()  # noqa: SIM115  # whoever stores the letter closes it
    at = 0
    while True:
        pieces = [raw for _meta, raw in _fetch(server, [each.uid], f"(BODY.PEEK[]<{at}.{PIECE}>)")]
        piece = pieces[0] if pieces else b""
        out.write(piece)
        at += len(piece)
        if len(piece) < PIECE:
            out.seek(0)
            return out


def _fetch(server: BaseMailBox, numbers: Sequence[int], what: str) -> Iterator[tuple[bytes, bytes]]:
    """The answers to a FETCH: what is said of each letter, and the text that comes with it."""
    if not numbers:
        return
    kind, data = server.client.uid("FETCH", ",".join(map(str, numbers)), what)
    if kind != "OK":
        raise imaplib.IMAP4.error(f"FETCH: {data!r}"[:300])
    meta, raw, open_still = b"", b"", False
    items: Sequence[Any] = data or ()
    for item in items:
        if isinstance(item, tuple):
            if open_still:
                yield meta, raw
            meta, raw, open_still = item[0], item[1], True
        elif isinstance(item, bytes):
            if open_still:  # what a server says after the text of a letter
                yield meta + b" " + item, raw
                open_still = False
            else:
                yield item, b""
    if open_still:
        yield meta, raw


def _flags(meta: bytes) -> frozenset[str]:
    found = _FLAGS.search(meta)
    return frozenset(found[1].decode("ascii", "replace").split()) if found else frozenset()


def _at(meta: bytes) -> dt.datetime | None:
    found = re.search(rb'INTERNALDATE "([^"]+)"', meta)
    if not found:
        return None
    try:
        return dt.datetime.strptime(found[1].decode("ascii", "replace").strip(), "%d-%b-%Y %H:%M:%S %z")
    except ValueError:
        return None
