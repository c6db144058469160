"""A child process that is kept running, and the rule by which it is given up."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from dataclasses import dataclass, field
from pathlib import Path

from klientura.project.embedded.unprivileged import die_with_parent

QUICK = 10.0
"""Seconds: a process that dies sooner after its start has not really started."""

MOST_QUICK_DEATHS = 5
_LARGEST_LOG = 10 * 1024 * 1024


@dataclass
class Child:
    """A Python module run as a process of its own, in a session of its own, with its log."""

    name: str
    module: str
    arguments: list[str]
    environment: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    started: float = 0.0
    quick_deaths: int = 0
    start_again_at: float | None = field(default=None)

    def start(self) -> None:
        """Start the process; on Linux the kernel ends it when we die without a word."""
        if self.log.exists() and self.log.stat().st_size > _LARGEST_LOG:
            self.log.rename(self.log.with_suffix(".old.log"))
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(  # noqa: S603  # our own module
                [sys.executable, "-m", self.module, *self.arguments],
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                preexec_fn=die_with_parent,  # noqa: PLW1509  # the supervisor has no threads
            )
        self.started = time.monotonic()
        self.start_again_at = None

    @property
    def given_up(self) -> bool:
        return self.quick_deaths >= MOST_QUICK_DEATHS

    def tend(self) -> None:
        """Notice a death and start again: at once at first, then after longer and longer pauses."""
        now = time.monotonic()
        if self.process is not None and self.process.poll() is not None:
            self._clear_group()  # what the dead process left behind would hold the port
            lived = now - self.started
            self.quick_deaths = self.quick_deaths + 1 if lived < QUICK else 0
            self.process = None
            self.start_again_at = now + (0.0 if lived >= QUICK else min(0.2 * 2**self.quick_deaths, 5.0))
        if self.process is None and not self.given_up and now >= (self.start_again_at or 0.0):
            self.start()

    def ask_to_stop(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.terminate()

    def wait_or_kill(self, until: float) -> None:
        """Wait for the end until that moment of the monotonic clock, then end it and its children."""
        if self.process is None:
            return
        try:
            self.process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
        self._clear_group()
        self.process = None

    def last_lines(self, count: int = 20) -> str:
        """The end of the log, for the message that says why it will not start."""
        try:
            with self.log.open("rb") as log:
                log.seek(max(0, self.log.stat().st_size - 8192))
                return "\n".join(log.read().decode(errors="replace").splitlines()[-count:])
        except OSError:
            return ""

    def _clear_group(self) -> None:
        if self.process is not None:
            try:
                os.killpg(self.process.pid, signal.SIGKILL)
            except (ProcessLookupError, PermissionError):
                return
