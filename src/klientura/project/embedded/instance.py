"""Start and stop the server of one data directory. The caller holds the directory's lock."""

from __future__ import annotations

import signal
import subprocess
import time
from dataclasses import dataclass
from pathlib import Path

from .bootstrap import ensure_role_and_database, prepare_database
from .configuration import machine_memory, settings, write_settings
from .initdb import create_cluster, server_environment
from .layout import (
    DATABASE,
    PASSABLE,
    SUPERUSER,
    cluster_dir,
    database_url,
    log_dir,
    make_private,
    server_log_dir,
    socket_dir,
)
from .locate import Binaries, find_binaries
from .postmaster import find_postmaster, remove_stale_pid_file, stop_postmaster
from .refusal import Refusal
from .unprivileged import Runner, choose_runner, possible_owners

START_PATIENCE = 300.0
"""Seconds to wait for a server that is alive: recovery after a power cut takes its time."""

_OUTPUT = "postgres-start.log"


@dataclass(frozen=True)
class Server:
    """A running server. `process` is ours to watch."""

    data_dir: Path
    binaries: Binaries
    process: subprocess.Popen[bytes]

    @property
    def url(self) -> str:
        return database_url(self.data_dir)


def start_server(
    data_dir: Path, *, fast: bool = False, tied: bool = True, database: str = DATABASE
) -> Server:
    """Start the server, making the cluster, the role and the database on the first time.

    A server that outlived a killed program is stopped cleanly first. `tied`: the server stops when
    the calling thread's process dies. `fast` gives up durability (tests only).
    Raises Refusal with what stands in the way.
    """
    data_dir = data_dir.absolute()
    cluster = cluster_dir(data_dir)
    binaries = find_binaries(cluster_major(data_dir))
    runner = choose_runner(binaries.program("postgres"))
    _prepare_directories(data_dir, runner)
    if not cluster.exists():
        create_cluster(data_dir, binaries, runner, fast=fast)
    runner.own(cluster)
    stop_postmaster(data_dir)
    remove_stale_pid_file(data_dir)
    write_settings(cluster, settings(machine_memory(), server_log_dir(data_dir), fast=fast), runner)
    process = _launch(data_dir, binaries, runner, tied=tied)
    superuser_url = database_url(data_dir, database="postgres", user=SUPERUSER)
    ensure_role_and_database(superuser_url, database, may_create_databases=fast)
    prepare_database(database_url(data_dir, database=database))
    return Server(data_dir, binaries, process)


def stop_server(server: Server, *, timeout: float = 8.0) -> None:
    """Stop the server and take its exit code."""
    stop_postmaster(server.data_dir, timeout=timeout)
    server.process.wait(timeout=5)


def cluster_major(data_dir: Path) -> int | None:
    """The major version that made the cluster, or None when there is no cluster yet."""
    try:
        return int((cluster_dir(data_dir) / "PG_VERSION").read_text(encoding="ascii").strip())
    except FileNotFoundError:
        return None


def _prepare_directories(data_dir: Path, runner: Runner) -> None:
    # Another user's server has to pass through to its own directories, and must not list or write here.
    make_private(data_dir, mode=PASSABLE if runner.kind == "user" else 0o700)
    make_private(log_dir(data_dir))
    for directory in (server_log_dir(data_dir), socket_dir(data_dir)):
        make_private(directory, owners=possible_owners())
        runner.own(directory)


def _launch(data_dir: Path, binaries: Binaries, runner: Runner, *, tied: bool) -> subprocess.Popen[bytes]:
    """Start the process and wait until it accepts connections."""
    command = [
        binaries.program("postgres"),
        "-D",
        str(cluster_dir(data_dir).resolve()),
        "-c",
        "listen_addresses=",
        "-c",
        f"unix_socket_directories={socket_dir(data_dir)}",
    ]
    output = log_dir(data_dir) / _OUTPUT
    end = time.monotonic() + START_PATIENCE
    while True:
        with output.open("wb") as log:
            process = subprocess.Popen(  # noqa: S603  # our own program
                command,
                env=server_environment(),
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                cwd="/",
                start_new_session=True,  # Ctrl-C in the terminal is for the program, not for the server
                preexec_fn=runner.before_exec(death_signal=signal.SIGINT if tied else None),  # noqa: PLW1509  # no threads yet
            )
        while process.poll() is None and time.monotonic() < end:
            found = find_postmaster(data_dir)
            if found is not None and found.pid == process.pid and found.ready:
                return process
            time.sleep(0.005)
        text = output.read_text(encoding="utf-8", errors="replace")
        if process.poll() is not None and "pre-existing shared memory" in text and time.monotonic() < end:
            # Processes of a server killed a moment ago are still going away.
            time.sleep(0.2)
            continue
        if process.poll() is None:
            process.send_signal(signal.SIGQUIT)
        raise Refusal("postgres_did_not_start", path=output, log=text.strip()[-2000:])
