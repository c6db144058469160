"""Letters that came back. Only what names a letter of ours, and somebody it went to, is believed: reports are easily forged."""

from collections.abc import Sequence
from typing import Final

from django.utils import timezone

from klientura.kernel.notify.telling import Told, tell
from klientura.kit.letters import parsing
from klientura.modules.conversations.models import Letter, Mailbox, Outgoing
from klientura.modules.parties.services.deliverability import mark_deliverable

MOST_REPORTS: Final = 200


def note_undelivered(mailbox: Mailbox, reports: Sequence[parsing.Letter]) -> None:
    """Mark the letters that some reports are of, and the addresses at the clients; tell who wrote them. Two queries, and
    three more for letters that came back."""
    told = {
        name: each
        for each in reports[:MOST_REPORTS]
        for name in (*each.failed_ids, *each.in_reply_to, *each.references)
    }
    if not told:
        return
    gone: set[str] = set()
    for row in Outgoing.objects.filter(mailbox=mailbox, message_id__in=told).exclude(state="draft"):
        report = told[row.message_id]
        failed = {a for _n, a in (*row.to, *row.cc, *row.bcc)} & set(report.failed_for)
        fresh = failed - set(row.bounced)
        gone |= failed
        if fresh:
            row.bounced = {**row.bounced, **dict.fromkeys(sorted(fresh), report.failed_why)}
            row.save(update_fields=["bounced"])
            _tell(row, sorted(fresh))
    sent = Letter.objects.filter(mailbox=mailbox, message_id__in=told, direction="outgoing")
    for message_id, addresses in sent.values_list("message_id", "addresses"):
        gone |= set(addresses) & set(told[message_id].failed_for)
    mark_deliverable(gone, arrives=False)


def _tell(row: Outgoing, failed: Sequence[str]) -> None:
    cause = f"outgoing:{row.pk}:bounced:{failed[0]}"[:200]
    payload = {
        "name": row.subject or failed[0],
        "url": f"/mail/outgoing/{row.pk}",
        "detail": ", ".join(failed)[:240],
    }
    tell([Told(row.author_id, "unsent", cause, timezone.now(), payload=payload)])
