"""What a running or dead server left in its cluster, and how to stop it without being its parent."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .layout import cluster_dir, socket_dir

_STATUS_LINE = 7
HAS_PROC = Path("/proc/self/cwd").exists()


@dataclass(frozen=True)
class Postmaster:
    """A live server process of this data directory."""

    pid: int
    ready: bool


def find_postmaster(data_dir: Path) -> Postmaster | None:
    """Return the live server of this data directory, or None when none runs.

    A process number alone proves nothing: after a restart of the machine it may be anybody's.
    """
    cluster = cluster_dir(data_dir)
    try:
        lines = (cluster / "postmaster.pid").read_text(encoding="utf-8", errors="replace").splitlines()
        pid = int(lines[0])
    except (OSError, ValueError, IndexError):
        return None
    if pid <= 1 or not _serves(pid, cluster):
        return None
    return Postmaster(pid, len(lines) > _STATUS_LINE and lines[_STATUS_LINE].strip() == "ready")


def remove_stale_pid_file(data_dir: Path) -> None:
    """Remove postmaster.pid and the socket of a dead server; the caller holds the lock and knows that none is alive.

    PostgreSQL would mend both by itself, but not while the killed process waits, as a zombie, for a parent to take its
    exit code: it then believes that the old server lives.
    """
    (cluster_dir(data_dir) / "postmaster.pid").unlink(missing_ok=True)
    for leftover in socket_dir(data_dir).glob(".s.PGSQL.*"):
        leftover.unlink(missing_ok=True)


def stop_postmaster(data_dir: Path, *, timeout: float = 8.0) -> bool:
    """Stop the server of this data directory, cleanly if it can be; `timeout` in seconds.

    After the timeout the server is stopped at once and recovers at its next start; nothing that it
    has confirmed is lost either way. Returns whether there was one to stop.
    """
    found = find_postmaster(data_dir)
    if found is None:
        return False
    for sign, patience in ((signal.SIGINT, timeout), (signal.SIGQUIT, 3.0), (signal.SIGKILL, 3.0)):
        try:
            os.kill(found.pid, sign)
        except ProcessLookupError:
            return True
        if _wait_until_gone(data_dir, found.pid, patience):
            return True
    return True


def _wait_until_gone(data_dir: Path, pid: int, patience: float) -> bool:
    end = time.monotonic() + patience
    while time.monotonic() < end:
        child = _reap(pid)
        current = find_postmaster(data_dir)
        if child is not True and (current is None or current.pid != pid):
            return True
        time.sleep(0.01)
    return False


def _reap(pid: int) -> bool | None:
    """Take the exit code when the process is our own child, so that it does not stay as a zombie.

    Returns True while the child still runs, False when it has ended, None when it is not our child.
    """
    try:
        return os.waitpid(pid, os.WNOHANG)[0] == 0
    except ChildProcessError:
        return None


def _serves(pid: int, cluster: Path) -> bool:
    if HAS_PROC:
        try:
            # The server's working directory is its cluster. A zombie has none.
            return Path(f"/proc/{pid}/cwd").readlink() == cluster.resolve()
        except OSError:
            return False
    answer = subprocess.run(  # noqa: S603
        ["/bin/ps", "-o", "stat=,command=", "-p", str(pid)], capture_output=True, text=True, check=False
    )
    state, _, command = answer.stdout.strip().partition(" ")
    return bool(command) and not state.startswith("Z") and str(cluster) in command
