"""What becomes of conversations when clients or deals become one, or part again.

A row remembers in `moves` which merge has changed what of it, the last one last.
"""

from collections.abc import Iterator, Sequence
from typing import Final

import orjson
from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape

TABLES: Final = ("mail_thread", "mail_outgoing")
COLUMNS: Final = ("party_id", "person_id", "subject_id")
_OVER = sql.SQL(
    "update {table} set moves = moves || jsonb_build_array(jsonb_build_object("
    "'operation', %s::bigint, 'column', %s::text, 'from', {column})), {column} = %s where {column} = any(%s) and {which}"
)
# Whatever merges came after the one that is undone are forgotten with it: the row is again where it was then.
_BACK = sql.SQL(
    "update {table} t set {column} = b.origin, moves = b.earlier from ("
    " select k.id, (m.move->>'from')::bigint as origin,"
    "  (select coalesce(jsonb_agg(e.move order by e.place), '[]') from jsonb_array_elements(k.moves) with ordinality e(move, place)"
    "   where e.place < m.place or e.move->>'column' <> %s) as earlier"
    " from {table} k, jsonb_array_elements(k.moves) with ordinality m(move, place)"
    " where k.moves <> '[]' and k.moves @> %s::jsonb and m.move->>'operation' = %s and m.move->>'column' = %s) b where b.id = t.id"
)


def carry_over(actor: Actor, shape: Shape, kept_id: int, gone_ids: Sequence[int], operation_id: int) -> None:
    """Have the kept record take over the conversations of the others."""
    with connection.cursor() as cursor:
        for table, column, which, values in _places(shape):
            text = _OVER.format(table=sql.Identifier(table), column=sql.Identifier(column), which=which)
            cursor.execute(text, [operation_id, column, kept_id, list(gone_ids), *values])


def carry_back(actor: Actor, merge_operation_id: int, operation_id: int) -> None:
    """Bring the conversations back that a merge carried over; what was bound since stays."""
    asked = orjson.dumps([{"operation": merge_operation_id}]).decode()
    with connection.cursor() as cursor:
        for table in TABLES:
            for column in COLUMNS:
                text = _BACK.format(table=sql.Identifier(table), column=sql.Identifier(column))
                cursor.execute(text, [column, asked, str(merge_operation_id), column])


def _places(shape: Shape) -> Iterator[tuple[str, str, sql.Composable, list[list[str]]]]:
    """Where records of a kind stand: in which table and column, under which condition."""
    for table in TABLES:
        if shape.base == "party":
            yield table, "party_id", sql.SQL("true"), []
            yield table, "person_id", sql.SQL("true"), []
        else:
            kinds = [s.key for s in all_shapes().values() if s.base == shape.base]
            yield table, "subject_id", sql.SQL("subject_object = any(%s)"), [kinds]
