"""Who runs the server: an ordinary user, root in a namespace, root through another user."""

import os
from pathlib import Path

import psycopg
import pytest

from klientura.project.embedded.instance import start_server, stop_server
from klientura.project.embedded.layout import cluster_dir, database_url
from klientura.project.embedded.locate import find_binaries
from klientura.project.embedded.unprivileged import choose_runner

from .servers import data_directory, run_as


def one(url: str) -> object:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT 1").fetchone()
    return row and row[0]


def start_use_stop(data_dir: Path) -> None:
    for _ in range(2):
        server = start_server(data_dir, fast=True)
        assert one(server.url) == 1
        stop_server(server)
        assert server.process.returncode == 0
    assert cluster_dir(data_dir).stat().st_uid == os.geteuid()


def test_this_user_runs_it() -> None:
    with data_directory() as data_dir:
        start_use_stop(data_dir)


if os.geteuid() == 0:  # other users have no other way, and nothing to try

    def test_ordinary_user_runs_it() -> None:
        with data_directory() as data_dir:
            run_as("nobody", data_dir, start_use_stop)

    def test_root_without_user_namespaces_uses_another_user(monkeypatch: pytest.MonkeyPatch) -> None:
        monkeypatch.setenv("KLIENTURA_NO_USER_NAMESPACE", "1")
        with data_directory() as data_dir:
            server = start_server(data_dir, fast=True)

            assert cluster_dir(data_dir).stat().st_uid != 0
            assert data_dir.stat().st_uid == 0
            assert data_dir.stat().st_mode & 0o777 == 0o711
            assert one(database_url(data_dir)) == 1
            stop_server(server)
            monkeypatch.delenv("KLIENTURA_NO_USER_NAMESPACE")
            if choose_runner(find_binaries().program("postgres")).kind == "user":
                return  # this machine refuses namespaces

            start_server(data_dir, fast=True)

            assert cluster_dir(data_dir).stat().st_uid == 0
            assert data_dir.stat().st_mode & 0o777 == 0o700
