"""What activities do when interactions change."""

from klientura.kernel.events.outbox import Delivered, subscribe
from klientura.modules.activities.services.last_contacts import refresh_last_contacts


def interaction_moved(event: Delivered) -> None:
    """Keep the last contact of parties current."""
    refresh_last_contacts(event.record_ids)


def attach() -> None:
    """Subscribe to the events of interactions."""
    for what in ("created", "changed", "trashed", "restored", "undone"):
        subscribe(f"interaction.{what}", interaction_moved)
