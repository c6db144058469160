"""The data directory: where it is, who may read it, and the signing key in it."""

from __future__ import annotations

import os
import secrets
import stat
import sys
from pathlib import Path

from klientura.project.embedded.layout import PASSABLE, make_private
from klientura.project.embedded.refusal import Refusal

KEY_FILE = "secret.key"


def choose_data_dir(named: str | None) -> Path:
    """The directory of --data, of KLIENTURA_DATA, or the usual one of this system for a user's data."""
    chosen = named or os.environ.get("KLIENTURA_DATA")
    if chosen:
        return Path(chosen).expanduser().absolute()
    home = Path.home()
    if sys.platform == "darwin":
        return home / "Library" / "Application Support" / "klientura"
    base = os.environ.get("XDG_DATA_HOME")
    return (Path(base) if base else home / ".local" / "share") / "klientura"


def prepare_data_dir(data_dir: Path) -> None:
    """Make the directory and its key; raises Refusal when it is somebody else's or not writable."""
    # A running server of another user (see `unprivileged`) passes through; it may go on doing so.
    passed_through = data_dir.is_dir() and stat.S_IMODE(data_dir.stat().st_mode) == PASSABLE
    make_private(data_dir, mode=PASSABLE if passed_through else 0o700)
    ensure_secret_key(data_dir)


def ensure_secret_key(data_dir: Path) -> Path:
    """Return the file of the signing key, making it with a new random key on the first time."""
    path = data_dir / KEY_FILE
    if path.exists():
        if path.stat().st_mode & 0o077:
            path.chmod(0o600)
        return path
    # Written aside and linked: a file that exists is always whole, and the first of two writers wins.
    unfinished = data_dir / f"{KEY_FILE}.{os.getpid()}"
    try:
        with os.fdopen(os.open(unfinished, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(64))
            file.flush()
            os.fsync(file.fileno())
        try:
            os.link(unfinished, path)
        except FileExistsError:
            return path
        finally:
            unfinished.unlink()
    except OSError as error:
        raise Refusal("directory_not_writable", path=data_dir, reason=error.strerror) from error
    return path


def child_environment(data_dir: Path, url: str) -> dict[str, str]:
    """What the product's processes read from their environment, beside what we were given."""
    return {
        "DATABASE_URL": url,
        "KLIENTURA_DATA": str(data_dir),
        "KLIENTURA_SECRET_KEY_FILE": str(data_dir / KEY_FILE),
        "DJANGO_SETTINGS_MODULE": "klientura.project.settings",
        "PYTHONUNBUFFERED": "1",
    }
