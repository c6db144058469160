"""The pytest plugin that gives every test session a database server.

One embedded server without durability serves all sessions of a checkout, also at the same time; it
is kept in `.cache/test-pg` and stopped by the last session that leaves. Each session has a slot, and
so its own test databases. KLIENTURA_TEST_DATABASE_URL names another server: its role has to be
allowed to create databases.
"""

from __future__ import annotations

import itertools
import os
import shutil
from collections.abc import Generator
from contextlib import suppress
from pathlib import Path
from urllib.parse import urlsplit, urlunsplit

import pytest

from klientura.project.embedded.bootstrap import prepare_database
from klientura.project.embedded.instance import cluster_major, start_server
from klientura.project.embedded.layout import database_url
from klientura.project.embedded.locate import find_binaries
from klientura.project.embedded.locks import FileLock, LockBusyError
from klientura.project.embedded.postmaster import find_postmaster, stop_postmaster
from klientura.project.embedded.refusal import Refusal

TEMPLATE = "klientura_template"
"""The database that test databases are copied from: schema and extensions, no tables."""

_IN_SESSION = "KLIENTURA_TEST_SESSION"


class TestServer:
    """This session's share in the server of the checkout."""

    __test__ = False

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        directory.mkdir(parents=True, exist_ok=True)
        self._turn = FileLock(directory / "turn.lock")
        self._users = FileLock(directory / "users.lock")
        self._slot: FileLock | None = None

    def join(self) -> str:
        """Start or find the server and return the address of this session's database."""
        with self._turn.held():
            self._users.acquire(shared=True)
            found = find_postmaster(self.directory)
            if found is None or not found.ready:
                self._start()
        return database_url(self.directory, database=f"klientura_{self._take_slot()}")

    def leave(self) -> None:
        """Stop the server unless another session uses it."""
        if self._slot is None:
            return
        with self._turn.held():
            self._users.release()
            try:
                self._users.acquire(wait=False)
            except LockBusyError:
                pass
            else:
                stop_postmaster(self.directory)
                self._users.release()
        self._slot.release()
        self._slot = None

    def _start(self) -> None:
        if cluster_major(self.directory) not in {None, find_binaries().major}:
            shutil.rmtree(self.directory / "pg")
        try:
            start_server(self.directory, fast=True, tied=False, database=TEMPLATE)
        except Refusal:
            # Without durability a power cut spoils the files, and nothing in them is worth keeping.
            shutil.rmtree(self.directory / "pg", ignore_errors=True)
            start_server(self.directory, fast=True, tied=False, database=TEMPLATE)

    def _take_slot(self) -> int:
        for number in itertools.count(1):
            slot = FileLock(self.directory / f"slot-{number}.lock")
            try:
                slot.acquire(wait=False)
            except LockBusyError:
                continue
            self._slot = slot
            return number
        raise AssertionError("unreachable: the numbers do not end")


_server: TestServer | None = None


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_load_initial_conftests(early_config: pytest.Config) -> Generator[None]:
    """Set the environment before pytest-django reads the settings (a wrapper runs before all others)."""
    global _server  # noqa: PLW0603  # one per process, and pytest has no place for it this early
    if _IN_SESSION not in os.environ:
        cache = early_config.rootpath / ".cache"
        external = os.environ.get("KLIENTURA_TEST_DATABASE_URL")
        if external:
            os.environ["DATABASE_URL"] = external
            _create_template(external)
        else:
            _server = TestServer(cache / "test-pg")
            os.environ["DATABASE_URL"] = _server.join()
        data = cache / "test-data"
        data.mkdir(parents=True, exist_ok=True)
        os.environ["KLIENTURA_DATA"] = str(data)
        os.environ["KLIENTURA_TESTING"] = "1"
        os.environ["DJANGO_SETTINGS_MODULE"] = "klientura.project.settings"
        # The workers of xdist inherit the environment and use what this process has set up.
        os.environ[_IN_SESSION] = str(os.getpid())
    return (yield)


def pytest_unconfigure() -> None:
    """Leave the server when the session is over."""
    global _server  # noqa: PLW0603
    if _server is not None:
        _server.leave()
        _server = None
        del os.environ[_IN_SESSION]


def _create_template(external: str) -> None:
    import psycopg
    from psycopg import errors, sql

    def address(database: str) -> str:
        return urlunsplit(urlsplit(external)._replace(path=f"/{database}"))

    statement = sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE))
    with psycopg.connect(address("postgres"), autocommit=True) as server, suppress(errors.DuplicateDatabase):
        server.execute(statement)
    prepare_database(address(TEMPLATE))
