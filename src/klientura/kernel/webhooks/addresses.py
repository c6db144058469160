"""Which addresses a webhook may be sent to, as they are written; what their names stand for is checked by `network.reach`."""

import ipaddress
from dataclasses import dataclass
from typing import Final
from urllib.parse import urlsplit

from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import Text
from klientura.kernel.network.reach import UNKNOWN, Resolve, Unreachable, addresses, is_open

MAX_LENGTH = 2000
PORTS: Final = {"http": 80, "https": 443}
WRITTEN_BADLY = _("This is not an address a webhook can be sent to. It looks like https://example.org/hook.")
PORT = _("A webhook goes to port 80, port 443, or a port from 1024 on.")
CLOSED = _("Webhooks may not be sent to this address: it is not on the public internet.")


class BadAddress(Exception):
    """An address is refused, with the reason in words."""

    def __init__(self, message: Text) -> None:
        super().__init__(str(message))
        self.message = message


@dataclass(frozen=True, slots=True)
class Target:
    """An address taken apart: where to connect, and what to ask for there."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_inside(self) -> bool:
        """Whether it is a number within the networks that the installation names, and not on the public internet."""
        try:
            return not ipaddress.ip_address(self.host).is_global
        except ValueError:
            return False

    @property
    def host_header(self) -> str:
        """The host as the request names it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return host if self.port == PORTS[self.scheme] else f"{host}:{self.port}"


def take_apart(address: str) -> Target:
    """The parts of an address, as far as they can be judged without looking its name up. Raises BadAddress."""
    plain = address.isascii() and address.isprintable() and not set(address) & set(' \\"<>^`{|}')
    if not plain or len(address) > MAX_LENGTH:
        raise BadAddress(WRITTEN_BADLY)
    try:
        parts = urlsplit(address)
        port = parts.port
    except ValueError as bad:
        raise BadAddress(WRITTEN_BADLY) from bad
    host = (parts.hostname or "").rstrip(".")
    if parts.scheme not in PORTS or not host or "@" in parts.netloc or parts.fragment or "%" in parts.netloc:
        raise BadAddress(WRITTEN_BADLY)
    if port is None:
        port = PORTS[parts.scheme]
    if port not in PORTS.values() and port < 1024:
        raise BadAddress(PORT)
    target = Target(
        parts.scheme, host, port, (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    )
    try:
        literal = ipaddress.ip_address(host)
    except ValueError:
        return target
    if not is_open(literal):
        raise BadAddress(CLOSED)
    return target


def checked(target: Target, look_up: Resolve | None = None) -> str:
    """The IP address to connect to. All that a name stands for must be open, or none is used. Raises BadAddress."""
    try:
        return addresses(target.host, target.port, look_up=look_up)[0]
    except Unreachable as none:
        raise BadAddress(CLOSED if none.closed else UNKNOWN) from none
