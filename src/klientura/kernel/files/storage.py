"""Where bytes lie: under the hash of what they are, so that nothing is kept twice. A port, and the one behind it for a disk."""

import hashlib
import os
import secrets
from collections.abc import Iterable
from pathlib import Path
from typing import BinaryIO, Protocol

from django.conf import settings
from django.utils.module_loading import import_string

PIECE = 1024 * 1024


class TooLong(Exception):
    """There are more bytes than may be kept."""


class Storage(Protocol):
    """What a store of bytes can do. Another one (an object store) is named by KLIENTURA_FILE_STORE."""

    def put(self, pieces: Iterable[bytes], *, most: int) -> tuple[str, int]:
        """Keep bytes and return their hash and number. Raises TooLong, and keeps nothing then."""

    def open(self, sha256: str) -> BinaryIO:
        """The bytes of a hash, for reading. Raises FileNotFoundError."""

    def forget(self, sha256: str) -> None:
        """Delete the bytes of a hash; those that are not there are gone already."""


class LocalStorage:
    """Bytes below the data directory, in folders by the beginning of their hash."""

    def __init__(self, root: Path) -> None:
        self.root = root

    def put(self, pieces: Iterable[bytes], *, most: int) -> tuple[str, int]:
        """Write beside and move into place, so that a half-written file is never met under its hash."""
        beside = self.root / "coming"
        beside.mkdir(mode=0o700, parents=True, exist_ok=True)
        path, digest, size = beside / secrets.token_hex(16), hashlib.sha256(), 0
        try:
            with path.open("xb") as stream:
                for piece in pieces:
                    size += len(piece)
                    if size > most:
                        raise TooLong
                    digest.update(piece)
                    stream.write(piece)
                stream.flush()
                os.fsync(stream.fileno())
            place = self._place(digest.hexdigest())
            place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            path.chmod(0o400)
            path.replace(place)
        finally:
            path.unlink(missing_ok=True)
        return digest.hexdigest(), size

    def open(self, sha256: str) -> BinaryIO:
        """Open for reading."""
        return self._place(sha256).open("rb")

    def forget(self, sha256: str) -> None:
        """Delete."""
        self._place(sha256).unlink(missing_ok=True)

    def _place(self, sha256: str) -> Path:
        return self.root / sha256[:2] / sha256[2:4] / sha256


def storage() -> Storage:
    """The store of this installation."""
    if settings.FILE_STORE:
        made: Storage = import_string(settings.FILE_STORE)()
        return made
    return LocalStorage(Path(settings.DATA_DIR) / "files")
