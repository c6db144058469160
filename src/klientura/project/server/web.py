"""The process of the web server: granian over the dispatcher of pages and streams."""

from __future__ import annotations

import argparse

from granian.constants import Interfaces
from granian.server import Server

BACKLOG = 1024
BACKPRESSURE = 2048
"""Streams and requests inside one process at a time; the rest wait in the socket's queue."""


def main(arguments: list[str] | None = None) -> None:
    """Serve until SIGTERM."""
    parser = argparse.ArgumentParser(prog="klientura.project.server.web")
    parser.add_argument("--host", required=True)
    parser.add_argument("--port", type=int, required=True)
    parser.add_argument("--workers", type=int, required=True)
    options = parser.parse_args(arguments)
    Server(
        "klientura.project.server.application:application",
        address=options.host,
        port=options.port,
        interface=Interfaces.ASGI,
        workers=options.workers,
        backlog=BACKLOG,
        backpressure=BACKPRESSURE,
        websockets=False,
        respawn_failed_workers=True,
        respawn_interval=1.0,
        workers_kill_timeout=4,
    ).serve()


if __name__ == "__main__":
    main()
