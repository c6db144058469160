"""Normal form and shape of e-mail addresses, Cyrillic domains included. Delivery is not checked."""

import re
from functools import lru_cache

from klientura.kit.hosts import BadHost, normalise_host
from klientura.kit.text import fold

_MAX_LENGTH = 254
# With a name around the address; longer input would only cost time.
_MAX_INPUT = 1000
_MAX_LOCAL = 64
_IN_BRACKETS = re.compile(r"<\s*([^<>]*@[^<>]*?)\s*>")
_LOCAL = re.compile(
    r"[^\W_][^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]*|[_!#$%&'*+/=?^`{|}~-][^\s@<>()\[\]\\,;:\"\x00-\x1f\x7f]*"
)
_MAIL_SEPARATOR = re.compile(r"([\s,;]+)")
_SPACE_AROUND_AT = re.compile(r"\s*@\s*")
# Cyrillic letters that look like Latin ones and slip in when the layout is not switched.
_LOOKALIKES = str.maketrans("асеорхукмтнв", "aceopxykmthb")
_CYRILLIC = re.compile(r"[\u0400-\u04ff]")
_LATIN = re.compile(r"[a-z]")


class BadEmail(ValueError):
    """An address that is refused. Codes: empty, no_at, several, space, local, domain, mixed_script, too_long.

    ``suggestion`` is a valid address the input may stand for (a comma for a point, a space before @).
    """

    def __init__(self, code: str, suggestion: str | None = None) -> None:
        super().__init__(code)
        self.code = code
        self.suggestion = suggestion


def normalise_email(text: str) -> str:
    """Return the address in lower case with its domain in Unicode, or raise BadEmail.

    Takes off ``mailto:`` and a name around ``<address>``. A misspelling is refused, with a suggestion.
    """
    if len(text) > _MAX_INPUT:
        raise BadEmail("too_long")
    address = text.strip(" \t\n\r,;\u00a0\ufeff")
    if in_brackets := _IN_BRACKETS.search(address):
        address = in_brackets.group(1)
    if address[:7].lower() == "mailto:":
        address = address[7:].partition("?")[0]
    if not address:
        raise BadEmail("empty")
    try:
        return _checked(address)
    except BadEmail as problem:
        raise BadEmail(problem.code, _suggest(address)) from None


def split_emails(cell: str) -> list[str]:
    """Return the addresses of one cell as written; a misspelt one (``a @b,ru``) stays in one piece."""
    items: list[str] = []
    current = ""
    for piece in _MAIL_SEPARATOR.split(cell):
        begins_new = "@" in piece and not piece.startswith("@") and "@" in current
        if begins_new:
            items.append(current)
            current = ""
        current += piece
    items.append(current)
    return [item for item in (item.strip(" \t\n\r,;\u00a0") for item in items) if item]


@lru_cache(maxsize=8192)
def _checked(address: str) -> str:
    if len(address) > _MAX_LENGTH:
        raise BadEmail("too_long")
    if "@" not in address:
        raise BadEmail("no_at")
    if address.count("@") > 1:
        raise BadEmail("several")
    if any(character.isspace() for character in address):
        raise BadEmail("space")
    local, _, domain = address.partition("@")
    local = fold(local) if local.isascii() else local.lower()
    bad_dots = local.startswith(".") or local.endswith(".") or ".." in local
    if not local.isprintable() or bad_dots or len(local) > _MAX_LOCAL or not _LOCAL.fullmatch(local):
        raise BadEmail("local")
    try:
        domain = normalise_host(domain)
    except BadHost:
        raise BadEmail("domain") from None
    if _mixes_scripts(local) or any(_mixes_scripts(label) for label in domain.split(".")):
        raise BadEmail("mixed_script")
    if domain.replace(".", "").isdigit():
        raise BadEmail("domain")
    if len(local) + 1 + len(domain) > _MAX_LENGTH:
        raise BadEmail("too_long")
    return f"{local}@{domain}"


def _mixes_scripts(text: str) -> bool:
    return bool(_CYRILLIC.search(text) and _LATIN.search(text))


def _suggest(address: str) -> str | None:
    mended = _SPACE_AROUND_AT.sub("@", address[: _MAX_LENGTH + 20]).strip().lower().strip(".")
    local, at, domain = mended.partition("@")
    domain = domain.replace(",", ".")
    if _mixes_scripts(mended):
        local, domain = local.translate(_LOOKALIKES), domain.translate(_LOOKALIKES)
    try:
        return _checked(local + at + domain)
    except BadEmail:
        return None
