"""A letter of ours that a server has taken becomes one of its thread, and a fact of its client, like those that are read."""

from django.utils import timezone

from klientura.modules.conversations.models import Letter, Outgoing, Thread
from klientura.modules.conversations.services.storing import Arrived, store_own


def keep_sent(row: Outgoing, raw: bytes) -> Letter:
    """Store a letter that went; the one that is there when the mailbox was read faster. Within a transaction."""
    own = Arrived(0, raw, len(raw), frozenset({"\\Seen"}), timezone.now())
    return store_own(row.mailbox, own, row.author_id, lambda thread: _tie(row, thread))


def _tie(row: Outgoing, thread: Thread) -> bool:
    """Bind the thread that a letter began to what the letter was begun at; whether it was bound so."""
    if thread.bound_by_hand or thread.letters > 1 or not (row.party_id or row.subject_id):
        return False
    thread.party_id, thread.person_id = row.party_id, row.person_id
    thread.subject_object, thread.subject_id, thread.bound_by_hand = row.subject_object, row.subject_id, True
    return True
