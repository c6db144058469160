"""The check of a server, on databases made wrong on purpose."""

from collections.abc import Iterator
from typing import LiteralString

import psycopg
import pytest

from klientura.project.cli.texts import TEXTS
from klientura.project.embedded.check import check_server
from klientura.project.embedded.instance import Server
from klientura.project.embedded.layout import SUPERUSER, database_url

from .servers import running_server


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    with running_server() as running:
        yield running


def codes(server: Server, *, database: str = "klientura", user: str = "klientura") -> set[str]:
    with psycopg.connect(database_url(server.data_dir, database=database, user=user)) as connection:
        problems = check_server(connection)
    for problem in problems:
        english, russian = TEXTS[problem.code]
        assert english.format(**problem.params) != russian.format(**problem.params)
    return {problem.code for problem in problems if problem.fatal}


def run(server: Server, *statements: LiteralString, database: str = "postgres") -> None:
    url = database_url(server.data_dir, database=database, user=SUPERUSER)
    with psycopg.connect(url, autocommit=True) as connection:
        for statement in statements:
            connection.execute(statement)


def test_our_own_is_fit(server: Server) -> None:
    assert codes(server) == set()


def test_database_without_cyrillic(server: Server) -> None:
    run(
        server,
        "CREATE DATABASE plain TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER libc LOCALE 'C' "
        "OWNER klientura",
    )

    assert codes(server, database="plain") == {"server_ctype"}


def test_database_whose_trigrams_are_empty(server: Server) -> None:
    """Letters change case and trigrams are empty all the same: two settings of one database."""
    run(
        server,
        "CREATE DATABASE half TEMPLATE template0 ENCODING 'UTF8' LOCALE_PROVIDER builtin "
        "BUILTIN_LOCALE 'C.UTF-8' LC_COLLATE 'C' LC_CTYPE 'C' OWNER klientura",
    )
    run(server, "CREATE EXTENSION pg_trgm", database="half")

    assert codes(server, database="half") == {"server_ctype"}


def test_database_of_another_encoding(server: Server) -> None:
    run(server, "CREATE DATABASE old TEMPLATE template0 ENCODING 'LATIN1' LOCALE 'C' OWNER klientura")

    assert codes(server, database="old") == {"server_encoding"}


def test_role_that_may_do_nothing(server: Server) -> None:
    run(server, "CREATE ROLE guest LOGIN", "CREATE DATABASE foreign_one OWNER klientura")

    assert codes(server, database="foreign_one", user="guest") == {
        "extension_not_creatable",
        "schema_not_writable",
    }


def test_role_that_may_not_write_to_our_schema(server: Server) -> None:
    run(server, "CREATE ROLE reader LOGIN")

    assert codes(server, user="reader") == {"schema_not_writable"}
