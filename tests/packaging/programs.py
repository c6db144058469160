"""The product started as a user starts it: a process of its own, an own data directory, a free port."""

from __future__ import annotations

import http.client
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from klientura.project.embedded.postmaster import stop_postmaster

PATIENCE = 120.0
OURS = ("DATABASE_URL", "KLIENTURA_", "DJANGO_", "LC_", "LANG", "PYTEST_")


def user_environment(**more: str) -> dict[str, str]:
    """The environment without what the tests have put into it."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OURS)} | more


def command(*arguments: str) -> list[str]:
    return [sys.executable, "-m", "klientura.project.cli.main", *arguments]


def run_command(*arguments: str, **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        command(*arguments),
        env=user_environment(**environment),
        capture_output=True,
        text=True,
        timeout=PATIENCE,
        check=False,
    )


@contextmanager
def data_directory() -> Iterator[Path]:
    """A data directory with a short path; nothing runs in it afterwards."""
    base = Path(tempfile.mkdtemp(prefix="klt-"))
    try:
        yield base / "data"
    finally:
        stop_postmaster(base / "data")
        shutil.rmtree(base, ignore_errors=True)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Program:
    """A running `klientura run`."""

    process: subprocess.Popen[str]
    data_dir: Path
    port: int

    def health(self) -> int | None:
        """The status of /health, or None when nobody answers."""
        try:
            return self.get("/health").status
        except (OSError, http.client.HTTPException):
            return None

    def get(self, path: str, **headers: str) -> http.client.HTTPResponse:
        """The answer to a request; its body is not kept."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("GET", path, headers=headers)
            answer = connection.getresponse()
            answer.read()
            return answer
        finally:
            connection.close()

    def stop(self, sign: int = signal.SIGTERM) -> float:
        """Ask it to stop and return how many seconds that took."""
        started = time.monotonic()
        self.process.send_signal(sign)
        self.process.wait(PATIENCE)
        return time.monotonic() - started

    def descendants(self) -> set[int]:
        """Every process that it has started, directly or not."""
        return descendants(self.process.pid)

    def child(self, module: str) -> int | None:
        """The direct child that runs this module, if one does."""
        for pid in children(self.process.pid):
            try:
                words = Path(f"/proc/{pid}/cmdline").read_text().split("\0")
            except OSError:
                continue
            if module in words:
                return pid
        return None


@contextmanager
def running(data_dir: Path, **environment: str) -> Iterator[Program]:
    """Start the product and wait until it says that it is ready."""
    port = free_port()
    arguments = ["run", "--data", str(data_dir), "--port", str(port), "--workers", "1", "--no-browser"]
    process = subprocess.Popen(
        command(*arguments), env=user_environment(**environment), stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    try:
        lines = [process.stdout.readline(), process.stdout.readline()]
        assert f":{port}/" in lines[1], lines
        yield Program(process, data_dir, port)
    finally:
        if process.poll() is None:
            process.terminate()
        process.wait(PATIENCE)
        process.stdout.close()


def wait_for(condition: Callable[[], object], seconds: float = 15.0) -> bool:
    """Wait until the condition holds; False when it does not within that time."""
    end = time.monotonic() + seconds
    while time.monotonic() < end:
        if condition():
            return True
        time.sleep(0.05)
    return False


def is_alive(pid: int) -> bool:
    """Does the process run? A zombie does not."""
    fields = _stat(pid)
    return fields is not None and fields[0] != "Z"


def descendants(pid: int) -> set[int]:
    direct = children(pid)
    return direct.union(*(descendants(child) for child in direct))


def children(pid: int) -> set[int]:
    found = set()
    for entry in Path("/proc").glob("[0-9]*"):
        fields = _stat(int(entry.name))
        if fields is not None and fields[1] == str(pid) and fields[0] != "Z":
            found.add(int(entry.name))
    return found


def _stat(pid: int) -> list[str] | None:
    """State, parent and so on of a process, or None when it is gone."""
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return None
