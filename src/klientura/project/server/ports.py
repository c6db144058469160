"""The address of the web server: is it free, and does it answer."""

from __future__ import annotations

import http.client
import os
import socket

from klientura.project.embedded.refusal import Refusal

DEFAULT_PORT = 8000
_TRIES = 50
_ANYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1", "": "127.0.0.1"}  # noqa: S104  # nosec B104  # read, not bound


def choose_port(host: str, wanted: int | None) -> int:
    """Return the wanted port, or the first free one from 8000 on.

    Raises Refusal `port_busy`, or `address_unusable` when the host is not ours.
    """
    if wanted is not None:
        if not is_free(host, wanted):
            raise Refusal("port_busy", host=host, port=wanted)
        return wanted
    for port in range(DEFAULT_PORT, DEFAULT_PORT + _TRIES):
        if is_free(host, port):
            return port
    raise Refusal("port_busy", host=host, port=f"{DEFAULT_PORT}–{DEFAULT_PORT + _TRIES - 1}")


def is_free(host: str, port: int) -> bool:
    """Could a server listen there? Raises Refusal `address_unusable`."""
    try:
        family, kind, _, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        with socket.socket(family, kind) as probe:
            # As the server does: connections of a server that has just stopped do not keep the port.
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind(address)
                probe.listen(1)
            except OSError as error:
                if error.errno in {48, 98}:  # EADDRINUSE of macOS and of Linux
                    return False
                raise
    except OSError as error:
        raise Refusal("address_unusable", host=host, port=port, reason=error.strerror or error) from error
    return True


def address(host: str, port: int) -> str:
    """The address for a browser on this machine."""
    shown = _ANYWHERE.get(host, host)
    return f"http://[{shown}]:{port}/" if ":" in shown else f"http://{shown}:{port}/"


def answers(host: str, port: int) -> bool:
    """Does /health answer 200?"""
    connection = http.client.HTTPConnection(_ANYWHERE.get(host, host), port, timeout=2)
    allowed = os.environ.get("KLIENTURA_HOSTS", "").split(",")[0]
    try:
        connection.request("GET", "/health", headers={"Host": allowed} if allowed.strip("*.") else {})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()
