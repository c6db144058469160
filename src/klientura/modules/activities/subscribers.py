"""What activities do when interactions, events, tasks and assignments change."""

from klientura.kernel.events.outbox import Delivered, Subscriber, subscribe
from klientura.kernel.notify.payloads import payload_of
from klientura.modules.activities.services import aftermath, reminders, telling
from klientura.modules.activities.services.done_contacts import follow_done
from klientura.modules.activities.services.last_contacts import refresh_last_contacts
from klientura.modules.activities.services.repeating import follow_up

EVER = ("created", "changed", "trashed", "restored", "undone")


def interaction_moved(event: Delivered) -> None:
    """Keep the last contact of parties current."""
    refresh_last_contacts(event.record_ids)


def task_moved(event: Delivered) -> None:
    """Make what follows tasks that repeat; calls and meetings that are done are contacts."""
    follow_done(event.record_ids)
    follow_up("task", event.record_ids)


def task_made(event: Delivered) -> None:
    """What is written down as done at once is a contact, too."""
    follow_done(event.record_ids)


def assignment_moved(event: Delivered) -> None:
    """Make what follows assignments that repeat."""
    follow_up("assignment", event.record_ids)


def event_made(event: Delivered) -> None:
    """Whoever takes part is told, and reminded as usual."""
    telling.tell_invited(event.record_ids, event.actor_id, event.at)
    reminders.remind_as_usual(event.record_ids)
    reminders.refresh("event", event.record_ids, event.at)


def event_changed(event: Delivered) -> None:
    """What has changed is told; reminders move along."""
    columns = payload_of(event).get("columns", ())
    aftermath.of_changed(event.record_ids, columns, event.actor_id, event.at)
    reminders.refresh("event", event.record_ids, event.at)


def event_trashed(event: Delivered) -> None:
    """Guests and colleagues need not come."""
    aftermath.of_trashed(event.record_ids, event.actor_id, event.at)


def event_restored(event: Delivered) -> None:
    """Guests and colleagues are to come after all."""
    aftermath.of_restored(event.record_ids, event.actor_id, event.at)


def event_undone(event: Delivered) -> None:
    """Everybody hears what stands now; what was not held after all leaves no interaction."""
    aftermath.of_undone(event.record_ids, event.operation_id, event.actor_id, event.at)


def attach() -> None:
    """Subscribe to the events of interactions, to what repeats, and to whatever moves what somebody is reminded of."""
    for what in EVER:
        subscribe(f"interaction.{what}", interaction_moved)
    for what in ("changed", "undone"):
        subscribe(f"task.{what}", task_moved)
        subscribe(f"assignment.{what}", assignment_moved)
    subscribe("task.created", task_made)
    subscribe("event.created", event_made)
    subscribe("event.changed", event_changed)
    subscribe("event.trashed", event_trashed)
    subscribe("event.restored", event_restored)
    subscribe("event.undone", event_undone)
    for key in reminders.REMINDED:
        for what in EVER:
            if (key, what) not in {
                ("event", "created"),
                ("event", "changed"),
                ("task", "created"),
                ("assignment", "created"),
            }:
                subscribe(f"{key}.{what}", _mover(key))


def _mover(key: str) -> Subscriber:
    def moved(event: Delivered) -> None:
        reminders.refresh(key, event.record_ids, event.at)

    return moved
