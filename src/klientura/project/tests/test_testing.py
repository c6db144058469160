"""The server of the test sessions: shared, with a slot for each session, stopped by the last one."""

import tempfile
from collections.abc import Iterator
from pathlib import Path

import psycopg
import pytest

from klientura.project.embedded.postmaster import find_postmaster, stop_postmaster
from klientura.project.testing import TEMPLATE, TestServer


@pytest.fixture
def directory() -> Iterator[Path]:
    with tempfile.TemporaryDirectory(prefix="klt-") as name:
        yield Path(name) / "pg"
        stop_postmaster(Path(name) / "pg")


def test_sessions_share_the_server_and_not_the_database(directory: Path) -> None:
    first, second = TestServer(directory), TestServer(directory)
    urls = [first.join(), second.join()]
    server = find_postmaster(directory)

    assert "/klientura_1?" in urls[0]
    assert "/klientura_2?" in urls[1]
    first.leave()
    assert find_postmaster(directory) == server
    second.leave()
    assert find_postmaster(directory) is None


def test_slot_of_a_finished_session_is_used_again(directory: Path) -> None:
    first = TestServer(directory)
    first.join()
    first.leave()

    assert "/klientura_1?" in TestServer(directory).join()


def test_test_databases_are_copies_of_the_template(directory: Path) -> None:
    server = TestServer(directory)
    url = server.join().replace("/klientura_1?", f"/{TEMPLATE}?")
    with psycopg.connect(url, autocommit=True) as connection:
        row = connection.execute(
            "SELECT to_regnamespace('klientura') IS NOT NULL, cardinality(show_trgm('Ива'))"
        )
        assert row.fetchone() == (True, 4)
    with psycopg.connect(url.replace(f"/{TEMPLATE}?", "/postgres?"), autocommit=True) as connection:
        connection.execute(f"CREATE DATABASE copy TEMPLATE {TEMPLATE}")
    with psycopg.connect(url.replace(f"/{TEMPLATE}?", "/copy?")) as connection:
        assert connection.execute("SELECT cardinality(show_trgm('Ива'))").fetchone() == (4,)
    server.leave()


def test_spoilt_cluster_is_made_again(directory: Path) -> None:
    server = TestServer(directory)
    server.join()
    server.leave()
    (directory / "pg" / "global" / "pg_control").write_bytes(b"")

    url = TestServer(directory).join().replace("/klientura_1?", "/postgres?")

    psycopg.connect(url).close()
