"""How mailboxes are: noted after each reading, and told to those who can mend it when something is wrong."""

import datetime as dt
from typing import Final

from django.db import transaction
from django.utils import timezone

from klientura.kernel.notify.telling import Told, tell
from klientura.modules.conversations.models import Folder, Mailbox

SHORTEST: Final = dt.timedelta(minutes=1)
LONGEST: Final = dt.timedelta(hours=1)
REFUSED_FOR: Final = dt.timedelta(hours=6)
"""A refused password is tried again so seldom, or the provider would lock the mailbox."""
TOLD_AFTER: Final = 5
"""Failures in a row after which people are told: servers are out of reach for a minute now and then."""


def note_well(mailbox: Mailbox) -> None:
    """The mailbox was read to its end, or as far as one turn goes."""
    waiting = Folder.objects.filter(mailbox=mailbox, chosen=True, waiting__gt=0).exists()
    state = "loading" if waiting else "well"
    Mailbox.objects.filter(pk=mailbox.pk).update(
        state=state, said="", failures=0, retry_at=None, synced_at=timezone.now()
    )


def note_refused(mailbox: Mailbox, said: str) -> None:
    """The server refused the password: people are told at once, and it is tried seldom until they change it."""
    _note(mailbox, "refused", said, REFUSED_FOR, at_once=True)


def note_broken(mailbox: Mailbox, said: str) -> None:
    """The server cannot be reached or says what nobody understands; it is asked again after longer and longer pauses."""
    pause = min(SHORTEST * 2 ** min(mailbox.failures, 10), LONGEST)
    _note(mailbox, "broken", said, pause, at_once=False)


@transaction.atomic
def _note(mailbox: Mailbox, state: str, said: str, pause: dt.timedelta, *, at_once: bool) -> None:
    now = timezone.now()
    row = Mailbox.objects.select_for_update().get(pk=mailbox.pk)
    is_new = row.state != state if at_once else row.failures + 1 == TOLD_AFTER
    row.state, row.said, row.failures, row.retry_at = state, said[:300], row.failures + 1, now + pause
    row.save(update_fields=["state", "said", "failures", "retry_at"])
    if is_new:
        people = [row.owner_id] if row.owner_id else row.answerers
        cause = f"mailbox:{row.pk}:{state}:{now:%Y%m%d%H%M%S}"
        payload = {"name": row.address, "url": "/mail/mailboxes"}
        tell([Told(user_id, "paused", cause, now, payload=payload) for user_id in people])
