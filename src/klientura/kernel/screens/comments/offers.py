"""Who was mentioned in vain, in words, and the offer to let them in."""

from collections.abc import Sequence

from django.utils.translation import ngettext

from klientura.kernel.comments import opening
from klientura.kernel.comments.writing import Written
from klientura.kernel.objects.shape import Shape
from klientura.kernel.web.requests import Request


def in_vain(asked: Request, shape: Shape, written: Written, place: str) -> dict[str, str] | None:
    """Those who will not hear of a comment that mentions them; with an address when the reader may let all of them in.

    None when everybody hears of it. `place` is the address of the comments, under which the door is.
    """
    if not written.blind:
        return None
    comment = written.comment
    may = opening.may_open(asked.actor, shape, comment.record_id) and opening.openable(shape, comment)
    return {"text": said(written.blind), "url": f"{place}/{comment.pk}/open" if may else ""}


def said(names: Sequence[str]) -> str:
    """Who does not see a record and hears nothing of what was said about it."""
    text = ngettext(
        "{names} does not see this record and will not hear of the comment",
        "{names} do not see this record and will not hear of the comment",
        len(names),
    )
    return text.format(names=", ".join(names))


def opened(names: Sequence[str]) -> str:
    """Who was let in and told."""
    text = ngettext(
        "{names} sees this record now and is told of the comment",
        "{names} see this record now and are told of the comment",
        len(names),
    )
    return text.format(names=", ".join(names))
