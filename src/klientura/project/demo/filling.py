"""Filling empty tables with very many rows: their generated indexes are made once at the end, not kept at every row."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager

from django.db import connection
from psycopg import sql

from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.store import indexes
from klientura.project.schema_state import code_version

WORTH_IT = 50_000
MEMORY = "256MB"  # for making one index; the server's own setting is for a company at work


@contextmanager
def filling(tables: Sequence[str], rows: int) -> Iterator[None]:
    """Leave the generated indexes of tables away for the time of the block, when these are empty and many rows are to come.

    Until the indexes are there again the schema counts as out of date, so that after a crash the next start makes them.
    """
    if rows < WORTH_IT or connection.in_atomic_block or not _empty(tables):
        yield
        return
    with connection.cursor() as cursor:
        cursor.execute("truncate kernel_schema_state")
        cursor.execute(
            "select indexname from pg_indexes where schemaname = current_schema() and tablename = any(%s)",
            [list(tables)],
        )
        for name in {row[0] for row in cursor.fetchall()} & indexes.existing():
            cursor.execute(sql.SQL("drop index {}").format(sql.Identifier(name)))
    try:
        yield
    finally:
        with connection.cursor() as cursor:
            cursor.execute("select set_config('maintenance_work_mem', %s, false)", [MEMORY])
            indexes.synchronise(all_shapes())
            cursor.execute("reset maintenance_work_mem")
            cursor.execute("insert into kernel_schema_state values (%s)", [code_version()])


def _empty(tables: Sequence[str]) -> bool:
    with connection.cursor() as cursor:
        for table in tables:
            cursor.execute(sql.SQL("select exists (select 1 from {})").format(sql.Identifier(table)))
            if cursor.fetchone()[0]:
                return False
    return True
