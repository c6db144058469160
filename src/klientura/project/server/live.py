"""GET /live: one stream for each page that somebody looks at, saying that there is something new for it.

The process listens to the database once, whatever the number of streams; what it hears within a moment is judged
together (`kernel.notify.live`). A stream ends after some minutes and the browser asks again: so who may no longer come in
is out, and what was missed meanwhile is asked for.
"""

from __future__ import annotations

import asyncio
import contextlib
import itertools
import logging
import random
import signal
from collections.abc import AsyncIterator, Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qs

import orjson
import psycopg
from django.conf import settings
from django.contrib.auth import get_user
from django.core.exceptions import DisallowedHost
from django.db import close_old_connections, connection
from django.http import HttpRequest, parse_cookie
from psycopg import sql

from klientura.kernel.notify import live
from klientura.kernel.objects.registry import follow
from klientura.kernel.settings.installation import current

from .bridge import Receive, Scope, Send

log = logging.getLogger("klientura.live")
COALESCE = 0.3
"""Seconds in which what is heard is gathered."""
BEAT = 20.0
LONGEST = 300.0
MOST = 1_000
"""Streams of one process; a browser that gets none asks each minute."""
MOST_OF_USER = 10
RETRY = 5.0
PASSED_ON = 0.1
HEADERS = [
    (b"content-type", b"text/event-stream; charset=utf-8"), (b"cache-control", b"no-store"), (b"x-accel-buffering", b"no"),
    (b"x-content-type-options", b"nosniff"),
]  # fmt: skip


@dataclass(eq=False)
class Stream:
    """An open page and what waits to be told it; what came and was not told yet is one thing."""

    watcher: live.Watcher
    waiting: dict[str, Any] = field(default_factory=dict)
    ready: asyncio.Event = field(default_factory=asyncio.Event)

    def tell(self, said: dict[str, Any]) -> None:
        """Have something told."""
        self.waiting.update(said)
        self.ready.set()


class Hub:
    """All streams of this process and the one connection that listens for them; it begins with the first stream."""

    def __init__(self) -> None:
        self.streams: dict[int, Stream] = {}
        self.pool = ThreadPoolExecutor(1, thread_name_prefix="live")
        self.closing = asyncio.Event()
        self._numbers = itertools.count(1)
        self._heard: list[str] = []
        self._some = asyncio.Event()
        self._tasks: list[asyncio.Task[None]] = []

    def room_for(self, user_id: int) -> bool:
        """Whether one more stream of a user fits."""
        own = sum(1 for s in self.streams.values() if s.watcher.user_id == user_id)
        return len(self.streams) < MOST and own < MOST_OF_USER and not self.closing.is_set()

    def open(self, user_id: int, base: str, record_id: int | None) -> Stream:
        """Begin a stream."""
        if not self._tasks:
            self._end_with_the_server()
            self._tasks = [asyncio.create_task(self._listen()), asyncio.create_task(self._judge())]
        number = next(self._numbers)
        stream = Stream(live.Watcher(number, user_id, base, record_id))
        self.streams[number] = stream
        return stream

    def close(self, stream: Stream) -> None:
        """End a stream."""
        self.streams.pop(stream.watcher.key, None)

    def _end_with_the_server(self) -> None:
        """Have streams end when the server is told to: it would wait for them, and then be killed.

        The server's own handler takes SIGTERM and SIGINT alike; so the one is ours, and then passed on as the other.
        """
        loop = asyncio.get_running_loop()

        def told_to_stop() -> None:
            self.end_streams()
            loop.call_later(PASSED_ON, signal.raise_signal, signal.SIGINT)

        loop.add_signal_handler(signal.SIGTERM, told_to_stop)

    def end_streams(self) -> None:
        """Have every stream end, and begin no further one."""
        self.closing.set()
        for stream in list(self.streams.values()):
            stream.ready.set()

    async def stop(self) -> None:
        """End all streams and stop listening."""
        self.end_streams()
        for task in self._tasks:
            task.cancel()
        await asyncio.gather(*self._tasks, return_exceptions=True)
        self.pool.shutdown(wait=False, cancel_futures=True)

    async def _listen(self) -> None:
        """Listen for ever, on a connection of its own; after a break every page asks for what it may have missed."""
        while True:
            try:
                async with await _connection() as listening:
                    await listening.execute(sql.SQL("listen {}").format(sql.Identifier(live.CHANNEL)))
                    for stream in self.streams.values():
                        stream.tell({"notified": True})
                    async for said in listening.notifies():
                        self._heard.append(said.payload)
                        self._some.set()
            except (psycopg.Error, OSError) as broken:
                log.warning("listening broke off: %s", broken)
            await asyncio.sleep(RETRY)

    async def _judge(self) -> None:
        """Hand what was heard to the pages that it concerns."""
        loop = asyncio.get_running_loop()
        while True:
            await self._some.wait()
            await asyncio.sleep(COALESCE)
            texts, self._heard = self._heard, []
            self._some.clear()
            watchers = [s.watcher for s in self.streams.values()]
            try:
                told, users = await loop.run_in_executor(self.pool, _judged, texts, watchers)
            except Exception:  # one bad turn must not silence all pages for ever
                log.exception("news could not be judged")
                continue
            for key, said in told.items():
                if key in self.streams:
                    self.streams[key].tell(said)
            for stream in self.streams.values():
                if stream.watcher.user_id in users:
                    stream.tell({"notified": True})


