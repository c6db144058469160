"""A mail server for tests: speaks SMTP on a port of this machine, keeps what it is handed, and refuses when told to."""

import base64
import socketserver
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage


@dataclass
class Post:
    """What the server was handed, by whom; `refuse` names recipients and `broken` breaks off every letter."""

    port: int = 0
    letters: list[EmailMessage] = field(default_factory=list)
    signed_in: list[str] = field(default_factory=list)
    refuse: set[str] = field(default_factory=set)
    broken: bool = False
    password: str = ""

    def texts(self) -> list[str]:
        """The plain texts of the letters."""
        return [str(m.get_body(("plain",)).get_content()) for m in self.letters]  # type: ignore[union-attr]

    def to(self) -> list[str]:
        """Whom they went to."""
        return [str(m["To"]) for m in self.letters]


class _Talk(socketserver.StreamRequestHandler):
    def handle(self) -> None:
        self.post: Post = self.server.post  # type: ignore[attr-defined]
        self.say("220 test ESMTP")
        while line := self.rfile.readline():
            if not self.answer(line.decode().strip()):
                return

    def say(self, text: str) -> None:
        self.wfile.write(text.encode() + b"\r\n")

    def answer(self, line: str) -> bool:
        verb, _space, rest = line.partition(" ")
        if verb.upper() == "EHLO":
            self.say("250-test\r\n250-8BITMIME\r\n250 AUTH PLAIN")
        elif verb.upper() == "AUTH":
            _empty, user, password = base64.b64decode(rest.split()[1]).decode().split("\0")
            fits = password == self.post.password
            self.post.signed_in += [user] if fits else []
            self.say("235 welcome" if fits else "535 5.7.8 wrong password")
        elif verb.upper() == "RCPT":
            refused = any(address in rest for address in self.post.refuse)
            self.say("550 5.1.1 nobody lives here" if refused else "250 ok")
        elif verb.upper() == "DATA":
            if self.post.broken:
                self.say("421 4.3.2 out of order")
                return False
            self.say("354 go on")
            self.take()
        elif verb.upper() == "QUIT":
            self.say("221 bye")
            return False
        else:
            self.say("250 ok")
        return True

    def take(self) -> None:
        lines = []
        while (line := self.rfile.readline()) not in {b".\r\n", b""}:
            lines.append(line.removeprefix(b".") if line.startswith(b"..") else line)
        self.post.letters.append(message_from_bytes(b"".join(lines), policy=policy.default))
        self.say("250 taken")


@contextmanager
def post_office() -> Iterator[Post]:
    """Run a mail server for the time of a test."""
    server = socketserver.ThreadingTCPServer(("127.0.0.1", 0), _Talk)
    server.daemon_threads = True
    post = Post(port=server.server_address[1])
    server.post = post  # type: ignore[attr-defined]
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield post
    finally:
        server.shutdown()
        thread.join()
        server.server_close()
