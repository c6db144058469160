"""What sales does when tasks, assignments and interactions change."""

from klientura.kernel.events.outbox import Delivered, subscribe
from klientura.modules.sales.services.next_steps import refresh_next_steps
from klientura.modules.sales.services.responses import note_first_responses


def task_moved(event: Delivered) -> None:
    """Keep the next step of deals and parties current."""
    refresh_next_steps("task", event.record_ids)


def assignment_moved(event: Delivered) -> None:
    """Keep the next step of deals and parties current."""
    refresh_next_steps("assignment", event.record_ids)


def interaction_moved(event: Delivered) -> None:
    """Keep the first answer to leads current."""
    note_first_responses(event.record_ids)


def attach() -> None:
    """Subscribe to the events of tasks, assignments and interactions."""
    for what in ("created", "changed", "trashed", "restored", "undone"):
        subscribe(f"task.{what}", task_moved)
        subscribe(f"assignment.{what}", assignment_moved)
        subscribe(f"interaction.{what}", interaction_moved)
