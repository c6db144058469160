"""Rows about a record, in tables of other rooms: carried over to the record it became part of, and back again.

Such a table has `object` (the base), `record_id`, and `moves`: the merges that brought a row where it is, the last one last.
"""

from collections.abc import Sequence

import orjson
from django.db import connection
from psycopg import sql

_OVER = sql.SQL(
    "update {table} set moves = moves || jsonb_build_array("
    "jsonb_build_object('operation', %s::bigint, 'from', record_id, 'object', object)),"
    " object = %s, record_id = %s where object = %s and record_id = any(%s)"
)
# Whatever merges came after the one that is undone are forgotten with it: the row is again where it was then.
_BACK = sql.SQL(
    "update {table} c set record_id = b.origin, object = coalesce(b.kind, c.object), moves = b.earlier from ("
    " select k.id, (m.move->>'from')::bigint as origin, m.move->>'object' as kind,"
    "  (select coalesce(jsonb_agg(e.move order by e.place), '[]') from jsonb_array_elements(k.moves) with ordinality e(move, place)"
    "   where e.place < m.place) as earlier"
    " from {table} k, jsonb_array_elements(k.moves) with ordinality m(move, place)"
    " where k.moves <> '[]' and k.moves @> %s::jsonb and m.move->>'operation' = %s) b where b.id = c.id"
)


def over(
    table: str, base: str, kept_id: int, gone_ids: Sequence[int], operation_id: int, *, into: str = ""
) -> None:
    """Have the kept record take over the rows about the others; `into` is its base where it is of another kind."""
    with connection.cursor() as cursor:
        cursor.execute(
            _OVER.format(table=sql.Identifier(table)),
            [operation_id, into or base, kept_id, base, list(gone_ids)],
        )


def back(table: str, merge_operation_id: int) -> None:
    """Bring the rows back that a merge carried over; what was added since stays."""
    asked = orjson.dumps([{"operation": merge_operation_id}]).decode()
    with connection.cursor() as cursor:
        cursor.execute(_BACK.format(table=sql.Identifier(table)), [asked, str(merge_operation_id)])


def forget_purged(table: str, tables: dict[str, str]) -> int:
    """Delete the rows about records that were deleted for good; `tables` are those of the records, by base."""
    gone = 0
    with connection.cursor() as cursor:
        cursor.execute(
            sql.SQL("select distinct object from {} where record_id is not null").format(
                sql.Identifier(table)
            )
        )
        for base in [row[0] for row in cursor.fetchall() if row[0] in tables]:
            cursor.execute(
                sql.SQL(
                    "delete from {} c where c.object = %s and c.record_id is not null"
                    " and not exists (select from {} r where r.id = c.record_id)"
                ).format(sql.Identifier(table), sql.Identifier(tables[base])),
                [base],
            )
            gone += cursor.rowcount
    return gone
