"""The raw limit: one statement through psycopg and orjson in a bare ASGI handler, on the server the product runs on."""

import os
from collections.abc import Awaitable, Callable, MutableMapping
from functools import lru_cache
from pathlib import Path
from typing import Any

import orjson
import psycopg

type Message = MutableMapping[str, Any]

NAME = "bench-raw"


@lru_cache(maxsize=1)
def _open() -> tuple[psycopg.Connection[tuple[Any, ...]], bytes]:
    connection = psycopg.Connection.connect(
        os.environ["DATABASE_URL"], application_name=NAME, autocommit=True
    )
    return connection, Path(os.environ["BENCH_STATEMENT"]).read_bytes()


async def app(
    scope: Message, receive: Callable[[], Awaitable[Message]], send: Callable[[Message], Awaitable[None]]
) -> None:
    """Answer every request with the rows of the statement."""
    if scope["type"] != "http":
        return
    connection, statement = _open()
    rows = connection.execute(statement, prepare=False).fetchall()
    body = orjson.dumps(rows, default=str)
    headers = [(b"content-type", b"application/json"), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": 200, "headers": headers})
    await send({"type": "http.response.body", "body": body})
