"""What activities do when interactions, tasks and assignments change."""

from klientura.kernel.events.outbox import Delivered, subscribe
from klientura.modules.activities.services.last_contacts import refresh_last_contacts
from klientura.modules.activities.services.repeating import follow_up


def interaction_moved(event: Delivered) -> None:
    """Keep the last contact of parties current."""
    refresh_last_contacts(event.record_ids)


def task_moved(event: Delivered) -> None:
    """Make what follows tasks that repeat."""
    follow_up("task", event.record_ids)


def assignment_moved(event: Delivered) -> None:
    """Make what follows assignments that repeat."""
    follow_up("assignment", event.record_ids)


def attach() -> None:
    """Subscribe to the events of interactions, tasks and assignments."""
    for what in ("created", "changed", "trashed", "restored", "undone"):
        subscribe(f"interaction.{what}", interaction_moved)
    for what in ("changed", "undone"):
        subscribe(f"task.{what}", task_moved)
        subscribe(f"assignment.{what}", assignment_moved)
