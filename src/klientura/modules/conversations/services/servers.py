"""What a connector to mail servers does for this module: it is known here by four functions, and may be missing."""

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass

from klientura.modules.conversations.models import Mailbox


@dataclass(frozen=True, slots=True)
class Server:
    """How a mailbox is tried out, for reading and for sending (what is wrong, in words; empty: nothing), asked to be read soon,
    and how a letter is asked to be sent at a moment."""

    try_reading: Callable[[Mailbox], str]
    try_sending: Callable[[Mailbox], str]
    ask_to_read: Callable[[int], None]
    ask_to_send: Callable[[int, dt.datetime], None]


_servers: list[Server] = []


def register_server(server: Server) -> None:
    """Say who speaks to mail servers."""
    _servers[:] = [server]


def try_reading(mailbox: Mailbox) -> str:
    """Sign in once where a mailbox is read; what the server says against it. Raises Unreachable."""
    return _servers[0].try_reading(mailbox) if _servers else ""


def try_sending(mailbox: Mailbox) -> str:
    """Sign in once where a mailbox sends; what the server says against it. Raises Unreachable."""
    return _servers[0].try_sending(mailbox) if _servers else ""


def ask_to_read(mailbox_id: int) -> None:
    """Have a mailbox read soon."""
    for server in _servers:
        server.ask_to_read(mailbox_id)


def ask_to_send(outgoing_id: int, at: dt.datetime) -> None:
    """Have a letter sent at a moment; within the transaction that makes it wait."""
    for server in _servers:
        server.ask_to_send(outgoing_id, at)
