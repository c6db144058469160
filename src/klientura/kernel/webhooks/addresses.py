"""Which addresses a webhook may reach. What a name stands for is looked up once; the connection goes to what was checked."""

import ipaddress
import queue
import socket
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Final
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import Text

type Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
type Network = ipaddress.IPv4Network | ipaddress.IPv6Network
type Resolve = Callable[[str, int], Sequence[str]]

MAX_LENGTH = 2000
LOOK_UP_SECONDS = 5.0
PORTS: Final = {"http": 80, "https": 443}
# Services that tell a virtual machine its own secrets; never reached, whatever networks are allowed.
METADATA: Final = frozenset(
    map(ipaddress.ip_address, ("169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200", "fd00:ec2::254"))
)  # fmt: skip
_TRANSLATED: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
WRITTEN_BADLY = _("This is not an address a webhook can be sent to. It looks like https://example.org/hook.")
PORT = _("A webhook goes to port 80, port 443, or a port from 1024 on.")
CLOSED = _("Webhooks may not be sent to this address: it is not on the public internet.")
UNKNOWN = _("There is no server under this name.")


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


def resolve(host: str, port: int) -> Sequence[str]:
    """What the machine's resolver says, within a few seconds. Raises OSError."""
    answers: queue.SimpleQueue[Sequence[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([str(where[0]) for *_rest, where in found])
        except (OSError, UnicodeError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    # The resolver knows no deadline; a thread that it keeps does not hold up the worker's end.
    threading.Thread(target=ask, name="webhook-look-up", daemon=True).start()
    try:
        answer = answers.get(timeout=LOOK_UP_SECONDS)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def checked(target: Target, look_up: Resolve = resolve) -> str:
    """The IP address to connect to. All that a name stands for must be open, or none is used. Raises BadAddress."""
    try:
        found = [ipaddress.ip_address(each.partition("%")[0]) for each in look_up(target.host, target.port)]
    except (OSError, ValueError) as error:
        raise BadAddress(UNKNOWN) from error
    if not found:
        raise BadAddress(UNKNOWN)
    if not all(map(is_open, found)):
        raise BadAddress(CLOSED)
    return str(found[0])


def is_open(address: Ip) -> bool:
    """Whether an address lies on the public internet or in a network that the installation names."""
    real = _unwrapped(address)
    if real in METADATA:
        return False
    if any(real.version == n.version and real in n for n in _allowed(settings.WEBHOOK_NETWORKS)):
        return True
    return real.is_global and not (
        real.is_private
        or real.is_loopback
        or real.is_link_local
        or real.is_multicast
        or real.is_reserved
        or real.is_unspecified
    )


def _unwrapped(address: Ip) -> Ip:
    """The IPv4 address that an IPv6 one carries, where it carries one: it is that one which is reached."""
    if isinstance(address, ipaddress.IPv4Address):
        return address
    if address.ipv4_mapped is not None:
        return address.ipv4_mapped
    if address.sixtofour is not None:
        return address.sixtofour
    if address.teredo is not None:
        return address.teredo[1]
    if any(address in network for network in _TRANSLATED) or int(address) >> 32 == 0:
        return ipaddress.IPv4Address(int(address) & 0xFFFFFFFF)
    return address


@lru_cache(maxsize=4)
def _allowed(networks: str) -> tuple[Network, ...]:
    return tuple(ipaddress.ip_network(n.strip()) for n in networks.split(",") if n.strip())
