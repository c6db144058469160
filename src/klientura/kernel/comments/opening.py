"""Those who are mentioned in a comment and do not see its record: opening the record to them, so that they hear of it."""

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may
from klientura.kernel.comments import reading, writing
from klientura.kernel.comments.models import Comment
from klientura.kernel.errors import Denied
from klientura.kernel.objects.shape import Shape
from klientura.kernel.sharing import giving
from klientura.kernel.sharing.rows import Given
from klientura.kernel.store import read
from klientura.kernel.store.sight import actors_of


def may_open(actor: Actor, shape: Shape, record_id: int) -> bool:
    """Whether the actor may share the record."""
    return "edit" in read.verbs_on(actor, shape, record_id, ("edit",))


def openable(shape: Shape, comment: Comment) -> dict[int, str]:
    """Those mentioned in a comment who would see its record if it were shared with them: number and name.

    To be asked for nobody who may not share the record themselves.
    """
    named = {m["id"]: m["name"] for m in comment.mentions}
    seeing = set(writing.seeing(shape, comment.record_id, list(named)))
    blind = actors_of([u for u in named if u not in seeing])
    return {u: named[u] for u, them in blind.items() if may(them, shape, "read")}


@transaction.atomic
def open_to_mentioned(actor: Actor, shape: Shape, record_id: int, comment_id: int) -> tuple[str, ...]:
    """Share a record for reading with those whom the actor's own comment mentions in vain, and tell them of the comment.

    Returns their names; nobody is left when somebody was faster. Raises NotFound, Denied, Invalid.
    """
    comment = reading.one(actor, shape, record_id, comment_id)
    if not may_open(actor, shape, record_id) or not reading.may_change(actor, comment):
        raise Denied(_("You cannot share this record, or the comment is not yours."))
    blind = openable(shape, comment)
    if blind:
        giving.share(actor, shape, record_id, [Given(user_id=u) for u in blind])
        writing.tell(actor, shape, comment, writing.seeing(shape, record_id, list(blind)), edited=True)
    return tuple(blind.values())
