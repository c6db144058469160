"""Is this server fit for the product? Asked of any server, ours or one named by DATABASE_URL."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, LiteralString

import psycopg

from .bootstrap import EXTENSIONS, SCHEMA
from .locate import OLDEST_MAJOR

SAFE_MINORS = {15: 18, 16: 14, 17: 10, 18: 4}
"""The minor releases of May 2026, by major version; older ones have holes that are known and closed."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a server. `code` names the message; with `fatal` the product must not start."""

    code: str
    fatal: bool = True
    params: dict[str, object] = field(default_factory=dict)


def check_server(connection: psycopg.Connection[Any]) -> list[Problem]:
    """Return the problems of the connected server and database; an empty list means it is fit."""
    version = connection.info.server_version
    if version // 10_000 < OLDEST_MAJOR:
        return [Problem("server_too_old", params={"version": _text(version), "oldest": OLDEST_MAJOR})]
    problems = []
    encoding = _value(connection, "SHOW server_encoding")
    if encoding != "UTF8":
        problems.append(Problem("server_encoding", params={"encoding": encoding}))
    elif not _understands_cyrillic(connection):
        problems.append(Problem("server_ctype"))
    problems += _check_extensions(connection)
    if not _schema_writable(connection):
        user, database = connection.info.user, connection.info.dbname
        problems.append(Problem("schema_not_writable", params={"user": user, "database": database}))
    if _value(connection, "SHOW data_checksums") != "on":
        problems.append(Problem("server_no_checksums", fatal=False))
    safe = SAFE_MINORS.get(version // 10_000)
    if safe is not None and version % 10_000 < safe:
        newer = f"{version // 10_000}.{safe}"
        problems.append(
            Problem("server_minor_old", fatal=False, params={"version": _text(version), "newer": newer})
        )
    return problems


def _understands_cyrillic(connection: psycopg.Connection[Any]) -> bool:
    """Letters change case, and trigrams of Cyrillic are not empty: two different settings of a server."""
    if not _value(connection, "SELECT 'ИВАНОВ' ILIKE '%иван%'"):
        return False
    schema = _value(
        connection, "SELECT extnamespace::regnamespace::text FROM pg_extension WHERE extname = 'pg_trgm'"
    )
    if schema is None:
        return True  # asked again once the extension is there
    query = psycopg.sql.SQL("SELECT cardinality({}.show_trgm('Ива')) > 0").format(psycopg.sql.SQL(schema))
    row = connection.execute(query).fetchone()
    return bool(row and row[0])


def _check_extensions(connection: psycopg.Connection[Any]) -> list[Problem]:
    may_create = _value(connection, "SELECT has_database_privilege(current_database(), 'CREATE')")
    is_superuser = _value(connection, "SELECT rolsuper FROM pg_roles WHERE rolname = current_user")
    problems = []
    for name in EXTENSIONS:
        row = connection.execute(
            """SELECT e.extname IS NOT NULL, bool_or(v.trusted)
               FROM pg_available_extension_versions v LEFT JOIN pg_extension e ON e.extname = v.name
               WHERE v.name = %s GROUP BY e.extname""",
            [name],
        ).fetchone()
        if row is None:
            problems.append(Problem("extension_unavailable", params={"extension": name}))
        elif not row[0] and not is_superuser and not (may_create and row[1]):
            problems.append(Problem("extension_not_creatable", params={"extension": name}))
    return problems


def _schema_writable(connection: psycopg.Connection[Any]) -> bool:
    row = connection.execute(
        """SELECT CASE WHEN to_regnamespace(%(schema)s) IS NULL
                       THEN has_database_privilege(current_database(), 'CREATE')
                       ELSE has_schema_privilege(%(schema)s, 'CREATE, USAGE') END""",
        {"schema": SCHEMA},
    ).fetchone()
    return bool(row and row[0])


def _value(connection: psycopg.Connection[Any], query: LiteralString) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def _text(version: int) -> str:
    return f"{version // 10_000}.{version % 10_000}"
