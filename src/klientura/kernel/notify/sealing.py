"""Secrets that have to be told to others again, such as the password of a mail server: sealed with the installation's key.

The key is no part of the database, so a stolen copy of the database opens nothing. Fernet (of `cryptography`) hides the
text and marks it, so that any change is found. The purpose goes into its key, so that what was sealed for one thing is of
no use for another.
"""

import base64

from cryptography.fernet import Fernet, InvalidToken
from django.conf import settings
from django.utils.crypto import salted_hmac


def seal(text: str, purpose: str) -> str:
    """The text sealed, in letters that a column holds."""
    return _box(purpose).encrypt(text.encode()).decode()


def opened(sealed: str, purpose: str) -> str | None:
    """What was sealed; None when it was changed, or sealed with another key."""
    try:
        return _box(purpose).decrypt(sealed.encode()).decode()
    except InvalidToken:
        return None


def _box(purpose: str) -> Fernet:
    key = salted_hmac(
        f"klientura sealed {purpose}", "key", secret=settings.SECRET_KEY, algorithm="sha256"
    ).digest()
    return Fernet(base64.urlsafe_b64encode(key))
