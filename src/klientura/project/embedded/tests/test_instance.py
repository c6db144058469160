import socket
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import LiteralString

import psycopg
import pytest

from klientura.project.embedded.bootstrap import EXTENSIONS
from klientura.project.embedded.check import check_server
from klientura.project.embedded.instance import Server, start_server, stop_server
from klientura.project.embedded.layout import cluster_dir, socket_dir
from klientura.project.embedded.locate import bundled_directory
from klientura.project.embedded.postmaster import find_postmaster, stop_postmaster

from .servers import OTHER_SERVERS, data_directory, is_alive, running_server

SERVERS = [*([bundled_directory()] if bundled_directory() else []), *OTHER_SERVERS]


@pytest.fixture(scope="module", params=SERVERS, ids=str)
def server(request: pytest.FixtureRequest) -> Iterator[Server]:
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("KLIENTURA_POSTGRES_BIN", str(request.param))
        with running_server(fast=False) as running:
            yield running


@pytest.fixture
def connection(server: Server) -> Iterator[psycopg.Connection]:
    with psycopg.connect(server.url, autocommit=True) as connection:
        yield connection


def value(connection: psycopg.Connection, query: LiteralString) -> object:
    row = connection.execute(query).fetchone()
    return row and row[0]


def test_new_server_has_no_problem(connection: psycopg.Connection) -> None:
    assert [problem.code for problem in check_server(connection) if problem.fatal] == []


def test_cyrillic_works(connection: psycopg.Connection) -> None:
    assert value(connection, "SELECT 'ИВАНОВ' ILIKE '%иван%'") is True
    assert value(connection, "SELECT cardinality(show_trgm('Ива'))") == 4
    assert value(
        connection, "SELECT to_tsvector('russian', 'Поставщики') @@ to_tsquery('russian', 'поставщик')"
    )


def test_extensions_lie_in_public(connection: psycopg.Connection) -> None:
    rows = connection.execute(
        "SELECT extname FROM pg_extension WHERE extnamespace = 'public'::regnamespace"
    ).fetchall()

    assert set(EXTENSIONS) <= {name for (name,) in rows}


def test_tables_go_into_our_schema(connection: psycopg.Connection) -> None:
    assert value(connection, "SELECT current_schema()") == "klientura"


def test_role_is_an_ordinary_one(connection: psycopg.Connection) -> None:
    row = connection.execute(
        "SELECT rolsuper, rolcreatedb, rolcreaterole, rolbypassrls FROM pg_roles WHERE rolname = current_user"
    ).fetchone()

    assert row == (False, False, False, False)


@pytest.mark.parametrize(
    ("setting", "expected"),
    [
        ("data_checksums", "on"),
        ("fsync", "on"),
        ("full_page_writes", "on"),
        ("synchronous_commit", "on"),
        ("listen_addresses", ""),
        ("server_encoding", "UTF8"),
        ("jit", "off"),
    ],
)
def test_setting(connection: psycopg.Connection, setting: LiteralString, expected: str) -> None:
    assert value(connection, f"SHOW {setting}") == expected


def test_no_network_port_is_open(server: Server) -> None:
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.1", 5432)) != 0
    lines = (cluster_dir(server.data_dir) / "postmaster.pid").read_text().splitlines()
    assert lines[5] == ""


def test_others_cannot_reach_the_socket_or_the_files(server: Server) -> None:
    for directory in (server.data_dir, cluster_dir(server.data_dir), socket_dir(server.data_dir)):
        assert directory.stat().st_mode & 0o077 == 0


def test_start_is_repeatable_and_keeps_the_data() -> None:
    with data_directory() as data_dir:
        first = start_server(data_dir)
        with psycopg.connect(first.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1")
        stop_server(first)
        assert first.process.returncode == 0
        assert find_postmaster(data_dir) is None

        second = start_server(data_dir)

        with psycopg.connect(second.url) as connection:
            assert value(connection, "SELECT count(*) FROM kept") == 1


def test_orphan_of_a_killed_program_is_replaced() -> None:
    with data_directory() as data_dir:
        orphan = start_server(data_dir, fast=True, tied=False)
        with psycopg.connect(orphan.url) as connection:
            connection.execute("CREATE TABLE kept AS SELECT 1")

        server = start_server(data_dir, fast=True)

        assert not is_alive(orphan.process.pid)
        with psycopg.connect(server.url) as connection:
            assert value(connection, "SELECT count(*) FROM kept") == 1


def test_half_made_cluster_is_made_again() -> None:
    with data_directory() as data_dir:
        unfinished = data_dir / "pg.new"
        unfinished.mkdir(parents=True)
        (unfinished / "PG_VERSION").write_text("18\n")

        assert start_server(data_dir, fast=True).process.poll() is None


@pytest.mark.parametrize("content", ["", "not a number\n", "1\n"])
def test_broken_pid_file_is_no_obstacle(content: str) -> None:
    with data_directory() as data_dir:
        stop_server(start_server(data_dir, fast=True))
        (cluster_dir(data_dir) / "postmaster.pid").write_text(content)

        assert start_server(data_dir, fast=True).process.poll() is None


def test_process_number_of_somebody_else_is_no_obstacle() -> None:
    """After a restart of the machine the number in the file may belong to any process."""
    with data_directory() as data_dir:
        stop_server(start_server(data_dir, fast=True))
        with subprocess.Popen(["/bin/sleep", "60"]) as stranger:
            text = f"{stranger.pid}\n{cluster_dir(data_dir)}\n0\n5432\n{socket_dir(data_dir)}\n\n\nready\n"
            (cluster_dir(data_dir) / "postmaster.pid").write_text(text)

            start_server(data_dir, fast=True)

            assert stranger.poll() is None
            stranger.kill()


def test_stopping_nothing_is_harmless(tmp_path: Path) -> None:
    assert stop_postmaster(tmp_path) is False


def test_path_too_long_for_a_socket() -> None:
    with data_directory() as short:
        data_dir = short / ("д" * 50)
        try:
            server = start_server(data_dir, fast=True)
            assert socket_dir(data_dir).parent == Path("/tmp")
            assert socket_dir(data_dir).stat().st_mode & 0o077 == 0
            with psycopg.connect(server.url) as connection:
                assert value(connection, "SELECT 1") == 1
        finally:
            stop_postmaster(data_dir)
