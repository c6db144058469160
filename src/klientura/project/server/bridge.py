"""From ASGI to the WSGI application: each request in a thread of a small pool, its body read only when somebody asks for it."""

from __future__ import annotations

import asyncio
import io
import logging
import sys
from collections.abc import Awaitable, Callable, Iterable, MutableMapping
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any
from urllib.parse import unquote_to_bytes
from wsgiref.util import FileWrapper

type Scope = MutableMapping[str, Any]
type Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
type Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
type Wsgi = Callable[[dict[str, Any], Callable[..., Any]], Iterable[bytes]]

log = logging.getLogger("klientura.server")
FAULT: dict[str, Any] = {
    "type": "http.response.start",
    "status": 500,
    "headers": [(b"content-type", b"text/plain"), (b"content-length", b"0")],
}
AT_ONCE = 256 * 1024
"""Bytes: an answer that is no longer goes out in one piece, without the thread waiting for the browser."""
PATIENCE = 30.0
"""Seconds for one piece of a body, either way: whoever is slower gives the thread back."""


class Gone(OSError):
    """The browser has left."""


class Body(io.RawIOBase):
    """What the browser sends, fetched piece by piece from the thread that reads it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, receive: Receive) -> None:
        self._loop, self._receive = loop, receive
        self._left, self._over = memoryview(b""), False

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        """Fill a buffer; 0 at the end."""
        while not self._left and not self._over:
            message = _wait(self._receive(), self._loop)
            if message["type"] == "http.disconnect":
                self._over = True
                raise Gone("the browser has left")
            self._left = memoryview(message.get("body", b""))
            self._over = not message.get("more_body", False)
        piece, self._left = self._left[: len(buffer)], self._left[len(buffer) :]
        buffer[: len(piece)] = piece
        return len(piece)


def _wait(what: Awaitable[Any], loop: asyncio.AbstractEventLoop) -> Any:
    """Have the loop do something, and wait for it in this thread."""

    async def run() -> Any:
        return await what

    done: Future[Any] = asyncio.run_coroutine_threadsafe(run(), loop)
    try:
        return done.result(PATIENCE)
    except TimeoutError as late:
        done.cancel()
        raise Gone("the browser neither sends nor takes anything") from late


def environ_of(scope: Scope, body: Any) -> dict[str, Any]:
    """The request as WSGI has it. Names of headers with `_` could pass for others and are left out."""
    server, client = scope.get("server") or ("localhost", 80), scope.get("client") or ("", 0)
    raw = scope.get("raw_path") or scope["path"].encode()
    environ: dict[str, Any] = {
        "REQUEST_METHOD": scope["method"], "SCRIPT_NAME": "", "PATH_INFO": unquote_to_bytes(raw.partition(b"?")[0]).decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"), "SERVER_NAME": str(server[0]), "SERVER_PORT": str(server[1]),
        "REMOTE_ADDR": str(client[0]), "REMOTE_PORT": str(client[1]), "SERVER_PROTOCOL": f"HTTP/{scope.get('http_version', '1.1')}",
        "wsgi.version": (1, 0), "wsgi.url_scheme": scope.get("scheme", "http"), "wsgi.input": body, "wsgi.errors": sys.stderr,
        "wsgi.multithread": True, "wsgi.multiprocess": True, "wsgi.run_once": False, "wsgi.file_wrapper": FileWrapper,
    }  # fmt: skip
    for raw_name, raw_value in scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        if "_" in name:
            continue
        key = name.upper().replace("-", "_")
        if key not in {"CONTENT_TYPE", "CONTENT_LENGTH"}:
            key = "HTTP_" + key
        if key in environ:
            value = environ[key] + ("; " if key == "HTTP_COOKIE" else ",") + value
        environ[key] = value
    return environ


class Bridge:
    """The WSGI application as ASGI."""

    def __init__(self, wsgi: Wsgi, threads: int) -> None:
        self._wsgi = wsgi
        self.pool = ThreadPoolExecutor(threads, thread_name_prefix="request")

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        loop = asyncio.get_running_loop()
        exchange = _Exchange(loop, scope, receive, send)
        head, rest = await loop.run_in_executor(self.pool, exchange.answer, self._wsgi)
        if head is not None:
            await send(head)
            await send({"type": "http.response.body", "body": rest})


class _Exchange:
    """One request and its answer, in the thread that works on it."""

    def __init__(self, loop: asyncio.AbstractEventLoop, scope: Scope, receive: Receive, send: Send) -> None:
        self._loop, self._scope, self._receive, self._send = loop, scope, receive, send
        self._head: dict[str, Any] | None = None
        self._sent = False

    def _start(
        self, status: str, headers: list[tuple[str, str]], _failed: Any = None
    ) -> Callable[[bytes], None]:
        self._head = {
            "type": "http.response.start",
            "status": int(status[:3]),
            "headers": [(k.lower().encode("latin-1"), v.encode("latin-1")) for k, v in headers],
        }
        return lambda _data: None

    def answer(self, wsgi: Wsgi) -> tuple[dict[str, Any] | None, bytes]:
        """Work on the request. A short answer is returned whole; of a long one everything is sent from here, and None returned."""
        body = io.BufferedReader(Body(self._loop, self._receive), 64 * 1024)
        found: Iterable[bytes] = ()
        try:
            found = wsgi(environ_of(self._scope, body), self._start)
            return self._pass_on(found)
        except Gone:
            return None, b""
        except Exception:  # the pages answer their own faults; what comes here lies below them
            log.exception("a request could not be answered")
            return None if self._sent else FAULT, b""
        finally:
            close = getattr(found, "close", None)
            if close is not None:
                close()

    def _pass_on(self, found: Iterable[bytes]) -> tuple[dict[str, Any] | None, bytes]:
        kept: list[bytes] = []
        length, long = 0, False
        for piece in found:
            if long:
                self._out(piece)
                continue
            kept.append(piece)
            length += len(piece)
            if length > AT_ONCE and self._head is not None:
                long = self._sent = True
                _wait(self._send(self._head), self._loop)
                self._out(b"".join(kept))
        if not long:
            return self._head, b"" if self._scope["method"] == "HEAD" else b"".join(kept)
        _wait(self._send({"type": "http.response.body", "body": b""}), self._loop)
        return None, b""

    def _out(self, piece: bytes) -> None:
        """Send a piece and wait until the browser has room for the next."""
        if self._scope["method"] == "HEAD" or not piece:
            return
        try:
            _wait(self._send({"type": "http.response.body", "body": piece, "more_body": True}), self._loop)
        except Exception as failed:
            raise Gone(str(failed)) from failed
