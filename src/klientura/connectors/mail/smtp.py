"""Speaking SMTP: a connection to the server where a mailbox hands its letters in, and the two steps of handing one in.

First the server is told of sender and recipients, and says whom it would take it for; up to here nothing has happened. Then
it gets the letter. Between the end of the letter and its answer nobody knows whether it has it.
"""

import smtplib
import ssl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from typing import Final

from klientura.connectors.mail.imap import said
from klientura.connectors.mail.lines import open_smtp, seal_smtp
from klientura.kernel.network.reach import Unreachable
from klientura.kit.letters.words import kept
from klientura.kit.letters.writing import wire
from klientura.modules.conversations.models import Mailbox
from klientura.modules.conversations.services.secrets import password_to_send

PATIENCE: Final = 60
"""Seconds to wait for a mail server."""
FOR_GOOD: Final = 500
"""An answer from this number on will not be another tomorrow."""
TROUBLE: Final = (OSError, smtplib.SMTPException, ssl.SSLError, EOFError, UnicodeError, ValueError)
"""What goes wrong between us and a mail server; all of smtplib's own is among OSError."""


class Refused(Exception):
    """The server will not take it, whenever it is asked: the sign-in, the sender, the size or the letter."""


class Later(Exception):
    """The server does not take it now."""


@dataclass(slots=True)
class Offered:
    """For whom the server would take a letter, whom it refuses, and whom it may take later; with its words."""

    taken: list[str] = field(default_factory=list)
    refused: dict[str, str] = field(default_factory=dict)
    later: dict[str, str] = field(default_factory=dict)


@contextmanager
def connected(mailbox: Mailbox, *, patience: int = PATIENCE) -> Iterator[smtplib.SMTP]:
    """A connection that is signed in, where the server wants that. Raises Refused, Later, or one of TROUBLE."""
    password = password_to_send(mailbox)
    if password is None:
        raise Refused("the password was kept with another key")
    server = open_smtp(mailbox, patience)
    try:
        server.ehlo()
        if mailbox.smtp_security == "starttls":
            seal_smtp(server)
            server.ehlo()
        if server.has_extn("auth"):
            _sign_in(server, mailbox, password)
        yield server
    finally:
        with suppress(*TROUBLE):
            server.quit()


def _sign_in(server: smtplib.SMTP, mailbox: Mailbox, password: str) -> None:
    try:
        server.login(mailbox.smtp_username or mailbox.username, password)
    except smtplib.SMTPNotSupportedError as failed:
        raise Refused(said(failed)) from failed
    except smtplib.SMTPResponseException as failed:
        raise _judged(failed) from failed


def _judged(failed: smtplib.SMTPResponseException) -> Exception:
    text = _words(failed.smtp_code, failed.smtp_error)
    return Refused(text) if failed.smtp_code >= FOR_GOOD else Later(text)


def _words(code: int, answer: bytes | str) -> str:
    text = answer.decode("utf-8", "replace") if isinstance(answer, bytes) else str(answer)
    return f"{code} {' '.join(kept(text).split())}"[:300]


def offer(server: smtplib.SMTP, sender: str, recipients: Sequence[str], size: int) -> Offered:
    """Tell the server whom a letter is from and for. Raises Refused or Later when it wants no letter from this sender."""
    most = server.esmtp_features.get("size", "")
    if most.isdigit() and 0 < int(most) < size:
        raise Refused(f"552 {size} > {most}")
    options = [f"size={size}"] if server.has_extn("size") else []
    code, answer = server.mail(wire(sender), options)
    if code != 250:
        raise (Refused if code >= FOR_GOOD else Later)(_words(code, answer))
    found = Offered()
    for address in recipients:
        code, answer = server.rcpt(wire(address))
        if code in {250, 251}:
            found.taken.append(address)
        elif code == 421:
            raise Later(_words(code, answer))
        else:
            (found.refused if code >= FOR_GOOD else found.later)[address] = _words(code, answer)
    return found


def hand_over(server: smtplib.SMTP, raw: bytes) -> None:
    """Give the server the letter. Raises Refused or Later for its answer; anything else leaves it open whether it has it."""
    try:
        code, answer = server.data(raw)
    except smtplib.SMTPDataError as failed:
        if 400 <= failed.smtp_code < 600:
            raise _judged(failed) from failed
        raise
    if 400 <= code < 600:
        raise (Refused if code >= FOR_GOOD else Later)(_words(code, answer))
    if not 200 <= code < 300:  # no answer that means anything: it may have the letter
        raise smtplib.SMTPDataError(code, answer)


def try_out(mailbox: Mailbox) -> str:
    """Sign in once; what the server says against it, empty when all is well. Raises Unreachable."""
    try:
        with connected(mailbox, patience=10) as server:
            server.noop()
    except Unreachable:
        raise
    except (Refused, Later, *TROUBLE) as failed:
        return said(failed)
    return ""
