"""A product of its own for a test: its process, its data, its address."""

import atexit
import os
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.error
import urllib.request
from dataclasses import dataclass
from functools import cache
from pathlib import Path

PATIENCE = 90.0
# What the plugin of the unit tests puts into the environment must not reach the product.
OURS = (
    "DATABASE_URL",
    "DJANGO_SETTINGS_MODULE",
    "KLIENTURA_DATA",
    "KLIENTURA_TESTING",
    "KLIENTURA_SECRET_KEY",
    "KLIENTURA_SECRET_KEY_FILE",
)


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@dataclass
class Product:
    """`klientura run` on a data directory; may be killed and started again."""

    data: Path
    port: int
    process: subprocess.Popen[bytes] | None = None

    @property
    def address(self) -> str:
        """Where the browser goes."""
        return f"http://127.0.0.1:{self.port}"

    def environment(self) -> dict[str, str]:
        """The environment without what unit tests set."""
        return {k: v for k, v in os.environ.items() if k not in OURS}

    def start(self) -> None:
        """Start and wait until it answers. A directory that is not there yet begins as one that was started once before."""
        if not self.data.exists():
            self.data.parent.mkdir(parents=True, exist_ok=True)
            subprocess.run(["cp", "-a", str(_started_once()), str(self.data)], check=True)
        self._start()

    def _start(self) -> None:
        command = [
            sys.executable,
            "-m",
            "klientura.project.cli.main",
            "run",
            "--data",
            str(self.data),
            "--port",
            str(self.port),
            "--no-browser",
        ]
        self.data.parent.mkdir(parents=True, exist_ok=True)
        with (self.data.parent / "run.log").open("ab") as log:
            self.process = subprocess.Popen(
                command, env=self.environment(), stdout=log, stderr=log, start_new_session=True
            )
        deadline = time.monotonic() + PATIENCE
        while time.monotonic() < deadline:
            if self.process.poll() is not None:
                break
            try:
                with urllib.request.urlopen(f"{self.address}/health", timeout=2):
                    return
            except (urllib.error.URLError, OSError):
                time.sleep(0.1)
        raise AssertionError((self.data.parent / "run.log").read_text(errors="replace")[-3000:])

    def stop(self) -> None:
        """Stop as Ctrl-C does."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(20)

    def kill_everything(self) -> None:
        """`kill -9` of the program, its web server, its worker and its database server, without a warning."""
        assert self.process is not None
        family = [self.process.pid, *_descendants(self.process.pid)]
        for pid in family:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue
        self.process.wait(10)

    def command(self, *arguments: str) -> subprocess.CompletedProcess[str]:
        """Run another command of the product on the same data."""
        return subprocess.run(
            [sys.executable, "-m", "klientura.project.cli.main", *arguments, "--data", str(self.data)],
            env=self.environment(), capture_output=True, text=True, timeout=300, check=False,
        )  # fmt: skip


@cache
def _started_once() -> Path:
    """A data directory with an empty database in it: making one takes longer than most tests, so each process makes it once."""
    root = Path(tempfile.mkdtemp(prefix="klientura-e2e-"))
    atexit.register(shutil.rmtree, root, ignore_errors=True)
    first = Product(root / "data", free_port())
    first._start()
    first.stop()
    return first.data


def _descendants(pid: int) -> list[int]:
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            text = stat.read_text()
        except OSError:
            continue
        fields = text.rpartition(")")[2].split()
        children.setdefault(int(fields[1]), []).append(int(stat.parent.name))
    found: list[int] = []
    queue = [pid]
    while queue:
        for child in children.get(queue.pop(), []):
            found.append(child)
            queue.append(child)
    return found
