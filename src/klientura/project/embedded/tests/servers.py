"""Servers for the tests of this package: short paths, stopped whatever happens."""

from __future__ import annotations

import os
import pwd
import shutil
import tempfile
import traceback
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from klientura.project.embedded.instance import Server, start_server
from klientura.project.embedded.postmaster import stop_postmaster

OTHER_SERVERS = sorted(Path("/usr/lib/postgresql").glob("*/bin"))
"""Server programs of this machine beside the wheel's; tests run on each."""


@contextmanager
def data_directory() -> Iterator[Path]:
    """A directory that other users may pass through, with no server left in it afterwards."""
    base = Path(tempfile.mkdtemp(prefix="klt-"))
    base.chmod(0o711)
    data_dir = base / "data"
    try:
        yield data_dir
    finally:
        stop_postmaster(data_dir)
        shutil.rmtree(base, ignore_errors=True)


@contextmanager
def running_server(*, fast: bool = True) -> Iterator[Server]:
    with data_directory() as data_dir:
        yield start_server(data_dir, fast=fast)


def is_alive(pid: int) -> bool:
    """Does the process run? A zombie does not."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except OSError:
        return False
    return state != "Z"


def run_as(user: str, data_dir: Path, action: Callable[[Path], None]) -> None:
    """Run the action in a child process that has become this user; its error becomes ours.

    A fork, because another user may not be able to read this interpreter's own files.
    """
    entry = pwd.getpwnam(user)
    os.chown(data_dir.parent, entry.pw_uid, entry.pw_gid)
    read, write = os.pipe()
    child = os.fork()
    if child == 0:
        try:
            os.setgroups([])
            os.setgid(entry.pw_gid)
            os.setuid(entry.pw_uid)
            action(data_dir)
        except BaseException:  # noqa: BLE001  # told to the parent
            os.write(write, traceback.format_exc().encode())
        os._exit(0)
    os.close(write)
    with os.fdopen(read) as report:
        text = report.read()
    os.waitpid(child, 0)
    assert text == ""
