"""What becomes of comments when records become one, or one becomes several again, or is deleted for good."""

from collections.abc import Sequence

from klientura.kernel.access.actor import Actor
from klientura.kernel.merging import carried
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.objects.shape import Shape

TABLE = "kernel_comment"


def carry_over(actor: Actor, shape: Shape, kept_id: int, gone_ids: Sequence[int], operation_id: int) -> None:
    """Have the kept record take over what was said about the others."""
    carried.over(TABLE, shape.base, kept_id, gone_ids, operation_id)


def carry_elsewhere(base: str, record_id: int, into: str, into_id: int, operation_id: int) -> None:
    """Have a record of another kind take over what was said about one that became it."""
    carried.over(TABLE, base, into_id, [record_id], operation_id, into=into)


def carry_back(actor: Actor, merge_operation_id: int, operation_id: int) -> None:
    """Bring the comments back to the records they were written on; what was said since stays."""
    carried.back(TABLE, merge_operation_id)


def forget_purged() -> int:
    """Delete what was said about records that were deleted for good; return how many comments."""
    return carried.forget_purged(TABLE, {s.base: s.table for s in all_shapes().values()})
