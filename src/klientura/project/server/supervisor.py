"""`klientura run`: start everything, keep it running, stop everything."""

from __future__ import annotations

import os
import select
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType

from klientura.project.embedded.check import Problem
from klientura.project.embedded.instance import Server, start_server, stop_server
from klientura.project.embedded.layout import log_dir, make_private
from klientura.project.embedded.locks import LockBusyError
from klientura.project.embedded.refusal import Refusal

from .database import holder_lock, inspect_database, start_for_supervisor
from .place import child_environment, prepare_data_dir
from .ports import address, answers, choose_port
from .processes import Child

HEALTH_PATIENCE = 60.0
MOST_BETWEEN_LOOKS = 0.5
"""Seconds between two looks at a web server that does not answer yet; the first ones are quicker."""
STOP_PATIENCE = 5.0
"""Seconds for the web server and the worker together; the database server has its own after them."""


@dataclass(frozen=True)
class Options:
    """What the command line asked for. `port` None means: any free one."""

    data_dir: Path
    host: str
    port: int | None
    workers: int


@dataclass
class _Signals:
    """Wakes the loop when a child dies or somebody wants us to stop."""

    stop: bool = False
    pipe: tuple[int, int] = field(default_factory=os.pipe)

    def wait(self, seconds: float) -> None:
        if select.select([self.pipe[0]], [], [], seconds)[0]:
            os.read(self.pipe[0], 4096)


def supervise(
    options: Options,
    *,
    on_problem: Callable[[Problem], None],
    on_ready: Callable[[str], None],
) -> None:
    """Run until SIGTERM, SIGINT or SIGHUP; everything that was started is stopped before the return.

    `on_problem` is told what is wrong but bearable, `on_ready` the address once it answers.
    Raises Refusal when it cannot start or cannot go on.
    """
    prepare_data_dir(options.data_dir)
    make_private(log_dir(options.data_dir))
    lock = holder_lock(options.data_dir)
    try:
        lock.acquire(wait=False, note=f"{os.getpid()} run")
    except LockBusyError as busy:
        raise Refusal("already_running", path=options.data_dir, holder=busy.holder) from None
    with _signals() as signals:
        server: Server | None = None
        try:
            port = choose_port(options.host, options.port)
            server, url = start_for_supervisor(options.data_dir)
            _check(url, on_problem)
            environment = child_environment(options.data_dir, url)
            if not _ensure_schema(environment, options.data_dir, signals):
                return
            lock.acquire(note=f"{os.getpid()} run {address(options.host, port)}")
            server = _serve(options, port, environment, server=server, signals=signals, on_ready=on_ready)
        finally:
            if server is not None:
                stop_server(server, timeout=4.0)
            lock.release()


def _check(url: str, on_problem: Callable[[Problem], None]) -> None:
    for problem in inspect_database(url):
        if problem.fatal:
            raise Refusal(problem.code, **problem.params)
        on_problem(problem)


def _ensure_schema(environment: dict[str, str], data_dir: Path, signals: _Signals) -> bool:
    """In a process of its own, so that the supervisor stays small and holds no connection.

    Returns False when somebody stopped it.
    """
    log = log_dir(data_dir) / "schema.log"
    with log.open("wb") as output:
        answer = subprocess.run(
            [sys.executable, "-m", "klientura.project.server.schema"],
            env={**os.environ, **environment},
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=output,
            check=False,
        )
    if answer.returncode != 0 and not signals.stop:
        lines = log.read_text(encoding="utf-8", errors="replace").splitlines()[-20:]
        raise Refusal("schema_failed", path=log, log="\n".join(lines))
    return not signals.stop


def _serve(
    options: Options,
    port: int,
    environment: dict[str, str],
    *,
    server: Server | None,
    signals: _Signals,
    on_ready: Callable[[str], None],
) -> Server | None:
    """Keep web, worker and our database server running until told to stop; returns the last server."""
    logs = log_dir(options.data_dir)
    arguments = ["--host", options.host, "--port", str(port), "--workers", str(options.workers)]
    children = [
        Child("web", "klientura.project.server.web", arguments, environment, logs / "web.log"),
        Child("worker", "klientura.project.server.worker", [], environment, logs / "worker.log"),
    ]
    started = time.monotonic()
    waited = 0.0
    ready = False
    try:
        while not signals.stop:
            if server is not None and server.process.poll() is not None:
                server = start_server(options.data_dir)
            # The worker waits until the first page can be shown: both together start more slowly.
            for child in children if ready else children[:1]:
                child.tend()
                if child.given_up:
                    raise Refusal(f"{child.name}_keeps_dying", path=child.log, log=child.last_lines())
            if not ready and answers(options.host, port):
                ready = True
                on_ready(address(options.host, port))
            if not ready and waited > HEALTH_PATIENCE:
                raise Refusal("web_does_not_answer", path=children[0].log, log=children[0].last_lines())
            waited = time.monotonic() - started
            signals.wait(1.0 if ready else min(0.02 + waited / 20, MOST_BETWEEN_LOOKS))
    finally:
        for child in children:
            child.ask_to_stop()
        until = time.monotonic() + STOP_PATIENCE
        for child in children:
            child.wait_or_kill(until)
    return server


@contextmanager
def _signals() -> Iterator[_Signals]:
    """Catch the signals that matter, and put the old handlers back afterwards."""
    state = _Signals()

    def ask_to_stop(_number: int, _frame: FrameType | None) -> None:
        state.stop = True

    def wake(_number: int, _frame: FrameType | None) -> None:
        """The pipe has already woken the loop."""

    for end in state.pipe:
        os.set_blocking(end, False)
    handlers = {signal.SIGTERM: ask_to_stop, signal.SIGINT: ask_to_stop, signal.SIGHUP: ask_to_stop}
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    before[signal.SIGCHLD] = signal.signal(signal.SIGCHLD, wake)
    old_pipe = signal.set_wakeup_fd(state.pipe[1], warn_on_full_buffer=False)
    try:
        yield state
    finally:
        signal.set_wakeup_fd(old_pipe)
        for number, old in before.items():
            signal.signal(number, old)
        for end in state.pipe:
            os.close(end)