async def _connection() -> psycopg.AsyncConnection[Any]:
    """A connection that only listens: not Django's, and not by way of a pooler where the settings name the server itself."""
    if settings.LISTEN_URL:
        return await psycopg.AsyncConnection.connect(settings.LISTEN_URL, autocommit=True)
    wanted = connection.get_connection_params()
    known = {
        k: v
        for k, v in wanted.items()
        if k not in {"cursor_factory", "context", "server_side_binding", "prepare_threshold"}
    }
    return await psycopg.AsyncConnection.connect(**known, autocommit=True)


def _judged(
    texts: Sequence[str], watchers: Sequence[live.Watcher]
) -> tuple[dict[int, dict[str, Any]], set[int]]:
    news, users = live.heard(texts)
    if not news or not watchers:
        return {}, users
    close_old_connections()
    try:
        follow(current().schema_version)
        return live.judge(news, watchers), users
    finally:
        close_old_connections()


@dataclass(frozen=True, slots=True)
class Asked:
    """Who asks for a stream, for which page."""

    user_id: int
    base: str
    record_id: int | None


def _admitted(scope: Scope) -> Asked | int:
    """Who asks and for what, or the status that is answered. Runs in a thread."""
    headers: dict[str, str] = {}
    for name, value in scope["headers"]:
        key = name.decode("latin-1").lower()
        headers[key] = (
            f"{headers[key]}; {value.decode('latin-1')}"
            if key == "cookie" and key in headers
            else value.decode("latin-1")
        )
    request = HttpRequest()
    request.META = {"HTTP_HOST": headers.get("host", ""), "SERVER_NAME": "localhost", "SERVER_PORT": "80"}
    request.COOKIES = parse_cookie(headers.get("cookie", ""))
    close_old_connections()
    try:
        request.get_host()
        store = __import__(settings.SESSION_ENGINE, fromlist=["SessionStore"]).SessionStore
        request.session = store(request.COOKIES.get(settings.SESSION_COOKIE_NAME))
        user = get_user(request)
        if not user.is_authenticated or not user.is_active or user.pk is None:
            return 401
        follow(current().schema_version)
        query = parse_qs(scope["query_string"].decode("latin-1"))
        key, number = query.get("object", [""])[0][:60], query.get("record", [""])[0]
        record_id = int(number) if number.isascii() and number.isdigit() and len(number) <= 18 else None
        page = live.page_of(key, record_id) if key else ("", None)
        base, shown = page or ("", None)
        return Asked(user.pk, base, shown)
    except DisallowedHost:
        return 400
    finally:
        close_old_connections()


async def _refuse(send: Send, status: int) -> None:
    await send(
        {"type": "http.response.start", "status": status, "headers": [(b"cache-control", b"no-store")]}
    )
    await send({"type": "http.response.body", "body": b""})


async def serve(hub: Hub, scope: Scope, receive: Receive, send: Send) -> None:
    """Answer GET /live."""
    if scope["method"] != "GET":
        await _refuse(send, 405)
        return
    admit: Callable[[Scope], Asked | int] = _admitted
    asked = await asyncio.get_running_loop().run_in_executor(hub.pool, admit, scope)
    if isinstance(asked, int):
        await _refuse(send, asked)
        return
    if not hub.room_for(asked.user_id):
        await _refuse(send, 204)  # the browser does not ask again by itself
        return
    stream = hub.open(asked.user_id, asked.base, asked.record_id)
    try:
        await send({"type": "http.response.start", "status": 200, "headers": HEADERS})
        async for piece in _pieces(hub, stream, receive):
            await send({"type": "http.response.body", "body": piece, "more_body": True})
        await send({"type": "http.response.body", "body": b""})
    finally:
        hub.close(stream)


async def _pieces(hub: Hub, stream: Stream, receive: Receive) -> AsyncIterator[bytes]:
    """What goes over a stream until the browser leaves, the time is over or the server stops."""
    # Not all browsers come back at the same moment when a server was started anew.
    yield f"retry: {random.randint(2000, 6000)}\n\n".encode()  # noqa: S311
    gone = asyncio.create_task(_left(receive))
    loop = asyncio.get_running_loop()
    until = loop.time() + LONGEST
    try:
        while not gone.done() and not hub.closing.is_set() and loop.time() < until:
            waits = asyncio.create_task(stream.ready.wait())
            await asyncio.wait({waits, gone}, timeout=BEAT, return_when=asyncio.FIRST_COMPLETED)
            waits.cancel()
            if stream.ready.is_set():
                said, stream.waiting = stream.waiting, {}
                stream.ready.clear()
                if said:
                    yield b"data: " + orjson.dumps(said) + b"\n\n"
            elif not gone.done():
                yield b": still here\n\n"
    finally:
        gone.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await gone


async def _left(receive: Receive) -> None:
    """Return when the browser leaves."""
    while (await receive())["type"] != "http.disconnect":
        continue
