"""Writing events and handing them to subscribers."""

import datetime as dt
import logging
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import orjson
from django.db import connection, transaction
from django.utils import timezone

from klientura.kernel.events.background import Background
from klientura.kernel.events.models import Interest

IDS_PER_EVENT = 10_000
DELIVERY_BATCH = 200
KEPT = dt.timedelta(days=7)
"""How long a delivered event is kept, to see what happened."""
log = logging.getLogger("klientura.events")


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
    at: dt.datetime


type Subscriber = Callable[[Delivered], None]

_subscribers: dict[str, list[Subscriber]] = defaultdict(list)
_of_every_object: dict[str, list[Subscriber]] = defaultdict(list)
_listeners: list[Subscriber] = []


def subscribe(kind: str, subscriber: Subscriber) -> None:
    """Have a function called, after the commit and at least once, for each event of a kind."""
    _subscribers[kind].append(subscriber)


def subscribe_everywhere(verb: str, subscriber: Subscriber) -> None:
    """As `subscribe`, for what happens to records of every kind, also of those that are made at run time: `changed`."""
    _of_every_object[verb].append(subscriber)


def _subscribers_of(kind: str) -> list[Subscriber]:
    return [*_subscribers.get(kind, ()), *_of_every_object.get(kind.rpartition(".")[2], ())]


def listen(listener: Subscriber) -> None:
    """As `subscribe`, for every kind in which somebody is interested at the time (see `set_interest`)."""
    if listener not in _listeners:
        _listeners.append(listener)


def set_interest(who: str, kinds: Iterable[str]) -> None:
    """Say which kinds of event somebody wants from now on; none: no more."""
    with transaction.atomic():
        Interest.objects.filter(who=who).delete()
        Interest.objects.bulk_create(Interest(who=who, kind=k) for k in sorted(set(kinds)))


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
    made: list[int] = []
    wanted = False
    with connection.cursor() as cursor:
        for start in range(0, len(record_ids), IDS_PER_EVENT):
            cursor.execute(
                "insert into kernel_event (at, kind, object, record_ids, actor_id, operation_id, payload)"
                " values (now(), %s, %s, %s, %s, %s, %s::jsonb)"
                " returning id, exists (select from kernel_event_interest i where i.kind = kernel_event.kind)",
                [
                    kind,
                    object_key,
                    list(record_ids[start : start + IDS_PER_EVENT]),
                    actor_id,
                    operation_id,
                    None if payload is None else orjson.dumps(payload).decode(),
                ],
            )
            number, wanted = cursor.fetchone()
            made.append(number)
    # Robust: what was saved is saved, whatever becomes of its consequences; the worker tries them again.
    if _subscribers.get(kind) or (wanted and _listeners):
        transaction.on_commit(lambda: deliver(made), robust=True)
    elif _subscribers_of(kind):
        transaction.on_commit(lambda: _soon(made), robust=True)


_background: Background | None = None


def deliver_beside() -> None:
    """In this process, hand over in a thread of its own what no answer waits for."""
    global _background  # noqa: PLW0603 - one for the process
    _background = _background or Background(deliver)


def end_delivery_beside() -> None:
    """Deliver what waits; from then on everything is handed over at once again."""
    global _background
    background, _background = _background, None
    if background is not None:
        background.end()


def _soon(event_ids: list[int]) -> None:
    if (background := _background) is None:
        deliver(event_ids)
    else:
        background.take(event_ids)


def deliver(event_ids: list[int] | None = None) -> int:
    """Hand waiting events (all, or those given) to their subscribers in order; return how many were done.

    An event is marked delivered in the transaction of its subscribers, so that a crash repeats it. One whose
    subscriber fails is noted in the log and tried again, later each time; it does not hold up the others. The worker
    calls this every minute for what failed or what a dead process left behind.
    """
    done = 0
    last = 0
    while True:
        with transaction.atomic(), connection.cursor() as cursor:
            # Nobody waits for the disk here: what a crash takes back is delivered again, with all that came of it.
            cursor.execute("set local synchronous_commit = off")
            cursor.execute(
                "select id, kind, object, record_ids, actor_id, operation_id, payload, at,"
                " exists (select from kernel_event_interest i where i.kind = kernel_event.kind) from kernel_event"
                " where delivered_at is null and (retry_at is null or retry_at <= now()) and id > %s"
                " and (%s::bigint[] is null or id = any(%s)) order by id limit %s for update skip locked",
                [last, event_ids, event_ids, DELIVERY_BATCH],
            )
            found = cursor.fetchall()
            events = [Delivered(r[0], r[1], r[2], tuple(r[3]), *r[4:8]) for r in found]
            delivered = [e.id for e, row in zip(events, found, strict=True) if _hand_over(e, wanted=row[8])]
            cursor.execute(
                "update kernel_event set delivered_at = now(), retry_at = null where id = any(%s)",
                [delivered],
            )
            if len(delivered) < len(events):
                _put_off(cursor, [e.id for e in events if e.id not in set(delivered)])
        done += len(delivered)
        if len(events) < DELIVERY_BATCH:
            return done
        last = events[-1].id


def _put_off(cursor: Any, event_ids: list[int]) -> None:
    """Have events tried again that could not be delivered, later each time."""
    cursor.execute(
        "update kernel_event set attempts = least(attempts + 1, 100),"
        " retry_at = now() + least(interval '1 minute' * (2 ^ least(attempts, 12)), interval '1 day')"
        " where id = any(%s)",
        [event_ids],
    )


def _hand_over(event: Delivered, *, wanted: bool) -> bool:
    """Call the subscribers of an event, all or none; False when one failed."""
    subscribers = [*_subscribers_of(event.kind), *(_listeners if wanted else ())]
    if not subscribers:
        return True
    try:
        with transaction.atomic():
            for subscriber in subscribers:
                subscriber(event)
    except Exception:  # a subscriber's fault must not stop the queue
        log.exception("event %s (%s) could not be delivered", event.id, event.kind)
        return False
    return True


def forget_delivered() -> int:
    """Delete events that were delivered long ago; return how many."""
    with connection.cursor() as cursor:
        cursor.execute("delete from kernel_event where delivered_at < %s", [timezone.now() - KEPT])
        return int(cursor.rowcount)
