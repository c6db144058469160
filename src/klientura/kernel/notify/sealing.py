"""Secrets that have to be told to others again, such as the password of a mail server: sealed with the installation's key.

The key is no part of the database, so a stolen copy of the database opens nothing. Sealed is: a fresh nonce, the text
combined with a stream that HMAC-SHA-256 makes of key and nonce, and a mark by which any change is found (encrypt, then
authenticate). The purpose goes into both keys, so that what was sealed for one thing is of no use for another.
"""

import base64
import hashlib
import hmac
import secrets

from django.conf import settings

NONCE, MARK = 16, 32


def seal(text: str, purpose: str) -> str:
    """The text sealed, in letters that a column holds."""
    nonce, raw = secrets.token_bytes(NONCE), text.encode()
    hidden = _combined(raw, _key(purpose, "hide"), nonce)
    mark = hmac.new(_key(purpose, "mark"), nonce + hidden, hashlib.sha256).digest()
    return base64.b64encode(nonce + mark + hidden).decode()


def opened(sealed: str, purpose: str) -> str | None:
    """What was sealed; None when it was changed, or sealed with another key."""
    try:
        raw = base64.b64decode(sealed, validate=True)
    except ValueError:
        return None
    nonce, mark, hidden = raw[:NONCE], raw[NONCE : NONCE + MARK], raw[NONCE + MARK :]
    expected = hmac.new(_key(purpose, "mark"), nonce + hidden, hashlib.sha256).digest()
    if not hmac.compare_digest(mark, expected):
        return None
    return _combined(hidden, _key(purpose, "hide"), nonce).decode()


def _key(purpose: str, use: str) -> bytes:
    return hmac.new(settings.SECRET_KEY.encode(), f"sealed {purpose} {use}".encode(), hashlib.sha256).digest()


def _combined(raw: bytes, key: bytes, nonce: bytes) -> bytes:
    blocks = range((len(raw) + 31) // 32)
    stream = b"".join(hmac.new(key, nonce + n.to_bytes(8, "big"), hashlib.sha256).digest() for n in blocks)
    return bytes(a ^ b for a, b in zip(raw, stream, strict=False))
