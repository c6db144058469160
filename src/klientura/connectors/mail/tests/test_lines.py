"""Where mailboxes are connected to: the address that was checked, in the name of the host, judged for whoever owns the mailbox."""

import datetime as dt
import socket
import ssl
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from klientura.connectors.mail import imap, smtp
from klientura.connectors.mail.reading import read_mailbox
from klientura.kernel.network import reach
from klientura.kernel.network.reach import Unreachable
from klientura.kernel.testing.company import Company, found_company
from klientura.modules.conversations.models import Mailbox
from klientura.modules.conversations.services.secrets import keep_password

pytestmark = pytest.mark.django_db
NAME = "mail.changing.example"
PUBLIC = "93.184.215.14"


@pytest.fixture
def company() -> Company:
    return found_company()


class Names:
    """A name server that says of NAME what a test wishes, another thing each time; the last one again and again."""

    def __init__(self, monkeypatch: pytest.MonkeyPatch) -> None:
        self.answers: list[Sequence[str]] = []
        self.asked = 0
        real = socket.getaddrinfo

        def look_up(host: Any, port: Any, *rest: Any, **more: Any) -> Any:
            if host != NAME:
                return real(host, port, *rest, **more)
            said = self.answers[min(self.asked, len(self.answers) - 1)]
            self.asked += 1
            return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in said]

        monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.fixture
def names(monkeypatch: pytest.MonkeyPatch) -> Names:
    return Names(monkeypatch)


@dataclass
class Listener:
    """A server that greets as IMAP or SMTP and takes no password; `hosts` is in whose name it was asked."""

    port: int
    greeting: bytes
    visits: int = 0
    hosts: list[str] = field(default_factory=list)


@contextmanager
def listening(greeting: bytes, context: ssl.SSLContext | None = None) -> Iterator[Listener]:
    """A server on this machine."""
    server = socket.create_server(("127.0.0.1", 0))
    found = Listener(server.getsockname()[1], greeting)
    if context is not None:
        context.sni_callback = lambda _socket, name, _context: found.hosts.append(name or "")

    def serve() -> None:
        while True:
            try:
                made, _where = server.accept()
            except OSError:
                return
            found.visits += 1
            try:
                if context is not None:
                    made = context.wrap_socket(made, server_side=True)
                made.sendall(found.greeting)
                for line in made.makefile("rb"):
                    tag, _space, rest = line.partition(b" ")
                    if greeting.startswith(b"220"):
                        made.sendall(b"250 fine\r\n")
                    elif rest.upper().startswith(b"CAPABILITY"):
                        made.sendall(b"* CAPABILITY IMAP4rev1\r\n" + tag + b" OK done\r\n")
                    else:
                        made.sendall(tag + b" NO [AUTHENTICATIONFAILED] nobody\r\n")
            except OSError:
                pass
            finally:
                made.close()

    threading.Thread(target=serve, daemon=True).start()
    try:
        yield found
    finally:
        server.close()


def box(company: Company, who: str, port: int, **more: Any) -> Mailbox:
    given = {"imap_security": "none", "smtp_security": "none", "smtp_host": NAME, "smtp_port": port} | more
    made = Mailbox(
        address="we@our.ru", username="we", owner=company.users[who] if who else None, imap_host=NAME, imap_port=port, **given
    )  # fmt: skip
    keep_password(made, "secret")
    made.save()
    return made


def test_a_name_is_looked_up_once_and_the_connection_goes_where_it_said(
    company: Company, names: Names, settings: Any
) -> None:
    settings.WEBHOOK_NETWORKS = "127.0.0.0/8"
    names.answers = [["127.0.0.1"], ["10.9.9.9"]]
    with listening(b"* OK ready\r\n") as server:
        assert "nobody" in imap.try_out(box(company, "employee", server.port))
        assert (server.visits, names.asked) == (1, 1)


@pytest.mark.parametrize("speaks", [imap.try_out, smtp.try_out])
@pytest.mark.parametrize("answers", [["127.0.0.1"], [PUBLIC, "127.0.0.1"], ["169.254.169.254"], ["10.1.2.3"]])
def test_a_name_that_points_inside_later_reaches_nothing(
    company: Company, names: Names, answers: list[str], speaks: Any
) -> None:
    """The mailbox was connected while the name stood for a public server; now it stands for this machine."""
    names.answers = [answers]
    with listening(b"220 ready\r\n") as server:
        mailbox = box(company, "employee", server.port)
        with pytest.raises(Unreachable):
            speaks(mailbox)
        assert read_mailbox(mailbox.pk) == 0
        mailbox.refresh_from_db()
        assert (mailbox.state, server.visits) == ("broken", 0)
        assert mailbox.said == str(reach.CLOSED)


@pytest.mark.parametrize("who", ["administrator", ""])
def test_administrators_connect_to_servers_inside_but_never_to_what_tells_secrets(
    company: Company, names: Names, who: str
) -> None:
    names.answers = [["127.0.0.1"]]
    with listening(b"* OK ready\r\n") as server:
        mailbox = box(company, who, server.port)
        assert "nobody" in imap.try_out(mailbox)
        names.answers = [["169.254.169.254"]]
        with pytest.raises(Unreachable):
            imap.try_out(mailbox)
        assert server.visits == 1


def test_an_address_that_does_not_answer_is_passed_over_for_the_next(
    company: Company, names: Names, settings: Any
) -> None:
    settings.WEBHOOK_NETWORKS = "127.0.0.0/8"
    names.answers = [["127.0.0.2", "127.0.0.1"]]
    with listening(b"* OK ready\r\n") as server:
        assert "nobody" in imap.try_out(box(company, "employee", server.port))


@pytest.mark.parametrize(("of", "good"), [(NAME, True), ("another.example", False), ("127.0.0.1", False)])
@pytest.mark.parametrize("way", ["imap", "smtp"])
def test_the_certificate_has_to_be_the_hosts_and_the_host_is_asked_for_by_its_name(
    company: Company, names: Names, settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, of: str, way: str, *, good: bool,
) -> None:  # fmt: skip
    settings.WEBHOOK_NETWORKS = "127.0.0.0/8"
    names.answers = [["127.0.0.1"]]
    context = certified(of, tmp_path)
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "certificate.pem"))
    greeting = b"* OK ready\r\n" if way == "imap" else b"220 ready\r\n"
    with listening(greeting, context) as server:
        mailbox = box(company, "employee", server.port, imap_security="tls", smtp_security="tls")
        said = imap.try_out(mailbox) if way == "imap" else smtp.try_out(mailbox)
        assert server.hosts == [NAME]
    assert ("certificate" in said.lower()) is not good, said


def certified(name: str, place: Path) -> ssl.SSLContext:
    """A server's side of TLS with a certificate of this name, which signs itself."""
    key = ec.generate_private_key(ec.SECP256R1())
    who = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    now = dt.datetime.now(dt.UTC)
    made = (
        x509.CertificateBuilder().subject_name(who).issuer_name(who).public_key(key.public_key())
        .serial_number(x509.random_serial_number()).not_valid_before(now - dt.timedelta(days=1)).not_valid_after(now + dt.timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True).sign(key, hashes.SHA256())
    )  # fmt: skip
    certificate, secret = place / "certificate.pem", place / "key.pem"
    certificate.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    secret.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate, secret)
    return context
