"""Writing events and handing them to subscribers."""

from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection, transaction

IDS_PER_EVENT = 10_000
DELIVERY_BATCH = 200


@dataclass(frozen=True, slots=True)
class Delivered:
    """An event as subscribers see it."""

    id: int
    kind: str
    object: str
    record_ids: tuple[int, ...]
    actor_id: int | None
    operation_id: int | None
    payload: Any


type Subscriber = Callable[[Delivered], None]

_subscribers: dict[str, list[Subscriber]] = defaultdict(list)


def subscribe(kind: str, subscriber: Subscriber) -> None:
    """Have a function called, after the commit and at least once, for each event of a kind."""
    _subscribers[kind].append(subscriber)


def emit(
    kind: str,
    object_key: str,
    record_ids: Sequence[int],
    *,
    actor_id: int | None,
    operation_id: int | None = None,
    payload: Any = None,
) -> None:
    """Write an event into the outbox of the current transaction; long lists of records become several events."""
    if not record_ids:
        return
    with connection.cursor() as cursor:
        for start in range(0, len(record_ids), IDS_PER_EVENT):
            cursor.execute(
                "insert into kernel_event (at, kind, object, record_ids, actor_id, operation_id, payload)"
                " values (now(), %s, %s, %s, %s, %s, %s::jsonb)",
                [
                    kind,
                    object_key,
                    list(record_ids[start : start + IDS_PER_EVENT]),
                    actor_id,
                    operation_id,
                    None if payload is None else orjson.dumps(payload).decode(),
                ],
            )
    if _subscribers.get(kind):
        transaction.on_commit(deliver_pending)


def deliver_pending() -> int:
    """Hand waiting events to their subscribers in order; return how many were done.

    An event is marked delivered in the transaction of its subscribers, so that a crash repeats it. The worker calls
    this every minute for what a dead process left behind.
    """
    done = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(
                "select id, kind, object, record_ids, actor_id, operation_id, payload from kernel_event"
                " where delivered_at is null order by id limit %s for update skip locked",
                [DELIVERY_BATCH],
            )
            rows = cursor.fetchall()
            for row in rows:
                event = Delivered(row[0], row[1], row[2], tuple(row[3]), *row[4:])
                for subscriber in _subscribers.get(event.kind, ()):
                    subscriber(event)
            cursor.execute(
                "update kernel_event set delivered_at = now() where id = any(%s)", [[r[0] for r in rows]]
            )
        done += len(rows)
        if len(rows) < DELIVERY_BATCH:
            return done
