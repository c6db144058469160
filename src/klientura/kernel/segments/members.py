"""Who stands in a list: records are put in and taken out, each time as one operation that can be taken back."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, Denied
from klientura.kernel.events.outbox import emit
from klientura.kernel.history.undo import Undone
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.segments import reading
from klientura.kernel.segments.counting import recount
from klientura.kernel.segments.keeping import locked
from klientura.kernel.segments.models import Move, Segment
from klientura.kernel.store import bulk, operations
from klientura.kernel.store.models import Operation

KIND = "segment"
"""Of the operations by which lists are filled."""

_ENTER = (
    "with come as (insert into kernel_segment_member (segment_id, record_id, since, by_id)"
    " select %(segment)s, x, %(at)s, %(actor)s from unnest(%(ids)s::bigint[]) x on conflict do nothing returning record_id)"
    " insert into kernel_segment_change (segment_id, record_id, at, entered, operation_id, actor_id)"
    " select %(segment)s, record_id, %(at)s, true, %(operation)s, %(actor)s from come returning record_id"
)
_LEAVE = (
    "with gone as (delete from kernel_segment_member where segment_id = %(segment)s and record_id = any(%(ids)s)"
    " and (%(since)s::timestamptz is null or since = %(since)s) returning record_id)"
    " insert into kernel_segment_change (segment_id, record_id, at, entered, operation_id, actor_id)"
    " select %(segment)s, record_id, %(at)s, false, %(operation)s, %(actor)s from gone returning record_id"
)


@dataclass(frozen=True, slots=True)
class Filled:
    """What came of filling a list: the operation, how many records were chosen and how many came in or went."""

    operation_id: int
    chosen: int
    changed: int


def add(actor: Actor, segment_id: int, selection: bulk.Selection) -> Filled:
    """Put records that the actor sees into a list. Raises NotFound, Denied or BadRequest."""
    return _fill(actor, segment_id, selection, entered=True)


def remove(actor: Actor, segment_id: int, selection: bulk.Selection) -> Filled:
    """Take records that the actor sees out of a list. Raises NotFound, Denied or BadRequest."""
    return _fill(actor, segment_id, selection, entered=False)


@transaction.atomic
def _fill(actor: Actor, segment_id: int, selection: bulk.Selection, *, entered: bool) -> Filled:
    segment = fillable(actor, segment_id)
    shape = shape_of(segment.object)
    ids = bulk.select_ids(actor, shape, selection, "read")
    operation = operations.start(actor, KIND, shape.key, segment=segment.pk, entered=entered)
    moved = move(actor, segment, shape, ids, operation.pk, entered=entered)
    operations.finish(operation, records=len(moved))
    return Filled(operation.pk, len(ids), len(moved))


def fillable(actor: Actor, segment_id: int) -> Segment:
    """A list that the actor may fill, held for that."""
    segment = locked(actor, segment_id)
    if segment.kind != "static":
        raise BadRequest(
            _("The rule of this segment decides who is in it. Only lists are filled by hand."), code="segment"
        )
    if not reading.may_fill(actor, segment):
        raise Denied
    return segment


def move(
    actor: Actor,
    segment: Segment,
    shape: Shape,
    ids: Sequence[int],
    operation_id: int,
    *,
    entered: bool,
    since: dt.datetime | None = None,
) -> list[int]:
    """Write members and their history in one statement, and the event; return who came or went.

    `since` takes out only those that have been in since that very moment.
    """
    values: dict[str, Any] = {
        "segment": segment.pk, "at": timezone.now(), "actor": actor.user_id, "ids": list(ids), "operation": operation_id,
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_ENTER if entered else _LEAVE, values if entered else {**values, "since": since})
        moved = sorted(row[0] for row in cursor.fetchall())
    tell(segment, shape, moved, entered=entered, actor_id=actor.user_id, operation_id=operation_id)
    recount(segment, shape)
    return moved


def tell(
    segment: Segment, shape: Shape, ids: Sequence[int], *, entered: bool, actor_id: int | None = None,
    operation_id: int | None = None,
) -> None:  # fmt: skip
    """Put it into the outbox that records came into a segment or left it."""
    emit(
        "segment.entered" if entered else "segment.left", shape.base, list(ids), actor_id=actor_id,
        operation_id=operation_id, payload={"segment": segment.pk},
    )  # fmt: skip


def take_back(actor: Actor, target: Operation) -> Undone:
    """Undo the filling of a list, inside the transaction of the undo: whoever has moved again since stays where they are."""
    moves = list(Move.objects.filter(operation_id=target.pk))
    segment = fillable(actor, int(target.details["segment"]))
    shape = shape_of(segment.object)
    mine = operations.start(actor, "undo", target.object, undoes_id=target.pk)
    came = [m.record_id for m in moves if m.entered]
    went = [m.record_id for m in moves if not m.entered]
    back: list[int] = []
    if came:
        back += move(actor, segment, shape, came, mine.pk, entered=False, since=moves[0].at)
    if went:
        back += move(actor, segment, shape, _still_out(moves), mine.pk, entered=True)
    kept = sorted({m.record_id for m in moves} - set(back))
    target.state = "partly_undone" if kept else "undone"
    target.save(update_fields=["state"])
    operations.finish(mine, records=len(back), details={"kept_count": len(kept)})
    words = (
        ngettext("%(count)s record is out of the segment again", "%(count)s records are out of the segment again", len(back))
        if came
        else ngettext("%(count)s record is in the segment again", "%(count)s records are in the segment again", len(back))
    )  # fmt: skip
    return Undone(mine.pk, len(back), kept, words % {"count": len(back)})


def _still_out(moves: Sequence[Move]) -> list[int]:
    """Those that nobody has put in or taken out again since they were taken out."""
    later = Move.objects.filter(
        segment_id=moves[0].segment_id, record_id__in=[m.record_id for m in moves], pk__gt=max(m.pk for m in moves)
    )  # fmt: skip
    again = set(later.values_list("record_id", flat=True))
    return [m.record_id for m in moves if m.record_id not in again]
