"""Events reach their subscribers after the commit, at least once; a failing subscriber holds up nobody."""

import datetime as dt
import threading
from collections import defaultdict
from collections.abc import Iterator

import pytest
from django.db import connection, transaction

from klientura.kernel.events import outbox
from klientura.kernel.events.models import Event
from klientura.kernel.events.outbox import Delivered, deliver, emit, forget_delivered, subscribe

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def nobody_listens(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    monkeypatch.setattr(outbox, "_subscribers", defaultdict(list))
    monkeypatch.setattr(outbox, "_of_every_object", defaultdict(list))
    Event.objects.all().delete()
    yield
    Event.objects.all().delete()


def say(kind: str, *ids: int) -> None:
    with transaction.atomic():
        emit(kind, "party", ids or (1,), actor_id=None)


def due_now() -> None:
    Event.objects.filter(retry_at__isnull=False).update(retry_at=None)


def test_delivered_once_and_after_the_commit() -> None:
    heard: list[tuple[int, ...]] = []
    subscribe("party.created", lambda e: heard.append(e.record_ids))
    with transaction.atomic():
        emit("party.created", "party", [1, 2], actor_id=None)
        assert heard == []
    assert heard == [(1, 2)]
    assert deliver() == 0
    with pytest.raises(RuntimeError), transaction.atomic():
        emit("party.created", "party", [3], actor_id=None)
        raise RuntimeError
    assert heard == [(1, 2)]


def test_a_failing_subscriber_neither_breaks_the_write_nor_stops_the_queue() -> None:
    heard: list[int] = []

    def fails(event: Delivered) -> None:
        with connection.cursor() as cursor:
            cursor.execute("update kernel_event set payload = '1' where id = %s", [event.id])
        raise ValueError("broken subscriber")

    subscribe("party.changed", fails)
    subscribe("party.created", lambda e: heard.extend(e.record_ids))
    say("party.changed", 1)
    say("party.created", 2)
    assert heard == [2]
    stuck = Event.objects.get(delivered_at=None)
    assert (stuck.kind, stuck.attempts, stuck.payload) == ("party.changed", 1, None)
    assert stuck.retry_at is not None
    assert deliver() == 0, "it is not due yet"
    due_now()
    assert deliver() == 0
    later = Event.objects.get(pk=stuck.pk)
    assert later.attempts == 2
    assert later.retry_at is not None
    assert later.retry_at - dt.datetime.now(dt.UTC) > dt.timedelta(seconds=90), "later each time"


def test_what_a_dead_process_left_is_delivered_later() -> None:
    heard: list[int] = []
    say("party.counted", *range(1, outbox.IDS_PER_EVENT + 3))
    subscribe("party.counted", lambda e: heard.extend(e.record_ids))
    assert deliver() == 2
    assert heard == [*range(1, outbox.IDS_PER_EVENT + 3)]


def test_delivered_events_are_forgotten_after_a_week() -> None:
    say("party.created", 1)
    deliver()
    assert forget_delivered() == 0
    Event.objects.update(delivered_at=dt.datetime.now(dt.UTC) - outbox.KEPT - dt.timedelta(hours=1))
    say("party.created", 2)
    assert forget_delivered() == 1
    assert Event.objects.get().record_ids == [2]


def test_a_verb_is_heard_of_every_object(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(outbox, "_of_every_object", defaultdict(list))
    heard: list[str] = []
    outbox.subscribe_everywhere("counted", lambda e: heard.append(e.kind))
    for kind in ("party.counted", "x_own.counted", "party.weighed", "counted"):
        say(kind, 1)
    assert heard == ["party.counted", "x_own.counted", "counted"]


def test_what_no_answer_waits_for_is_delivered_beside(monkeypatch: pytest.MonkeyPatch) -> None:
    heard: list[tuple[str, str]] = []
    over = threading.Event()

    def hear(event: Delivered) -> None:
        heard.append((event.kind, threading.current_thread().name))
        if len(heard) == 3:
            over.set()

    def fails(event: Delivered) -> None:
        raise ValueError("broken subscriber")

    monkeypatch.setattr(outbox, "_background", None)
    outbox.deliver_beside()
    subscribe("party.merged", hear)
    outbox.subscribe_everywhere("created", hear)
    outbox.subscribe_everywhere("failed", fails)

    say("party.merged")
    assert [kind for kind, _thread in heard] == ["party.merged"]  # other records hang on it: at once
    say("party.failed")
    say("party.created", 1)
    say("party.created", 2)

    assert over.wait(5)
    outbox.end_delivery_beside()
    assert {thread for _kind, thread in heard[1:]} == {"delivery"}
    assert threading.current_thread().name == heard[0][1]
