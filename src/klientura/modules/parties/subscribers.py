"""What the client base does when an operation on it is taken back."""

from klientura.kernel.dedup.merges import follow_merges
from klientura.kernel.events.outbox import Delivered, subscribe
from klientura.modules.parties.services.main_values import follow_lines


def party_undone(event: Delivered) -> None:
    """An undo restores records and lines each by their own history; the main values follow the lines again."""
    follow_lines(event.record_ids)


def attach() -> None:
    """Subscribe to the events of parties."""
    subscribe("party.undone", party_undone)
    follow_merges("organisation", "person")
