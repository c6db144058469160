"""The log of a webhook: what it sent, what waits, what was given up."""

from dataclasses import dataclass

from django.db import connection

from klientura.kernel.access.actor import Actor
from klientura.kernel.errors import BadRequest, NotFound
from klientura.kernel.webhooks.keeping import NO_SUCH_MESSAGE, one
from klientura.kernel.webhooks.models import DELIVERY_STATES, Delivery

PAGE = 50
LATELY = 200
"""Messages that the list of webhooks looks back over."""


@dataclass(frozen=True, slots=True)
class Page:
    """Some messages, the newest first; `next` is the number to go on before."""

    items: list[Delivery]
    next: int | None


def messages(
    actor: Actor, webhook_id: int, *, state: str = "", before: int | None = None, limit: int = PAGE
) -> Page:
    """The messages of a webhook, all or those in one state; without their bodies. Raises Denied, NotFound, BadRequest."""
    one(actor, webhook_id)
    found = Delivery.objects.filter(webhook_id=webhook_id)
    if state:
        if state not in dict(DELIVERY_STATES):
            raise BadRequest(code="state")
        found = found.filter(state=state)
    if before is not None:
        found = found.filter(pk__lt=before)
    rows = list(found.defer("body", "payload", "record_ids").order_by("-pk")[: limit + 1])
    return Page(rows[:limit], rows[limit - 1].pk if len(rows) > limit else None)


def message(actor: Actor, webhook_id: int, delivery_id: int) -> Delivery:
    """One message with its body. Raises Denied, NotFound."""
    one(actor, webhook_id)
    found = Delivery.objects.filter(webhook_id=webhook_id, pk=delivery_id).first()
    if found is None:
        raise NotFound(NO_SUCH_MESSAGE)
    return found


def lately_failed(webhook_ids: list[int]) -> dict[int, int]:
    """How many of the last messages of each webhook were given up; one query for all, however long the log is."""
    with connection.cursor() as cursor:
        cursor.execute(
            "select w.id, count(*) from unnest(%s::bigint[]) w(id), lateral (select d.state from kernel_webhook_delivery d"
            " where d.webhook_id = w.id order by d.id desc limit %s) q where q.state = 'failed' group by 1",
            [webhook_ids, LATELY],
        )
        return dict(cursor.fetchall())
