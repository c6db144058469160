"""What letters that come tell of letters that went: that one lies among the sent ones, that one did not arrive."""

from collections.abc import Sequence

from klientura.kit.letters import parsing
from klientura.modules.conversations.models import Letter, Mailbox, Outgoing
from klientura.modules.conversations.services.undelivered import note_undelivered
from klientura.modules.parties.services.deliverability import mark_deliverable

BROKEN_OFF = ("sending", "handing", "unsure")


def already_ours(mailbox: Mailbox, parsed: Sequence[parsing.Letter]) -> dict[str, int]:
    """Of letters that lie among the sent ones, those that were sent from here: by key the letter, even when the server has
    changed the date of its copy."""
    ids = {
        letter.message_id: letter.key
        for letter in parsed
        if letter.sender == mailbox.address and letter.message_id
    }
    if not ids:
        return {}
    sent = Outgoing.objects.filter(mailbox=mailbox, message_id__in=ids, letter__isnull=False)
    return {
        ids[name]: letter_id for name, letter_id in sent.values_list("message_id", "letter_id") if letter_id
    }


def learn(mailbox: Mailbox, new: Sequence[Letter], parsed: Sequence[parsing.Letter]) -> None:
    """Take from new letters what they tell of those that went. Within the transaction that stores them."""
    own = {row.message_id: row for row in new if row.direction == "outgoing" and row.message_id}
    waiting = Outgoing.objects.filter(mailbox=mailbox, message_id__in=own, letter=None) if own else []
    for row in waiting:
        letter = own[row.message_id]
        row.letter, row.thread_id, row.copy = letter, letter.thread_id, "kept"
        if row.state in BROKEN_OFF:
            row.state, row.said, row.next_at = "sent", "", None
        row.save()
    note_undelivered(mailbox, [each for each in parsed if each.failed_for])
    human = {
        row.sender for row in new if row.direction == "incoming" and not row.automatic and not row.failed_for
    }
    mark_deliverable(human, arrives=True)
