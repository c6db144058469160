"""What becomes of comments when records become one, or one becomes several again, or is deleted for good."""

from collections.abc import Sequence

import orjson
from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape

_OVER = (
    "update kernel_comment set moves = moves || jsonb_build_array(jsonb_build_object('operation', %s::bigint, 'from', record_id)),"
    " record_id = %s where object = %s and record_id = any(%s)"
)
# Whatever merges came after the one that is undone are forgotten with it: the comment is again where it was then.
_BACK = (
    "update kernel_comment c set record_id = b.origin, moves = b.earlier from ("
    " select k.id, (m.move->>'from')::bigint as origin,"
    "  (select coalesce(jsonb_agg(e.move order by e.place), '[]') from jsonb_array_elements(k.moves) with ordinality e(move, place)"
    "   where e.place < m.place) as earlier"
    " from kernel_comment k, jsonb_array_elements(k.moves) with ordinality m(move, place)"
    " where k.moves <> '[]' and k.moves @> %s::jsonb and m.move->>'operation' = %s) b where b.id = c.id"
)


def carry_over(actor: Actor, shape: Shape, kept_id: int, gone_ids: Sequence[int], operation_id: int) -> None:
    """Have the kept record take over what was said about the others."""
    with connection.cursor() as cursor:
        cursor.execute(_OVER, [operation_id, kept_id, shape.base, list(gone_ids)])


def carry_back(actor: Actor, merge_operation_id: int, operation_id: int) -> None:
    """Bring the comments back to the records they were written on; what was said since stays."""
    asked = orjson.dumps([{"operation": merge_operation_id}]).decode()
    with connection.cursor() as cursor:
        cursor.execute(_BACK, [asked, str(merge_operation_id)])


def forget_purged() -> int:
    """Delete what was said about records that were deleted for good; return how many comments."""
    tables = {s.base: s.table for s in all_shapes().values()}
    gone = 0
    with connection.cursor() as cursor:
        cursor.execute("select distinct object from kernel_comment")
        bases = [row[0] for row in cursor.fetchall() if row[0] in tables]
        for base in bases:
            cursor.execute(
                sql.SQL(
                    "delete from kernel_comment c where c.object = %s and not exists (select from {} r where r.id = c.record_id)"
                ).format(sql.Identifier(tables[base])),
                [base],
            )
            gone += cursor.rowcount
    return gone
