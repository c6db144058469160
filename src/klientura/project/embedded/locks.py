"""Locks on a data directory. The kernel drops them when their holder dies, however it dies."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path


class LockBusyError(Exception):
    """Another process holds the lock; `holder` is what it wrote about itself, perhaps empty."""

    def __init__(self, holder: str) -> None:
        super().__init__(holder)
        self.holder = holder


class FileLock:
    """A lock on a file of its own, held until `release` or the end of the process."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._file: int | None = None

    def acquire(self, *, shared: bool = False, wait: bool = True, note: str = "") -> None:
        """Take the lock; `note` tells others who holds it. Raises LockBusyError when not to wait."""
        if self._file is None:
            self._file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        operation = fcntl.LOCK_SH if shared else fcntl.LOCK_EX
        try:
            fcntl.flock(self._file, operation if wait else operation | fcntl.LOCK_NB)
        except BlockingIOError:
            holder = os.pread(self._file, 200, 0).decode(errors="replace").strip()
            self.release()
            raise LockBusyError(holder) from None
        if note:
            os.ftruncate(self._file, 0)
            os.pwrite(self._file, note.encode(), 0)

    def release(self) -> None:
        """Give the lock back; nothing happens when it is not held."""
        if self._file is not None:
            os.close(self._file)
            self._file = None

    @contextmanager
    def held(self, *, shared: bool = False, wait: bool = True, note: str = "") -> Iterator[None]:
        self.acquire(shared=shared, wait=wait, note=note)
        try:
            yield
        finally:
            self.release()
