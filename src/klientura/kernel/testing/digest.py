"""What the database holds, as one value, so that a test can say «nothing was written»."""

from collections.abc import Iterable, Mapping

from django.db import connection
from psycopg import sql

# What every request may touch: when a token was last used, sessions, limits of sign-in.
RESTLESS = frozenset({"django_session", "kernel_cache", "django_migrations"})
RESTLESS_COLUMNS: Mapping[str, str] = {"access_api_token": "last_used_at", "access_user": "last_login"}


def digest(*, leave_out: Iterable[str] = ()) -> dict[str, str]:
    """A hash of the rows of every table of the product, by table."""
    left_out = RESTLESS | set(leave_out)
    with connection.cursor() as cursor:
        cursor.execute("select tablename from pg_tables where schemaname = current_schema() order by 1")
        tables = [name for (name,) in cursor.fetchall() if name not in left_out]
        parts = [
            sql.SQL(
                "select {0}::text, md5(coalesce(string_agg(row, chr(10) order by row), '')) from"
                " (select (to_jsonb(t) - {1})::text as row from {2} t) q"
            ).format(sql.Literal(name), sql.Literal(RESTLESS_COLUMNS.get(name, "")), sql.Identifier(name))
            for name in tables
        ]
        cursor.execute(sql.SQL(" union all ").join(parts))
        return dict(cursor.fetchall())


def changed(before: Mapping[str, str], after: Mapping[str, str]) -> list[str]:
    """The tables whose rows differ."""
    return sorted(k for k in {*before, *after} if before.get(k) != after.get(k))


def last_write() -> tuple[int, int]:
    """The numbers of the last change and of the last event: a cheap sign that some record was written."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select coalesce((select max(id) from kernel_change), 0), coalesce((select max(id) from kernel_event), 0)"
        )
        change, event = cursor.fetchone()
    return change, event
