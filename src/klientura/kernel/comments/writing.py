"""Writing comments: whoever may read a record may say something about it; one's own words can be changed and taken away."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.comments import mentions
from klientura.kernel.comments.models import MAX_TEXT, Comment
from klientura.kernel.comments.reading import may_change, may_delete, one
from klientura.kernel.errors import Denied, FieldError, Invalid
from klientura.kernel.events.outbox import emit
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read
from klientura.kernel.store.sight import seen_by, whole_shape


@dataclass(frozen=True, slots=True)
class Written:
    """A comment as it was kept, and the names of those mentioned in it who do not see the record and hear nothing."""

    comment: Comment
    blind: tuple[str, ...]


@transaction.atomic
def write(actor: Actor, shape: Shape, record_id: int, text: Any, *, chosen: Iterable[int] = ()) -> Written:
    """Say something about a record; tells whoever follows it or is mentioned, by an event. Raises NotFound or Invalid.

    `chosen` are colleagues picked from the list, by which namesakes are told apart.
    """
    read.get(actor, shape, record_id, keys=["id"])
    said = _checked(text)
    named = mentions.found_in(said, chosen)
    made = Comment.objects.create(
        object=shape.base, record_id=record_id, text=said, mentions=named, author_id=actor.user_id, at=timezone.now()
    )  # fmt: skip
    sighted = seeing(shape, record_id, [m["id"] for m in named])
    tell(actor, shape, made, sighted)
    return Written(made, _blind(named, sighted))


@transaction.atomic
def change(
    actor: Actor, shape: Shape, record_id: int, comment_id: int, text: Any, *, chosen: Iterable[int] = ()
) -> Written:
    """Rewrite one's own comment; only who is mentioned in it anew is told. Raises NotFound, Denied or Invalid."""
    comment = _held(actor, shape, record_id, comment_id)
    if not may_change(actor, comment):
        raise Denied(_("Only their author can change a comment."))
    said = _checked(text)
    before = {m["id"] for m in comment.mentions}
    named = mentions.found_in(said, {*chosen, *before})
    if said != comment.text:
        comment.text, comment.mentions, comment.edited_at = said, named, timezone.now()
        comment.save(update_fields=["text", "mentions", "edited_at"])
    added = [m for m in named if m["id"] not in before]
    sighted = seeing(shape, record_id, [m["id"] for m in added])
    if sighted:
        tell(actor, shape, comment, sighted, edited=True)
    return Written(comment, _blind(added, sighted))


@transaction.atomic
def delete(actor: Actor, shape: Shape, record_id: int, comment_id: int) -> Comment:
    """Take a comment away; that there was one stays to be seen. Raises NotFound or Denied."""
    comment = _held(actor, shape, record_id, comment_id)
    if not may_delete(actor, comment):
        raise Denied(_("Only its author or an administrator can delete a comment."))
    comment.text, comment.mentions = "", []
    comment.deleted_at, comment.deleted_by_id = timezone.now(), actor.user_id
    comment.save(update_fields=["text", "mentions", "deleted_at", "deleted_by"])
    return comment


def _held(actor: Actor, shape: Shape, record_id: int, comment_id: int) -> Comment:
    """A comment that stays as it is until the transaction ends: one that was deleted gets no text again. Raises NotFound."""
    Comment.objects.select_for_update().filter(pk=comment_id).first()
    return one(actor, shape, record_id, comment_id)


def _checked(text: Any) -> str:
    said = text.replace("\r\n", "\n").strip() if isinstance(text, str) else ""
    if not said:
        raise Invalid([FieldError("text", "required", _("Write something."))])
    if "\x00" in said:
        raise Invalid(
            [FieldError("text", "characters", _("The text holds a character that cannot be kept."))]
        )
    if len(said) > MAX_TEXT:
        raise Invalid([FieldError("text", "too_long", _("Write at most 5,000 characters."))])
    return said


def seeing(shape: Shape, record_id: int, user_ids: Sequence[int]) -> list[int]:
    """Those of some users who may read the record."""
    if not user_ids:
        return []
    found = seen_by(whole_shape(shape.base) or shape, {u: [record_id] for u in user_ids})
    return [u for u in user_ids if found.get(u)]


def _blind(named: Iterable[dict[str, Any]], sighted: Sequence[int]) -> tuple[str, ...]:
    return tuple(m["name"] for m in named if m["id"] not in sighted)


def tell(
    actor: Actor, shape: Shape, comment: Comment, mentioned: Sequence[int], *, edited: bool = False
) -> None:
    """Have those who follow the record, and those mentioned, told of a comment."""
    emit(
        f"{shape.key}.commented", shape.base, [comment.record_id], actor_id=actor.user_id,
        payload={"comment": comment.pk, "mentioned": list(mentioned), "edited": edited},
    )  # fmt: skip
