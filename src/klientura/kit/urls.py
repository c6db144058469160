"""Normal form of web addresses that people type into a field «site»."""

import re
from ipaddress import AddressValueError, IPv4Address, IPv6Address
from urllib.parse import SplitResult, urlsplit

from klientura.kit.hosts import BadHost, normalise_host

_MAX_LENGTH = 2000
_SCHEME = re.compile(r"([a-zA-Z][a-zA-Z0-9+.\-]*):(?!\d{1,5}(?:/|$))")
_FORBIDDEN = re.compile(
    r"[\s\x00-\x20\x7f-\xa0\\<>\"'`{}|^\u200b-\u200f\u2028-\u202e\u2066-\u2069\ud800-\udfff\ufeff]"
)


class BadUrl(ValueError):
    """An address that is refused. Codes: empty, too_long, characters, scheme, credentials, host, port."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def normalise_site(text: str) -> str:
    """Return an http or https address, https when no scheme is given, the host in lower-case Unicode.

    Only http and https pass (never javascript: or data:), so the result is safe in a link. Raises BadUrl.
    """
    address = text.strip(" \t\n\r\u00a0\ufeff,;")
    if not address:
        raise BadUrl("empty")
    if len(address) > _MAX_LENGTH:
        raise BadUrl("too_long")
    if _FORBIDDEN.search(address):
        raise BadUrl("characters")
    if address.startswith("//"):
        address = "https:" + address
    elif found := _SCHEME.match(address):
        if found.group(1).lower() not in {"http", "https"}:
            raise BadUrl("scheme")
        address = address[found.end() :].lstrip("/")
        address = f"{found.group(1).lower()}://{address}"
    else:
        address = "https://" + address.lstrip("/")
    return _assemble(_split(address))


def _split(address: str) -> SplitResult:
    try:
        parts = urlsplit(address)
    except ValueError:
        raise BadUrl("host") from None
    if "@" in parts.netloc:
        raise BadUrl("credentials")
    return parts


def _assemble(parts: SplitResult) -> str:
    try:
        port = parts.port
    except ValueError:
        raise BadUrl("port") from None
    if port == 0:
        raise BadUrl("port")
    host = _host(parts.hostname or "")
    if port is not None and port != {"http": 80, "https": 443}[parts.scheme]:
        host = f"{host}:{port}"
    path = "" if parts.path == "/" and not parts.query and not parts.fragment else parts.path
    query = f"?{parts.query}" if parts.query else ""
    fragment = f"#{parts.fragment}" if parts.fragment else ""
    return f"{parts.scheme}://{host}{path}{query}{fragment}"


def _host(host: str) -> str:
    if ":" in host:
        try:
            return f"[{IPv6Address(host)}]"
        except AddressValueError:
            raise BadUrl("host") from None
    try:
        normal = normalise_host(host)
        # Figures at the end make an IP address or nothing: browsers read 0x7f.1 and 1.2 as addresses too.
        return str(IPv4Address(normal)) if normal.rpartition(".")[2].isdigit() else normal
    except (BadHost, AddressValueError):
        raise BadUrl("host") from None
