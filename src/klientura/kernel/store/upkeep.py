"""What a table needs after many rows have come at once, and cannot wait for the server to notice."""

from collections.abc import Iterable

from django.db import connection
from psycopg import sql


def analyse(tables: Iterable[str]) -> None:
    """Let the planner know how large the tables are."""
    _maintain("analyze", tables)


def settle(tables: Iterable[str]) -> None:
    """As `analyse`, and mark full pages as seen by all, so that counts and sums read an index alone.

    Inside a transaction only the first is done: a table cannot be vacuumed there.
    """
    _maintain("analyze" if connection.in_atomic_block else "vacuum (analyze)", tables)


def _maintain(command: str, tables: Iterable[str]) -> None:
    names = sql.SQL(", ").join(map(sql.Identifier, tables))
    with connection.cursor() as cursor:
        cursor.execute(sql.SQL("{} {}").format(sql.SQL(command), names))
