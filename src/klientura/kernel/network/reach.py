"""Which addresses of other machines we reach. What a name stands for is looked up once, all of it is checked, and the
connection goes to what was checked: a name that says something else the next time (DNS rebinding) gains nothing."""

import ipaddress
import queue
import socket
import threading
import time
from collections.abc import Callable, Sequence
from functools import lru_cache
from typing import Final

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from klientura.kernel.errors import Text

type Ip = ipaddress.IPv4Address | ipaddress.IPv6Address
type Network = ipaddress.IPv4Network | ipaddress.IPv6Network
type Resolve = Callable[[str, int], Sequence[str]]

LOOK_UP_SECONDS = 5.0
# Services that tell a virtual machine its own secrets; never reached, whatever networks are allowed and whoever asks.
METADATA: Final = frozenset(
    map(ipaddress.ip_address, ("169.254.169.254", "169.254.170.2", "168.63.129.16", "100.100.100.200", "fd00:ec2::254"))
)  # fmt: skip
_TRANSLATED: Final = (ipaddress.IPv6Network("64:ff9b::/96"), ipaddress.IPv6Network("64:ff9b:1::/48"))
UNKNOWN: Final[Text] = _("There is no server under this name.")
CLOSED: Final[Text] = _("This address is not on the public internet.")


class Unreachable(OSError):
    """No connection is made: the name stands for nothing, or (`closed`) for what is not to be reached."""

    def __init__(self, message: Text, *, closed: bool) -> None:
        super().__init__(str(message))
        self.closed = closed


def resolve(host: str, port: int) -> Sequence[str]:
    """What the machine's resolver says, within a few seconds. Raises OSError."""
    answers: queue.SimpleQueue[Sequence[str] | OSError] = queue.SimpleQueue()

    def ask() -> None:
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
            answers.put([str(where[0]) for *_rest, where in found])
        except (OSError, UnicodeError, OverflowError) as error:
            answers.put(error if isinstance(error, OSError) else OSError(str(error)))

    # The resolver knows no deadline; a thread that it keeps does not hold up the worker's end.
    threading.Thread(target=ask, name="look-up", daemon=True).start()
    try:
        answer = answers.get(timeout=LOOK_UP_SECONDS)
    except queue.Empty:
        raise TimeoutError from None
    if isinstance(answer, OSError):
        raise answer
    return answer


def addresses(host: str, port: int, *, inside: bool = False, look_up: Resolve | None = None) -> list[str]:
    """What a name stands for, each once, in the resolver's order; with `inside` also within the own network.

    All of it must be open, or none is used. Raises Unreachable.
    """
    try:
        found = [ipaddress.ip_address(each.partition("%")[0]) for each in (look_up or resolve)(host, port)]
    except (OSError, ValueError) as error:
        raise Unreachable(UNKNOWN, closed=False) from error
    if not found:
        raise Unreachable(UNKNOWN, closed=False)
    if not all(is_open(each, inside=inside) for each in found):
        raise Unreachable(CLOSED, closed=True)
    return list(dict.fromkeys(map(str, found)))


def connect(
    host: str, port: int, seconds: float, *, inside: bool = False, look_up: Resolve | None = None
) -> socket.socket:
    """A connection to one of the addresses that a name stands for, all of them within these seconds. Raises OSError."""
    until = time.monotonic() + seconds
    failed: OSError = TimeoutError()
    for ip in addresses(host, port, inside=inside, look_up=look_up):
        left = until - time.monotonic()
        if left <= 0:
            break
        try:
            made: socket.socket = socket.create_connection((ip, port), left)
        except OSError as error:
            failed = error
        else:
            made.settimeout(seconds)
            return made
    raise failed


def is_open(address: Ip, *, inside: bool = False) -> bool:
    """Whether an address lies on the public internet or in a network that the installation names; `inside` asks no more
    than that it tells no secrets."""
    real = _unwrapped(address)
    if real in METADATA:
        return False
    if inside or any(real.version == n.version and real in n for n in _allowed(settings.WEBHOOK_NETWORKS)):
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
