"""Where things lie in a data directory, and who may look into them."""

from __future__ import annotations

import hashlib
import os
import stat
from pathlib import Path
from urllib.parse import quote, urlencode

from .refusal import Refusal

ROLE = "klientura"
DATABASE = "klientura"
SUPERUSER = "postgres"
PORT = 5432
"""Only names the socket file: the server listens on no network address."""

PASSABLE = 0o711
"""The mode of a data directory whose server runs as another user: it passes through and sees nothing."""

_LONGEST_SOCKET_PATH = 100
"""Kernels allow 104 to 108 bytes for the path of a socket."""


def cluster_dir(data_dir: Path) -> Path:
    return data_dir / "pg"


def log_dir(data_dir: Path) -> Path:
    """Logs that we write."""
    return data_dir / "log"


def server_log_dir(data_dir: Path) -> Path:
    """Logs that the server writes, perhaps as another user, who must not reach into ours."""
    return data_dir / "pg-log"


def socket_dir(data_dir: Path) -> Path:
    """The directory of the server's socket; the same for every process that asks."""
    beside = data_dir.absolute() / "run"
    if len(os.fsencode(beside / f".s.PGSQL.{PORT}")) <= _LONGEST_SOCKET_PATH:
        return beside
    digest = hashlib.sha256(os.fsencode(data_dir.absolute())).hexdigest()[:16]
    # Not TMPDIR or XDG_RUNTIME_DIR: they differ between a service and a shell of the same user.
    return Path("/tmp") / f"klientura-{os.geteuid()}-{digest}"  # noqa: S108  # nosec B108  # its owner is checked


def database_url(data_dir: Path, *, database: str = DATABASE, user: str = ROLE) -> str:
    """The address of a database of this data directory's server, for DATABASE_URL."""
    query = urlencode({"host": str(socket_dir(data_dir))}, quote_via=quote, safe="/")
    return f"postgresql://{user}@/{database}?{query}"


def make_private(directory: Path, *, owners: frozenset[int] | None = None, mode: int = 0o700) -> None:
    """Create a directory closed to others, or close an existing one.

    Raises Refusal `directory_foreign` when it is a link or belongs to somebody else (in /tmp anybody
    could have put it there first), `directory_not_writable` when it cannot be made.
    """
    try:
        directory.mkdir(mode=mode, parents=True, exist_ok=True)
        state = directory.lstat()
        if not stat.S_ISDIR(state.st_mode) or state.st_uid not in (owners or {os.geteuid()}):
            raise Refusal("directory_foreign", path=directory)
        if stat.S_IMODE(state.st_mode) != mode:
            directory.chmod(mode)
    except OSError as error:
        raise Refusal("directory_not_writable", path=directory, reason=error.strerror) from error
