"""What sales does when tasks change."""

from klientura.kernel.events.outbox import Delivered, subscribe
from klientura.modules.sales.services.next_steps import refresh_next_steps


def task_moved(event: Delivered) -> None:
    """Keep the next step of deals and parties current."""
    refresh_next_steps(event.record_ids)


def attach() -> None:
    """Subscribe to the events of tasks."""
    for kind in ("task.created", "task.changed", "task.trashed", "task.restored", "task.undone"):
        subscribe(kind, task_moved)
