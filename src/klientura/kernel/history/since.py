"""What somebody changed after others did: of that an undo lets go."""

from django.db import connection
from psycopg import sql

from klientura.kernel.access.gate import Predicate

_VALUES = sql.SQL(
    "with written as (select distinct on (c.record_id, e.key) c.record_id, c.root_id, e.key, e.value -> 1 as value,"
    " first_value(e.value -> 0) over (partition by c.record_id, e.key order by c.id) as before"
    " from kernel_change c, jsonb_each(c.changes) e where {which} and c.action = 'update'"
    " order by c.record_id, e.key, c.id desc)"
    " select distinct w.root_id from written w left join {table} r on r.id = w.record_id"
    " where r.id is null or (to_jsonb(r) ? w.key"
    " and nullif(to_jsonb(r) -> w.key, 'null') is distinct from nullif(w.value, 'null')"
    " and nullif(to_jsonb(r) -> w.key, 'null') is distinct from nullif(w.before, 'null'))"
)


def changed_since(table: str, which: Predicate) -> set[int]:
    """The records (of lines: those they belong to) where a value that certain changes `c` wrote last stands no more.

    A value that is again what it was before them counts as put back already, by whomever. `table` holds the records or
    the lines. A line that is gone counts as changed.
    """
    text = _VALUES.format(which=which.sql, table=sql.Identifier(table))
    with connection.cursor() as cursor:
        cursor.execute(text, which.params)
        return {row[0] for row in cursor.fetchall()}
