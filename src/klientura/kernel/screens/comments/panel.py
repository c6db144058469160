"""The comments of a record as the middle of its card."""

from typing import Any

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klientura.kernel.comments import reading
from klientura.kernel.comments.models import Comment
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.changes import by_day
from klientura.kernel.screens.comments.words import shown
from klientura.kernel.screens.panels import MainPanel
from klientura.kernel.store.read import Row
from klientura.kernel.web.requests import Request


def item(asked: Request, shape: Shape, comment: Comment) -> dict[str, Any]:
    """One comment for its template."""
    at = timezone.localtime(comment.at)
    place = f"/{shape.key}/{comment.record_id}/comments/{comment.pk}"
    return {
        "id": comment.pk,
        "who": comment.author.name if comment.author else _("Somebody"),
        "mine": comment.author_id == asked.actor.user_id,
        "at": comment.at,
        "time": at.strftime("%H:%M"),
        "iso": at.isoformat(),
        "pieces": shown(comment.text, comment.mentions),
        "edited": comment.edited_at is not None and comment.deleted_at is None,
        "deleted_by": _deleted_by(comment),
        "edit_url": f"{place}/edit" if reading.may_change(asked.actor, comment) else "",
        "delete_url": f"{place}/delete" if reading.may_delete(asked.actor, comment) else "",
    }


def _deleted_by(comment: Comment) -> str:
    if comment.deleted_at is None:
        return ""
    if comment.deleted_by is None or comment.deleted_by_id == comment.author_id:
        return _("The comment was deleted by its author")
    return _("The comment was deleted by {name}").format(name=comment.deleted_by.name)


def of_page(asked: Request, shape: Shape, record_id: int, before: int | None = None) -> dict[str, Any]:
    """A page of comments by days, and the address of the next."""
    found = reading.page(asked.actor, shape, record_id, before=before)
    place = f"/{shape.key}/{record_id}/comments"
    return {
        "days": by_day([item(asked, shape, c) for c in found.comments]),
        "more_url": f"{place}?before={found.next}" if found.next else "",
        "place": place,
        "draft": f"comments-{shape.key}-{record_id}",
    }


def _context(asked: Request, shape: Shape, row: Row) -> dict[str, Any]:
    return of_page(asked, shape, row["id"])


COMMENTS_PANEL = MainPanel(
    key="comments",
    label=gettext_lazy("Comments"),
    template="comments/panel.html",
    fits=lambda _shape: True,
    context=_context,
)
