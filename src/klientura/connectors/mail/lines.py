"""Lines to mail servers: to the address that was checked for whoever owns the mailbox, and sealed in the name of the host.

A colleague who is no administrator has us speak to servers on the public internet only. That is judged anew for each
connection, by the one look-up that the connection is made with.
"""

import imaplib
import smtplib
import socket
import ssl
from collections.abc import Callable
from typing import Any

from imap_tools.mailbox import BaseMailBox

from klientura.kernel.network.reach import connect
from klientura.kit.letters.writing import wire
from klientura.modules.conversations.models import Mailbox
from klientura.modules.conversations.services.mailboxes import may_be_inside

type Line = Callable[[str, int, float], socket.socket]
"""Makes a connection: to a host, at a port, within some seconds."""


def open_imap(mailbox: Mailbox, patience: float) -> BaseMailBox:
    """A connection to where a mailbox is read, not signed in yet. Raises OSError or one of imaplib's own errors."""
    line, host, port = _line(mailbox, mailbox.imap_host), mailbox.imap_host, mailbox.imap_port
    if mailbox.imap_security == "tls":
        return _Box(_TlsImap(line, host, port, patience))
    client = _Imap(line, host, port, patience)
    if mailbox.imap_security == "starttls":
        try:
            client.starttls(_sealing())
        except BaseException:
            client.shutdown()
            raise
    return _Box(client)


def open_smtp(mailbox: Mailbox, patience: float) -> smtplib.SMTP:
    """A connection to where a mailbox hands letters in, not signed in yet. Raises OSError."""
    line, name = _line(mailbox, mailbox.smtp_host), wire(mailbox.address).rpartition("@")[2]
    made = _TlsSmtp if mailbox.smtp_security == "tls" else _Smtp
    return made(line, mailbox.smtp_host, mailbox.smtp_port, name, patience)


def seal_smtp(server: smtplib.SMTP) -> None:
    """Go on with what was begun in the open under TLS."""
    server.starttls(context=_sealing())


def _line(mailbox: Mailbox, host: str) -> Line:
    inside = may_be_inside(mailbox, host)
    return lambda host, port, seconds: connect(host, port, seconds, inside=inside)


def _sealing() -> ssl.SSLContext:
    """How every connection is sealed: the certificate has to be good, and of the host that was asked for."""
    return ssl.create_default_context()


def _sealed(made: socket.socket, context: ssl.SSLContext, host: str) -> ssl.SSLSocket:
    try:
        return context.wrap_socket(made, server_hostname=host)
    except BaseException:
        made.close()
        raise


class _Imap(imaplib.IMAP4):
    """IMAP over a line that is made here."""

    def __init__(self, line: Line, host: str, port: int, patience: float) -> None:
        self._line = line
        super().__init__(host, port, timeout=patience)

    def _create_socket(self, timeout: float) -> socket.socket:
        return self._line(self.host, self.port, timeout)


class _TlsImap(_Imap):
    """The same, sealed from the beginning."""

    def _create_socket(self, timeout: float) -> socket.socket:
        return _sealed(super()._create_socket(timeout), _sealing(), self.host)


class _Box(BaseMailBox):
    """What reads a mailbox, over a connection that is there."""

    def __init__(self, client: imaplib.IMAP4) -> None:
        self._made = client
        super().__init__()

    def _get_mailbox_client(self) -> imaplib.IMAP4:
        return self._made


class _Smtp(smtplib.SMTP):
    """SMTP over a line that is made here."""

    def __init__(self, line: Line, host: str, port: int, name: str, patience: float) -> None:
        self._line = line
        super().__init__(host, port, local_hostname=name, timeout=patience)

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        return self._line(host, port, timeout)


class _TlsSmtp(_Smtp):
    """The same, sealed from the beginning."""

    def _get_socket(self, host: str, port: int, timeout: float) -> Any:
        return _sealed(super()._get_socket(host, port, timeout), _sealing(), host)
