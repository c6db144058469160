"""One request of a webhook: to the address that was checked and no other, without redirects, within ten seconds."""

import http.client
import io
import socket
import ssl
import time
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from typing import Any

from django.utils.translation import gettext as _

from klientura.kernel.network.reach import Resolve, resolve
from klientura.kernel.webhooks.addresses import BadAddress, Target, checked, take_apart

SECONDS = 10.0
CONNECT_SECONDS = 5.0
KEPT_BYTES = 2048
"""How much of an answer is read at all; the rest is nobody's business."""


@dataclass(frozen=True, slots=True)
class Answer:
    """How a request ended: the status and the beginning of the answer, or in words why there is none."""

    status: int | None
    text: str
    error: str
    milliseconds: int

    @property
    def is_good(self) -> bool:
        """Whether the receiver has taken the message."""
        return self.status is not None and 200 <= self.status < 300


class _UntilDeadline(io.RawIOBase):
    """The bytes of a socket, each piece waited for no longer than the whole request may last."""

    def __init__(self, connected: socket.socket, deadline: float) -> None:
        self._socket, self._deadline = connected, deadline
        self._bytes = connected.makefile("rb", buffering=0)  # keeps the socket open until it is read

    def readable(self) -> bool:
        """Whether it can be read: always."""
        return True

    def readinto(self, buffer: Any) -> int | None:
        """Read what has come, or wait for it until the deadline. Raises TimeoutError."""
        self._socket.settimeout(_left(self._deadline))
        return self._bytes.readinto(buffer)

    def close(self) -> None:
        """Let go of the socket."""
        self._bytes.close()
        super().close()


def _left(deadline: float) -> float:
    left = deadline - time.monotonic()
    if left <= 0:
        raise TimeoutError
    return left


class _Pinned(http.client.HTTPConnection):
    """A connection to one IP address, in the name of the host that was asked for."""

    def __init__(self, target: Target, ip: str, deadline: float) -> None:
        super().__init__(target.host, target.port)
        self._target, self._ip, self._deadline = target, ip, deadline
        self.response_class = partial(_answer_until, deadline)  # type: ignore[assignment]

    def connect(self) -> None:
        left = _left(self._deadline)
        made: socket.socket = socket.create_connection(
            (self._ip, self._target.port), min(left, CONNECT_SECONDS)
        )
        if self._target.scheme == "https":
            context = ssl.create_default_context()
            made.settimeout(min(_left(self._deadline), CONNECT_SECONDS))
            try:
                made = context.wrap_socket(made, server_hostname=self._target.host)
            except (OSError, ValueError):
                made.close()
                raise
        made.settimeout(_left(self._deadline))
        self.sock = made


def _answer_until(deadline: float, connected: socket.socket, **more: Any) -> http.client.HTTPResponse:
    answer = http.client.HTTPResponse(connected, **more)
    answer.fp.close()
    answer.fp = io.BufferedReader(_UntilDeadline(connected, deadline))
    return answer


def post(address: str, body: bytes, headers: Mapping[str, str], look_up: Resolve = resolve) -> Answer:
    """Send a message. Never raises for what the network or the receiver does."""
    begun = time.monotonic()
    status, text, error = None, "", ""
    try:
        target = take_apart(address)
        ip = checked(target, look_up)
        status, text = _exchange(target, ip, body, headers, begun + SECONDS)
    except BadAddress as bad:
        error = str(bad.message)
    except TimeoutError:
        error = _("There was no answer within ten seconds.")
    except ssl.SSLError:
        error = _("The secure connection could not be made: check the certificate of the server.")
    except (OSError, http.client.HTTPException, ValueError):
        error = _("The connection could not be made, or broke off.")
    return Answer(status, text, error, round((time.monotonic() - begun) * 1000))


def _exchange(
    target: Target, ip: str, body: bytes, headers: Mapping[str, str], deadline: float
) -> tuple[int, str]:
    every = {
        "Host": target.host_header, "Content-Type": "application/json", "User-Agent": "Klientura-Webhooks", "Accept": "*/*",
        "Connection": "close", **headers,
    }  # fmt: skip
    with closing(_Pinned(target, ip, deadline)) as connection:
        connection.request("POST", target.path, body=body, headers=every)
        answer = connection.getresponse()
        raw = _beginning(answer)
        return answer.status, raw.decode("utf-8", "replace").replace("\x00", "\ufffd")


def _beginning(answer: http.client.HTTPResponse) -> bytes:
    """The first bytes of an answer; one that breaks off after its status was still given."""
    try:
        return answer.read(KEPT_BYTES)
    except http.client.IncompleteRead as cut:
        return cut.partial[:KEPT_BYTES]
    except (OSError, http.client.HTTPException, ValueError):
        return b""
