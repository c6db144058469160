"""From events to messages: each webhook that wants a kind of event gets its pieces of it, in the transaction of the delivery."""

import datetime as dt
from collections.abc import Iterable, Iterator, Sequence

from django.db import connection, transaction
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from klientura.kernel.access.gate import members_of
from klientura.kernel.events.outbox import Delivered
from klientura.kernel.objects.registry import all_shapes, shapes_of_base

VERBS = ("created", "changed", "trashed", "restored", "merged")
"""What may happen to a record, as a webhook is told it."""
PIECE = 100
"""Records of one message."""
SEND = "klientura.webhooks.send"
"""The name of the worker's task that sends."""
UNDONE = "undone"
RULE = "rule"
"""The verb under which a webhook is told of records by a rule."""

_MESSAGES = (
    "insert into kernel_webhook_delivery (uid, webhook_id, event_id, piece, kind, object, record_ids, actor_id,"
    "  operation_id, payload, at, state, attempts, next_at, answer, error)"
    " select gen_random_uuid(), w.id, %(event)s, p, %(kind)s, %(object)s,"
    "  (%(ids)s::bigint[])[p * %(size)s + 1 : (p + 1) * %(size)s], %(actor)s, %(operation)s, e.payload, %(at)s,"
    "  'waiting', 0, now(), '', ''"
    " from kernel_webhook w join kernel_event e on e.id = %(event)s, generate_series(0, %(last)s) p"
    " where w.active and %(kind)s = any(w.events) order by w.id, p"
    " on conflict (event_id, webhook_id, kind, piece) do nothing returning webhook_id"
)
_TOLD = (
    "insert into kernel_webhook_delivery (uid, webhook_id, piece, kind, object, record_ids, actor_id, at, state, attempts,"
    "  next_at, answer, error)"
    " select gen_random_uuid(), w.id, p, %(kind)s, %(object)s, (%(ids)s::bigint[])[p * %(size)s + 1 : (p + 1) * %(size)s],"
    "  %(actor)s, %(at)s, 'waiting', 0, now(), '', ''"
    " from kernel_webhook w, generate_series(0, %(last)s) p where w.active and w.id = %(webhook)s order by p"
)


def interests(events: Iterable[str]) -> set[str]:
    """The events of the outbox behind the kinds that a webhook names: what is undone is changed too, or trashed."""
    kinds = set(events)
    for kind in events:
        key, _dot, verb = kind.rpartition(".")
        shape = all_shapes().get(key)
        if shape is not None and verb in {"changed", "trashed"}:
            kinds.add(f"{shape.base}.{UNDONE}")
    return kinds


def heard_as(event: Delivered) -> Iterator[tuple[str, str]]:
    """The kinds under which webhooks are told of an event, each with its object."""
    key, _dot, verb = event.kind.rpartition(".")
    if verb in VERBS:
        yield event.kind, key
    elif verb == UNDONE:
        for shape in shapes_of_base(event.object):
            if not members_of(shape):
                yield f"{shape.key}.changed", shape.key
                yield f"{shape.key}.trashed", shape.key


def hear(event: Delivered) -> None:
    """Write the messages that webhooks are to send of an event, and wake whoever sends them."""
    due: set[int] = set()
    with connection.cursor() as cursor:
        for kind, key in heard_as(event):
            cursor.execute(
                _MESSAGES,
                {
                    "event": event.id, "kind": kind, "object": key, "ids": list(event.record_ids), "size": PIECE,
                    "actor": event.actor_id, "operation": event.operation_id, "at": event.at,
                    "last": (len(event.record_ids) - 1) // PIECE,
                },
            )  # fmt: skip
            due.update(row[0] for row in cursor.fetchall())
    for webhook_id in sorted(due):
        wake(webhook_id)


def tell(
    webhook_id: int, object_key: str, record_ids: Sequence[int], *, actor_id: int | None, at: dt.datetime
) -> bool:
    """Have a webhook send some records because a rule says so, whatever events it wants; False when it is switched off."""
    with connection.cursor() as cursor:
        cursor.execute(_TOLD, {
            "webhook": webhook_id, "kind": f"{object_key}.{RULE}", "object": object_key, "ids": list(record_ids), "size": PIECE,
            "actor": actor_id, "at": at, "last": (len(record_ids) - 1) // PIECE,
        })  # fmt: skip
        made: int = cursor.rowcount
    if made:
        wake(webhook_id)
    return bool(made)


def wake(webhook_id: int) -> None:
    """Have the worker send what is due of a webhook. One waiting task is enough, and one at a time works."""
    name = f"webhook-{webhook_id}"
    try:
        with transaction.atomic():
            app.configure_task(SEND, lock=name, queueing_lock=name).defer(webhook_id=webhook_id)
    except AlreadyEnqueued:
        return
