"""What becomes of following, favourites and notifications when records become one, or part again, or are gone for good."""

from collections.abc import Sequence
from typing import Any

from django.db import connection
from psycopg import sql

from klientura.kernel.access.actor import Actor
from klientura.kernel.merging import carried
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape

NOTIFICATIONS = "kernel_notification"
_FOLLOWED = (
    "insert into kernel_follow (user_id, object, record_id, state, at, by_operation)"
    " select distinct on (user_id) user_id, object, %s::bigint, state, now(), %s::bigint from kernel_follow"
    " where object = %s and record_id = any(%s) order by user_id, state on conflict do nothing"
)
_KEPT = (
    "insert into kernel_favourite (user_id, object, record_id, position, at, by_operation)"
    " select distinct on (user_id) user_id, object, %s::bigint, position, now(), %s::bigint from kernel_favourite"
    " where object = %s and record_id = any(%s) order by user_id, position on conflict do nothing"
)


def carry_over(actor: Actor, shape: Shape, kept_id: int, gone_ids: Sequence[int], operation_id: int) -> None:
    """Have the kept record followed and kept at hand by whoever did so with one of the others."""
    values: list[Any] = [kept_id, operation_id, shape.base, list(gone_ids)]
    with connection.cursor() as cursor:
        cursor.execute(_FOLLOWED, values)
        cursor.execute(_KEPT, values)
    carried.over(NOTIFICATIONS, shape.base, kept_id, gone_ids, operation_id)


def carry_back(actor: Actor, merge_operation_id: int, operation_id: int) -> None:
    """Take back what the merge made of it, unless the user has decided anew since."""
    with connection.cursor() as cursor:
        for table in ("kernel_follow", "kernel_favourite"):
            cursor.execute(
                sql.SQL("delete from {} where by_operation = %s").format(sql.Identifier(table)),
                [merge_operation_id],
            )
    carried.back(NOTIFICATIONS, merge_operation_id)


def forget_purged() -> int:
    """Forget all this about records that were deleted for good; return how many rows went."""
    tables = {s.base: s.table for s in all_shapes().values()}
    about = ("kernel_follow", "kernel_favourite", "kernel_visit", NOTIFICATIONS)
    return sum(carried.forget_purged(table, tables) for table in about)
