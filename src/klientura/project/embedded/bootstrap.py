"""Inside the server: our role, our database, its schema and the extensions the product uses."""

from __future__ import annotations

from typing import LiteralString

import psycopg
from psycopg import sql

from .layout import ROLE

EXTENSIONS: tuple[LiteralString, ...] = ("pg_trgm", "btree_gist", "btree_gin", "unaccent", "fuzzystrmatch")
SCHEMA = "klientura"
SEARCH_PATH = (SCHEMA, "public")


def ensure_role_and_database(
    superuser_url: str, database: str, *, may_create_databases: bool = False
) -> None:
    """Create what is missing, as the superuser connected to the database `postgres`.

    The role owns its database and nothing else; only tests let it create databases.
    """
    with psycopg.connect(superuser_url, autocommit=True) as connection:
        if not connection.execute("SELECT 1 FROM pg_roles WHERE rolname = %s", [ROLE]).fetchone():
            options = sql.SQL("LOGIN CREATEDB" if may_create_databases else "LOGIN")
            connection.execute(sql.SQL("CREATE ROLE {} {}").format(sql.Identifier(ROLE), options))
        if not connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [database]).fetchone():
            names = {"database": sql.Identifier(database), "role": sql.Identifier(ROLE)}
            connection.execute(sql.SQL("CREATE DATABASE {database} OWNER {role}").format(**names))
            path = sql.SQL(", ").join(sql.Identifier(name) for name in SEARCH_PATH)
            connection.execute(
                sql.SQL("ALTER ROLE {role} IN DATABASE {database} SET search_path = {path}").format(
                    **names, path=path
                )
            )


def prepare_database(url: str) -> None:
    """Create the schema and the extensions in the database of `url` as its owner; idempotent.

    All extensions are trusted ones, so no superuser is needed.
    """
    with psycopg.connect(url) as connection:
        rows = connection.execute("SELECT extname FROM pg_extension").fetchall()
        installed = {name for (name,) in rows}
        for name in EXTENSIONS:
            if name not in installed:
                # Another process may be doing the same at this moment.
                connection.execute(
                    sql.SQL("CREATE EXTENSION IF NOT EXISTS {} SCHEMA public").format(sql.Identifier(name))
                )
        connection.execute(sql.SQL("CREATE SCHEMA IF NOT EXISTS {}").format(sql.Identifier(SCHEMA)))
