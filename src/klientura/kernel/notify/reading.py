"""Reading one's notifications: pages, how many are unread, marking them read. What each says is judged now (`wording`)."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db import connection
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, NotFound
from klientura.kernel.notify.kinds import KINDS
from klientura.kernel.notify.models import Notification
from klientura.kernel.notify.wording import Line, lines
from klientura.kernel.objects.shape import Shape

PAGE = 40
MOST = 200
NUMBER_CAP = 99


@dataclass(frozen=True, slots=True)
class Page:
    """Some notifications, the newest first, and the number to go on before."""

    lines: list[Line]
    next: int | None


def page(
    actor: Actor, *, kind: str = "", unread: bool = False, before: int | None = None, limit: int = PAGE
) -> Page:
    """A page of the actor's notifications. Raises BadRequest for a kind that there is not."""
    if kind and kind not in KINDS:
        raise BadRequest(_("There are no notifications of that kind."), code="kind")
    found = Notification.objects.filter(user_id=actor.user_id or 0, shown=True).select_related("actor")
    if kind:
        found = found.filter(kind=kind)
    if unread:
        found = found.filter(read_at=None)
    if before is not None:
        found = found.filter(pk__lt=before)
    limit = max(1, min(limit, MOST))
    rows = list(found.order_by("-pk")[: limit + 1])
    return Page(lines(actor, rows[:limit]), rows[limit - 1].pk if len(rows) > limit else None)


def unread_number(actor: Actor) -> int:
    """How many the actor has not read, up to one more than are told exactly; one short look into an index."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select count(*) from (select from kernel_notification where user_id = %s and read_at is null and shown limit %s) n",
            [actor.user_id, NUMBER_CAP + 1],
        )
        number: int = cursor.fetchone()[0]
    return number


# A line that was read is over: what happens later to the same record is a line of its own.
_READ = (
    "update kernel_notification set read_at = %s, cause = left('read:' || id || ':' || cause, 80)"
    " where user_id = %s and read_at is null and shown"
)


def mark(actor: Actor, ids: Sequence[int] | None = None) -> int:
    """Mark notifications of the actor's own as read, all without `ids`; return how many were unread."""
    narrowed, values = ("", []) if ids is None else (" and id = any(%s)", [list(ids)])
    with connection.cursor() as cursor:
        cursor.execute(_READ + narrowed, [timezone.now(), actor.user_id, *values])
        return int(cursor.rowcount)


def mark_one(actor: Actor, notification_id: int) -> None:
    """Mark one as read. Raises NotFound for one of somebody else."""
    if not Notification.objects.filter(pk=notification_id, user_id=actor.user_id or 0, shown=True).exists():
        raise NotFound
    mark(actor, [notification_id])


def mark_about(actor: Actor, shape: Shape, record_id: int) -> int:
    """Mark what tells the actor of one record as read: they have it before their eyes."""
    with connection.cursor() as cursor:
        cursor.execute(
            _READ + " and object = %s and record_id = %s",
            [timezone.now(), actor.user_id, shape.base, record_id],
        )
        return int(cursor.rowcount)


_ASTRAY = "delete from kernel_push_delivery d where not exists (select from kernel_notification n where n.id = d.notification_id)"


def forget_old(days: int = 90) -> int:
    """Delete notifications of long ago, and what went to devices of those that are gone; return how many."""
    with connection.cursor() as cursor:
        cursor.execute("delete from kernel_notification where at < now() - make_interval(days => %s)", [days])
        gone = int(cursor.rowcount)
        cursor.execute(_ASTRAY)
    return gone
