"""A real HTTP server that takes messages, well or badly, by the path that is asked for."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


@dataclass(slots=True)
class Taken:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass(slots=True)
class Receiver:
    """Where the server is, and what it was sent. `status` is what /hook answers."""

    address: str
    port: int
    status: int = 200
    taken: list[Taken] = field(default_factory=list)


@contextmanager
def receiving() -> Iterator[Receiver]:
    """A server on this machine for as long as the block lasts."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            length = int(self.headers.get("Content-Length", 0))
            headers = {k.lower(): v for k, v in self.headers.items()}
            receiver.taken.append(Taken(self.path, headers, self.rfile.read(length)))
            way = {
                "/slow": self._slow,
                "/drip": self._drip,
                "/broken": self._broken,
                "/big": self._big,
                "/redirect": self._redirect,
            }
            way.get(self.path, self._plain)()

        def _plain(self) -> None:
            self.send_response(receiver.status)
            self.end_headers()
            self.wfile.write(b"thanks \x00 \xff")

        def _slow(self) -> None:
            over.wait(30)

        def _drip(self) -> None:
            """One letter of a header now and then: no single wait is long, all of them are."""
            self.wfile.write(b"HTTP/1.1 200 OK\r\nX-Long: ")
            while not over.wait(0.2):
                self.wfile.write(b"x")
                self.wfile.flush()

        def _broken(self) -> None:
            self.wfile.write(b"HTTP/1.1 2")
            self.wfile.flush()
            self.connection.close()

        def _big(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", str(1 << 40))
            self.end_headers()
            while not over.is_set():
                self.wfile.write(b"y" * 65536)

        def _redirect(self) -> None:
            self.send_response(302)
            self.send_header("Location", f"http://127.0.0.1:{receiver.port}/hook")
            self.end_headers()

        def handle_one_request(self) -> None:
            try:
                super().handle_one_request()
            except OSError:
                self.close_connection = True

        def finish(self) -> None:
            try:
                super().finish()
            except OSError:
                return

        def log_message(self, *_words: object) -> None:
            """Say nothing."""

    over = threading.Event()
    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    port = server.server_address[1]
    receiver = Receiver(f"http://127.0.0.1:{port}/hook", port)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield receiver
    finally:
        over.set()
        server.shutdown()
        thread.join()
        server.server_close()
