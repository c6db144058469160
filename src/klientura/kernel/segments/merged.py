"""What becomes of the lists when records become one, or one becomes several again. Rules see that by themselves."""

from collections.abc import Sequence
from typing import Any

from django.db import connection

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape

_OVER = (
    "with come as (insert into kernel_segment_member (segment_id, record_id, since, by_id)"
    " select distinct m.segment_id, %(kept)s::bigint, now(), %(actor)s::bigint from kernel_segment_member m"
    " join kernel_segment s on s.id = m.segment_id where m.record_id = any(%(gone)s) and s.kind = 'static'"
    " and s.object = any(%(objects)s) on conflict do nothing returning segment_id, record_id)"
    " insert into kernel_segment_change (segment_id, record_id, at, entered, operation_id, actor_id)"
    " select segment_id, record_id, now(), true, %(operation)s, %(actor)s from come"
)
_BACK = (
    "with gone as (delete from kernel_segment_member m using kernel_segment_change c where c.operation_id = %(merge)s"
    " and c.entered and m.segment_id = c.segment_id and m.record_id = c.record_id and m.since = c.at"
    " returning m.segment_id, m.record_id)"
    " insert into kernel_segment_change (segment_id, record_id, at, entered, operation_id, actor_id)"
    " select segment_id, record_id, now(), false, %(operation)s, %(actor)s from gone"
)


def carry_over(actor: Actor, shape: Shape, kept_id: int, gone_ids: Sequence[int], operation_id: int) -> None:
    """Put the kept record into every list that one of the others stood in; the others keep their places in the trash."""
    values: dict[str, Any] = {
        "kept": kept_id, "gone": list(gone_ids), "actor": actor.user_id, "operation": operation_id,
        "objects": [s.key for s in all_shapes().values() if s.base == shape.base],
    }  # fmt: skip
    with connection.cursor() as cursor:
        cursor.execute(_OVER, values)


def carry_back(actor: Actor, merge_operation_id: int, operation_id: int) -> None:
    """Take the kept record out of the lists that the merge put it into, unless somebody has moved it since."""
    values = {"merge": merge_operation_id, "operation": operation_id, "actor": actor.user_id}
    with connection.cursor() as cursor:
        cursor.execute(_BACK, values)
