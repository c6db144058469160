"""Rooms that keep something of records beside them, and move it when records become one and when they part again."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.shape import Shape


@dataclass(frozen=True, slots=True)
class Follower:
    """`merged(actor, shape, kept, gone, operation)` and `parted(actor, operation of the merge, operation of the undo)`.

    Both run in the transaction of the act itself.
    """

    merged: Callable[[Actor, Shape, int, Sequence[int], int], None]
    parted: Callable[[Actor, int, int], None]


_followers: list[Follower] = []


def register(follower: Follower) -> None:
    """Have a room told of every merge and of every merge taken apart."""
    if follower not in _followers:
        _followers.append(follower)


def merged(actor: Actor, shape: Shape, kept_id: int, gone_ids: Sequence[int], operation_id: int) -> None:
    """Tell all rooms that records have become one."""
    for each in _followers:
        each.merged(actor, shape, kept_id, gone_ids, operation_id)


def parted(actor: Actor, merge_operation_id: int, operation_id: int) -> None:
    """Tell all rooms that a merge has been taken apart."""
    for each in _followers:
        each.parted(actor, merge_operation_id, operation_id)
