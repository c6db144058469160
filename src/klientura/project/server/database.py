"""Open the database of a data directory: start its server, or use the one that already serves it."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg

from klientura.project.embedded.bootstrap import prepare_database
from klientura.project.embedded.check import Problem, check_server
from klientura.project.embedded.instance import Server, start_server, stop_server
from klientura.project.embedded.layout import database_url
from klientura.project.embedded.locks import FileLock, LockBusyError
from klientura.project.embedded.postmaster import find_postmaster
from klientura.project.embedded.refusal import Refusal

ATTACH_PATIENCE = 60.0
"""Seconds that a command waits for a server which another process is just starting."""


def holder_lock(data_dir: Path) -> FileLock:
    """The lock of the one process that starts and stops the server of this directory."""
    return FileLock(data_dir / "lock")


def users_lock(data_dir: Path) -> FileLock:
    """Shared by commands that use a server started by another one."""
    return FileLock(data_dir / "users.lock")


def external_url() -> str | None:
    """The server that the administrator named, which comes before our own."""
    return os.environ.get("DATABASE_URL") or None


@contextmanager
def command_database(data_dir: Path, command: str) -> Iterator[str]:
    """Give a short command the address of the database, with a server for as long as it needs one."""
    url = external_url()
    if url is not None:
        yield url
        return
    lock = holder_lock(data_dir)
    try:
        lock.acquire(wait=False, note=f"{os.getpid()} {command}")
    except LockBusyError as busy:
        with users_lock(data_dir).held(shared=True):
            yield _attach(data_dir, busy.holder)
        return
    try:
        server = start_server(data_dir)
        try:
            yield server.url
        finally:
            with users_lock(data_dir).held():  # wait for commands that came to our server
                stop_server(server)
    finally:
        lock.release()


def start_for_supervisor(data_dir: Path) -> tuple[Server | None, str]:
    """Start our server unless another one is named; returns it and the database's address."""
    url = external_url()
    if url is not None:
        return None, url
    server = start_server(data_dir)
    return server, server.url


def inspect_database(url: str) -> list[Problem]:
    """Connect and check the server, adding what its database lacks when that is allowed.

    Raises Refusal `database_unreachable`.
    """
    try:
        with psycopg.connect(url, connect_timeout=10) as connection:
            problems = check_server(connection)
        if not any(problem.fatal for problem in problems):
            prepare_database(url)
            with psycopg.connect(url, connect_timeout=10) as connection:
                problems = check_server(connection)
    except psycopg.OperationalError as error:
        raise Refusal("database_unreachable", reason=str(error).strip()) from error
    return problems


def _attach(data_dir: Path, holder: str) -> str:
    end = time.monotonic() + ATTACH_PATIENCE
    url = database_url(data_dir)
    while time.monotonic() < end:
        found = find_postmaster(data_dir)
        if found is not None and found.ready:
            try:
                psycopg.connect(url, connect_timeout=5).close()
            except psycopg.OperationalError:
                pass  # the holder is still making the role and the database
            else:
                return url
        time.sleep(0.05)
    raise Refusal("already_running", path=data_dir, holder=holder)
