"""Fields of several records that point at merged ones: turned to the kept record, and back when the merge is taken apart."""

from collections.abc import Iterator, Sequence
from typing import Any

from django.db import connection
from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.events.outbox import emit
from klientura.kernel.merging.links import of_kinds
from klientura.kernel.merging.models import Merge
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import rows

# Each place of a merged record is the kept one's; what then stands twice stands once, and nothing points at itself.
_TURN = sql.SQL(
    "update {table} x set {column} = (select array_agg(v order by o) from ("
    "select v, min(o) o from (select case when u.v = any(%s) then %s else u.v end v, u.o"
    " from unnest(x.{column}) with ordinality u(v, o)) t where not ({own} and v = x.id) group by v) d),"
    " updated_at = %s, updated_by_id = %s, operation_id = %s, version = x.version + 1"
    " where x.{column} && %s::bigint[] and not ({own} and x.id = any(%s)) returning x.id"
)
_TURNED = sql.SQL(
    "select x.id, x.{column}, array(select jsonb_array_elements_text(coalesce(nullif(c.changes -> %s::text -> 0, 'null'), '[]'))::bigint)"
    " from kernel_change c join {table} x on x.id = c.record_id"
    " where c.operation_id = %s and c.object = %s and c.changes ? %s::text and not ({own} and x.id = any(%s))"
    " order by x.id for no key update of x"
)


def merged(actor: Actor, shape: Shape, kept_id: int, gone_ids: Sequence[int], operation_id: int) -> None:
    """Have what points at the merged records among others point at the kept one."""
    gone = list(gone_ids)
    for other, column in _places(shape.base):
        text = _TURN.format(
            table=sql.Identifier(other.table), column=sql.Identifier(column), own=_own(other, shape.base)
        )
        with connection.cursor() as cursor:
            cursor.execute(text, [gone, kept_id, timezone.now(), actor.user_id, operation_id, gone, [*gone]])
            ids = sorted(row[0] for row in cursor.fetchall())
        _tell(actor, other.table, column, ids, operation_id)


def parted(actor: Actor, merge_operation_id: int, operation_id: int) -> None:
    """Give back what the merge turned and nobody has taken out since; what was added since stays."""
    merges = list(Merge.objects.filter(operation_id=merge_operation_id))
    if not merges:
        return
    base, kept_id, gone = merges[0].base, merges[0].kept_id, [m.gone_id for m in merges]
    for other, column in _places(base):
        text = _TURNED.format(
            table=sql.Identifier(other.table), column=sql.Identifier(column), own=_own(other, base)
        )
        with connection.cursor() as cursor:
            cursor.execute(text, [column, merge_operation_id, other.base, column, [kept_id, *gone]])
            found = cursor.fetchall()
        changes: dict[int, dict[str, Any]] = {}
        for record_id, now, was in found:
            back = _given_back(now or [], was, kept_id, gone)
            if back != (now or []):
                changes[record_id] = {column: back or None}
        if changes:
            header = {
                "updated_at": timezone.now(),
                "updated_by_id": actor.user_id,
                "operation_id": operation_id,
            }
            rows.update(other.table, {column: "bigint[]"}, changes, header)
            _tell(actor, other.table, column, sorted(changes), operation_id)


def _given_back(now: Sequence[int], was: Sequence[int], kept_id: int, gone: Sequence[int]) -> list[int]:
    """What a field holds once the merged records are there again: theirs in the place of the kept one's."""
    if kept_id not in now:
        return list(now)
    theirs = [n for n in was if n in gone and n not in now]
    if kept_id in was:
        return [*now, *theirs]
    at = list(now).index(kept_id)
    return [*now[:at], *theirs, *now[at + 1 :]]


def _places(base: str) -> Iterator[tuple[Shape, str]]:
    """The columns that hold several records of a table, each once."""
    seen: set[tuple[str, str]] = set()
    shapes = all_shapes()
    for other in shapes.values():
        for field in other.fields.values():
            target = shapes.get(field.params.target or "") if field.type.key == "references" else None
            if target is not None and target.base == base and (other.table, field.column) not in seen:
                seen.add((other.table, field.column))
                yield other, field.column


def _own(other: Shape, base: str) -> sql.SQL:
    """Whether the records that point stand in the very table that is pointed at."""
    return sql.SQL("true" if other.base == base else "false")


def _tell(actor: Actor, table: str, column: str, ids: Sequence[int], operation_id: int) -> None:
    for kind, some in of_kinds(table, ids):
        emit(
            f"{kind.key}.changed", kind.base, some, actor_id=actor.user_id, operation_id=operation_id,
            payload={"columns": [column], "parts": []},
        )  # fmt: skip
