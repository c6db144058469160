"""The WSGI application behind ASGI: heads, bodies large and small, faults, and browsers that leave."""

import asyncio
import threading
from collections.abc import Iterable, Iterator
from typing import Any

import pytest

from klientura.project.server.bridge import AT_ONCE, Bridge


def ask(wsgi: Any, *, method: str = "GET", path: bytes = b"/", query: bytes = b"", headers: Iterable[tuple[bytes, bytes]] = (),
        body: Iterable[bytes] = (b"",), leaves_after: int | None = None) -> tuple[int, dict[str, str], bytes]:  # fmt: skip
    """Send one request through the bridge; `leaves_after` so many pieces of the answer the browser is gone."""
    pieces, sent = [*body], list[dict[str, Any]]()

    async def receive() -> dict[str, Any]:
        if not pieces:
            return {"type": "http.disconnect"}
        piece = pieces.pop(0)
        return {"type": "http.request", "body": piece, "more_body": bool(pieces)}

    async def send(message: Any) -> None:
        if leaves_after is not None and len(sent) > leaves_after:
            raise ConnectionResetError("gone")
        sent.append(message)

    scope = {
        "type": "http", "method": method, "path": path.decode("latin-1"), "raw_path": path, "query_string": query, "headers": [*headers],
        "scheme": "http", "http_version": "1.1", "server": ("127.0.0.1", 80), "client": ("10.0.0.1", 5),
    }  # fmt: skip

    async def run() -> None:
        bridge = Bridge(wsgi, 2)
        try:
            await bridge(scope, receive, send)
        finally:
            bridge.pool.shutdown(wait=False)

    asyncio.run(run())
    nothing: dict[str, Any] = {"status": 0, "headers": []}
    head = next((m for m in sent if m["type"] == "http.response.start"), nothing)
    said = {k.decode(): v.decode("latin-1") for k, v in head["headers"]}
    return head["status"], said, b"".join(m.get("body", b"") for m in sent)


def echo(environ: dict[str, Any], start_response: Any) -> list[bytes]:
    """Answer what was read of the body, with the request in the head."""
    read = environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
    start_response("200 OK", [
        ("Path", environ["PATH_INFO"]), ("Query", environ["QUERY_STRING"]), ("Cookie", environ.get("HTTP_COOKIE", "")),
        ("Proto", environ.get("HTTP_X_FORWARDED_PROTO", "")), ("From", environ["REMOTE_ADDR"]),
    ])  # fmt: skip
    return [read]


def test_a_request_arrives_whole() -> None:
    status, head, body = ask(
        echo, method="POST", path="/путь".encode(), query=b"a=%D0%B0", headers=[(b"content-length", b"6"), (b"cookie", b"a=1"), (b"cookie", b"b=2")],
        body=[b"ab", b"cd", b"ef"],
    )  # fmt: skip
    assert (status, body) == (200, b"abcdef")
    assert head["path"].encode("latin-1").decode() == "/путь"
    assert (head["query"], head["cookie"], head["from"]) == ("a=%D0%B0", "a=1; b=2", "10.0.0.1")


def test_escaped_paths_are_read_as_bytes() -> None:
    assert ask(echo, path=b"/%D1%8F%FF")[1]["path"].encode("latin-1") == "/я".encode() + b"\xff"


def test_a_header_with_an_underscore_passes_for_no_other() -> None:
    assert ask(echo, headers=[(b"x_forwarded_proto", b"https")])[1]["proto"] == ""
    assert ask(echo, headers=[(b"x-forwarded-proto", b"https")])[1]["proto"] == "https"


def test_a_body_that_nobody_asks_for_is_not_fetched() -> None:
    def refuses(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        start_response("413 Too Large", [])
        return [b"no"]

    fetched: list[int] = []

    def body() -> Iterator[bytes]:
        for n in range(3):
            fetched.append(n)
            yield b"x"

    async def run() -> None:
        async def receive() -> dict[str, Any]:
            return {"type": "http.request", "body": next(pieces), "more_body": True}

        sent: list[Any] = []

        async def send(message: Any) -> None:
            sent.append(message)

        pieces = body()
        scope = {
            "type": "http",
            "method": "POST",
            "path": "/",
            "query_string": b"",
            "headers": [(b"content-length", b"999999999")],
        }
        await Bridge(refuses, 1)(scope, receive, send)
        assert sent[0]["status"] == 413

    asyncio.run(run())
    assert fetched == []


def test_a_long_answer_goes_out_in_pieces_and_is_closed() -> None:
    closed: list[str] = []

    class Pieces:
        def __iter__(self) -> Iterator[bytes]:
            yield from (b"x" * 100_000 for _ in range(6))

        def close(self) -> None:
            closed.append(threading.current_thread().name)

    def pages(environ: dict[str, Any], start_response: Any) -> Pieces:
        start_response("200 OK", [])
        return Pieces()

    assert len(ask(pages)[2]) == 600_000 > AT_ONCE
    assert len(closed) == 1
    assert closed[0].startswith("request")
    assert ask(pages, method="HEAD")[2] == b""
    ask(pages, leaves_after=1)
    assert len(closed) == 3, "also when the browser leaves in the middle"


def test_a_fault_below_the_pages_is_an_answer() -> None:
    def breaks(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        raise RuntimeError("broken")

    assert ask(breaks)[0] == 500


@pytest.mark.parametrize("pieces", [[], [b"ab"]])
def test_a_browser_that_leaves_while_it_sends_gets_no_answer(pieces: list[bytes]) -> None:
    def reads(environ: dict[str, Any], start_response: Any) -> list[bytes]:
        environ["wsgi.input"].read(10)
        environ["wsgi.input"].read(10)
        start_response("200 OK", [])
        return [b"read"]

    async def run() -> list[Any]:
        sent: list[Any] = []
        left = [{"type": "http.request", "body": p, "more_body": True} for p in pieces]

        async def receive() -> dict[str, Any]:
            return left.pop(0) if left else {"type": "http.disconnect"}

        async def send(message: Any) -> None:
            sent.append(message)

        scope = {"type": "http", "method": "POST", "path": "/", "query_string": b"", "headers": []}
        await Bridge(reads, 1)(scope, receive, send)
        return sent

    assert asyncio.run(run()) == []
