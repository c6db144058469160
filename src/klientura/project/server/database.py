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
    """Give a short command the address of the database, with a server for as long as it needs one.

    Raises Refusal `already_running` when another process holds the directory and no server comes up.
    """
    url = external_url()
    if url is not None:
        yield url
        return
    lock, users = holder_lock(data_dir), users_lock(data_dir)
    end = time.monotonic() + ATTACH_PATIENCE
    while True:
        try:
            lock.acquire(wait=False, note=f"{os.getpid()} {command}")
        except LockBusyError as busy:
            # Shared, so that a holder which is about to stop the server waits for us, or we for it.
            users.acquire(shared=True)
            if _accepts(data_dir):
                break
            users.release()
            if time.monotonic() > end:
                raise Refusal("already_running", path=data_dir, holder=busy.holder) from None
            time.sleep(0.05)
        else:
            with _own_server(data_dir, lock, users) as url:
                yield url
            return
    try:
        yield database_url(data_dir)
    finally:
        users.release()


@contextmanager
def _own_server(data_dir: Path, lock: FileLock, users: FileLock) -> Iterator[str]:
    """A server for us, and for the commands that come to it while we work."""
    try:
        server = start_server(data_dir)
        try:
            yield server.url
        finally:
            with users.held():  # wait for the others
                stop_server(server)
    finally:
        lock.release()


def _accepts(data_dir: Path) -> bool:
    """Does a server run here that has our role and our database already?"""
    found = find_postmaster(data_dir)
    if found is None or not found.ready:
        return False
    try:
        psycopg.connect(database_url(data_dir), connect_timeout=5).close()
    except psycopg.OperationalError:
        return False
    return True


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
