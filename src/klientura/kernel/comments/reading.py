"""Reading comments: whoever may read the record may read what is said about it."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Count

from klientura.kernel.access.actor import Actor
from klientura.kernel.comments.models import Comment
from klientura.kernel.errors import NotFound
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read

PAGE = 30
MOST = 200
NUMBER_CAP = 99
"""More comments than this are told as «99+»."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some comments, the newest first, and the number to go on before."""

    comments: list[Comment]
    next: int | None


def page(actor: Actor, shape: Shape, record_id: int, *, before: int | None = None, limit: int = PAGE) -> Page:
    """A page of what is said about a record, the newest first; deleted ones stand there without their text. Raises NotFound."""
    read.get(actor, shape, record_id, keys=["id"])
    found = Comment.objects.filter(object=shape.base, record_id=record_id).select_related(
        "author", "deleted_by"
    )
    if before is not None:
        found = found.filter(pk__lt=before)
    limit = max(1, min(limit, MOST))
    rows = list(found.order_by("-pk")[: limit + 1])
    return Page(rows[:limit], rows[limit - 1].pk if len(rows) > limit else None)


def counts(shape: Shape, record_ids: Sequence[int]) -> dict[int, int]:
    """How much is said about some records (which the caller has read with their actor); those without a word are left out."""
    none = [
        0
    ]  # as many queries for an empty page as for a full one: what a card costs does not hang on what it shows
    found = Comment.objects.filter(object=shape.base, record_id__in=record_ids or none, deleted_at=None)
    return dict(found.values_list("record_id").annotate(Count("id")).order_by())


def one(actor: Actor, shape: Shape, record_id: int, comment_id: int) -> Comment:
    """One comment on a record. Raises NotFound for one of another record too."""
    read.get(actor, shape, record_id, keys=["id"])
    found = (
        Comment.objects.filter(object=shape.base, record_id=record_id, pk=comment_id)
        .select_related("author", "deleted_by")
        .first()
    )
    if found is None:
        raise NotFound
    return found


def may_change(actor: Actor, comment: Comment) -> bool:
    """Whether the actor may rewrite a comment: it is their own, and was not deleted."""
    return comment.deleted_at is None and comment.author_id is not None and comment.author_id == actor.user_id


def may_delete(actor: Actor, comment: Comment) -> bool:
    """Whether the actor may delete a comment: their own, an administrator any."""
    return comment.deleted_at is None and (actor.is_admin or may_change(actor, comment))
