"""The signing key of an installation: a file of the data directory, never a value in the code."""

import secrets
from collections.abc import Mapping
from pathlib import Path


def read_secret_key(environ: Mapping[str, str]) -> str:
    """Return the key from KLIENTURA_SECRET_KEY or from the file that KLIENTURA_SECRET_KEY_FILE names.

    Without either (a tool that only inspects the code, such as a type checker) a key for this process alone is made.
    """
    if key := environ.get("KLIENTURA_SECRET_KEY"):
        return key
    if file := environ.get("KLIENTURA_SECRET_KEY_FILE"):
        return Path(file).read_text(encoding="ascii").strip()
    return secrets.token_urlsafe(50)
