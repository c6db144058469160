"""Host names: lower case, Unicode instead of punycode, the shape that DNS allows."""

import re
from unicodedata import normalize

_MAX_HOST = 253
_MAX_LABEL = 63
_LABEL = re.compile(r"[^\W_](?:(?:[^\W_]|-)*[^\W_])?")
_PUNYCODE = "xn--"


class BadHost(ValueError):
    """A text that is no host name. Codes: empty, label, no_dot, too_long."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


def normalise_host(text: str) -> str:
    """Return the host with at least one dot in lower-case Unicode, without a final dot, or raise BadHost."""
    host = normalize("NFC", text.lower()).removesuffix(".")
    if not host:
        raise BadHost("empty")
    if len(host) > _MAX_HOST:
        raise BadHost("too_long")
    labels = [_normalise_label(label) for label in host.split(".")]
    if len(labels) == 1:
        raise BadHost("no_dot")
    return ".".join(labels)


def _normalise_label(label: str) -> str:
    try:
        if label.startswith(_PUNYCODE):
            label = normalize("NFC", label.encode("ascii").decode("idna").lower())
            if label.startswith(_PUNYCODE):
                raise BadHost("label")
        wire = label if label.isascii() else label.encode("idna").decode("ascii")
        shown = wire.encode("ascii").decode("idna") if wire.startswith(_PUNYCODE) else wire
    except UnicodeError:
        raise BadHost("label") from None
    if len(wire) > _MAX_LABEL or not _LABEL.fullmatch(shown):
        raise BadHost("label")
    return shown
