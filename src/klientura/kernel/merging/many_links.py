"""Fields of several records that point at merged ones: turned to the kept record, and back when the merge is taken apart."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.events.outbox import emit
from klientura.kernel.merging.links import of_kinds
from klientura.kernel.merging.models import Merge
from klientura.kernel.objects.models import AddedField, AddedObject
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


@dataclass(frozen=True, slots=True)
class Place:
    """A column that holds several records: of which table, under which name the history keeps it, `own` if its own table's."""

    table: str
    base: str
    column: str
    own: bool


def merged(actor: Actor, shape: Shape, kept_id: int, gone_ids: Sequence[int], operation_id: int) -> None:
    """Have what points at the merged records among others point at the kept one."""
    gone = list(gone_ids)
    for place in _places(shape.base):
        text = _TURN.format(
            table=sql.Identifier(place.table), column=sql.Identifier(place.column), own=_own(place)
        )
        with connection.cursor() as cursor:
            cursor.execute(text, [gone, kept_id, timezone.now(), actor.user_id, operation_id, gone, [*gone]])
            ids = sorted(row[0] for row in cursor.fetchall())
        _tell(actor, place.table, place.column, ids, operation_id)


def parted(actor: Actor, merge_operation_id: int, operation_id: int) -> None:
    """Give back what the merge turned and nobody has taken out since; what was added since stays."""
    merges = list(Merge.objects.filter(operation_id=merge_operation_id))
    if not merges:
        return
    base, kept_id, gone = merges[0].base, merges[0].kept_id, [m.gone_id for m in merges]
    for place in _places(base):
        column = place.column
        text = _TURNED.format(
            table=sql.Identifier(place.table), column=sql.Identifier(column), own=_own(place)
        )
        with connection.cursor() as cursor:
            cursor.execute(text, [column, merge_operation_id, place.base, column, [kept_id, *gone]])
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
            rows.update(place.table, {column: "bigint[]"}, changes, header)
            _tell(actor, place.table, column, sorted(changes), operation_id)


def _given_back(now: Sequence[int], was: Sequence[int], kept_id: int, gone: Sequence[int]) -> list[int]:
    """What a field holds once the merged records are there again: theirs in the place of the kept one's."""
    if kept_id not in now:
        return list(now)
    theirs = [n for n in was if n in gone and n not in now]
    if kept_id in was:
        return [*now, *theirs]
    at = list(now).index(kept_id)
    return [*now[:at], *theirs, *now[at + 1 :]]


def _places(base: str) -> list[Place]:
    """The columns that hold several records of a table, each once, also those that were removed and may come back."""
    shapes = all_shapes()
    found: dict[tuple[str, str], Place] = {}

    def note(target: str | None, table: str, base_of_table: str, column: str) -> None:
        pointed_at = shapes.get(target or "")
        if pointed_at is not None and pointed_at.base == base:
            found.setdefault((table, column), Place(table, base_of_table, column, base_of_table == base))

    for other in shapes.values():
        for field in other.fields.values():
            if field.type.key == "references":
                note(field.params.target, other.table, other.base, field.column)
    removed = {each.key: each.table for each in AddedObject.objects.filter(state="removed")}
    for each in AddedField.objects.filter(type="references").order_by("pk"):
        if each.object in shapes:
            note(each.params.get("target"), shapes[each.object].table, shapes[each.object].base, each.column)
        elif each.object in removed:
            note(each.params.get("target"), removed[each.object], each.object, each.column)
    return list(found.values())


def _own(place: Place) -> sql.SQL:
    """Whether the records that point stand in the very table that is pointed at."""
    return sql.SQL("true" if place.own else "false")


def _tell(actor: Actor, table: str, column: str, ids: Sequence[int], operation_id: int) -> None:
    for kind, some in of_kinds(table, ids):
        emit(
            f"{kind.key}.changed", kind.base, some, actor_id=actor.user_id, operation_id=operation_id,
            payload={"columns": [column], "parts": []},
        )  # fmt: skip
