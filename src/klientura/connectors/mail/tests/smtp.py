"""A mail server for tests that takes letters: aiosmtpd on a port of this machine, doing to them what a test wishes."""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from klientura.connectors.mail.tests import dovecot

PASSWORD = "secret"


@dataclass
class Taken:
    """A letter that the server was handed."""

    sender: str
    recipients: list[str]
    raw: bytes


@dataclass
class Sink:
    """Keeps letters. `answers` says what is answered to an address; `to_data` to a letter («drop»: nothing, the line breaks
    off after it has the letter; «lose»: before)."""

    port: int = 0
    letters: list[Taken] = field(default_factory=list)
    answers: dict[str, str] = field(default_factory=dict)
    to_data: str = ""
    when_taken: str = "250 taken"

    async def handle_RCPT(  # noqa: N802
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.answers:
            return self.answers[address]
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        content = envelope.content
        raw = content if isinstance(content, bytes) else (content or "").encode()
        if self.to_data == "drop":
            self.letters.append(Taken(envelope.mail_from or "", list(envelope.rcpt_tos), raw))
        if self.to_data in {"drop", "lose"}:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
            return "250 nobody hears this"
        if self.to_data:
            return self.to_data
        self.letters.append(Taken(envelope.mail_from or "", list(envelope.rcpt_tos), raw))
        return self.when_taken


def _authenticate(
    server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any
) -> AuthResult:
    good = isinstance(data, LoginPassword) and data.password == PASSWORD.encode()
    return AuthResult(success=good, handled=False)


@contextmanager
def listening(**more: Any) -> Iterator[Sink]:
    """A server that runs; it wants a name and PASSWORD."""
    sink = Sink(dovecot.free_port())
    controller = Controller(
        sink, hostname="127.0.0.1", port=sink.port, authenticator=_authenticate, auth_require_tls=False, **more
    )  # fmt: skip
    controller.start()
    try:
        yield sink
    finally:
        controller.stop()
