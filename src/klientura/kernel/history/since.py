"""What somebody changed after others did: of that an undo lets go."""

from collections.abc import Sequence

from django.db import connection
from psycopg import sql

from klientura.kernel.access.gate import Predicate
from klientura.kernel.store.changes import SILENT
from klientura.kernel.store.generated import column_names

_VALUES = sql.SQL(
    "with written as (select distinct on (c.record_id, e.key) c.record_id, c.root_id, e.key, e.value -> 1 as value,"
    " first_value(e.value -> 0) over (partition by c.record_id, e.key order by c.id) as before"
    " from kernel_change c, jsonb_each(c.changes) e where {which} and c.action = 'update' and e.key = any(%s)"
    " order by c.record_id, e.key, c.id desc)"
    " select distinct w.root_id from written w left join {table} r on r.id = w.record_id"
    " cross join lateral (select case w.key {now} end as now offset 0) n"
    " where r.id is null or (n.now is distinct from nullif(w.value, 'null')"
    " and n.now is distinct from nullif(w.before, 'null'))"
)
_TOUCHED = sql.SQL(
    "select distinct k.name from kernel_change c cross join lateral jsonb_object_keys(c.changes) k(name)"
    " where {} and c.action = 'update'"
)


def touched_columns(table: str, which: Predicate) -> list[str]:
    """The columns that certain changes `c` of records or lines say anything about: with a hundred the others cost minutes."""
    with connection.cursor() as cursor:
        cursor.execute(_TOUCHED.format(which.sql), which.params)
        touched = {row[0] for row in cursor.fetchall()}
    return [c for c in column_names(table) if c in touched and c not in SILENT] if touched else []


def changed_since(table: str, which: Predicate, columns: Sequence[str]) -> set[int]:
    """The records (of lines: those they belong to) where a value that certain changes `c` wrote last stands no more.

    A value that is again what it was before them counts as put back already, by whomever. `table` holds the records or
    the lines, `columns` are those which the changes say anything about. A line that is gone counts as changed.
    """
    if not columns:
        return set()
    now = sql.SQL(" ").join(
        sql.SQL("when {} then to_jsonb(r.{})").format(sql.Literal(c), sql.Identifier(c)) for c in columns
    )
    text = _VALUES.format(which=which.sql, table=sql.Identifier(table), now=now)
    with connection.cursor() as cursor:
        cursor.execute(text, [*which.params, list(columns)])
        return {row[0] for row in cursor.fetchall()}
