"""The way of a letter from the outbox to the mail server, step by step, each step committed before the next.

A letter is `sending` while we speak to the server, which does no harm if it breaks off; it becomes `handing` right before the
server gets it. What breaks off then may have been taken or not: nobody sends it again unasked.
"""

import datetime as dt
from collections.abc import Collection, Mapping
from typing import Final

from django.db import connection, transaction
from django.utils import timezone
from django.utils.translation import gettext as _

from klientura.kernel.files.keeping import looked_up
from klientura.kernel.files.storage import storage
from klientura.kernel.notify.telling import Told, tell
from klientura.kit.letters import writing
from klientura.kit.letters.naming import Address
from klientura.modules.conversations.models import Letter, Outgoing
from klientura.modules.conversations.services.sent import keep_sent
from klientura.modules.conversations.services.servers import ask_to_send
from klientura.modules.conversations.services.tracking import untraced

PAUSES: Final = tuple(dt.timedelta(minutes=m) for m in (1, 5, 15, 60, 180, 360, 720))
"""How long to wait after each attempt; after one more it is given up, a day after the first."""
LEASE: Final = dt.timedelta(minutes=15)
"""A letter that has been on its way for so long has lost its process."""
AT_ONCE: Final = 200
MOST_COPIES: Final = 20

_CLAIM = (
    "update mail_outgoing set state = 'sending', claimed_at = %s, attempts = attempts + 1"
    " where id = %s and state = 'waiting' and next_at <= %s returning id"
)


def claim(outgoing_id: int) -> Outgoing | None:
    """Take a letter whose time has come, for this process alone."""
    now = timezone.now()
    with connection.cursor() as cursor:
        cursor.execute(_CLAIM, [now, outgoing_id, now])
        taken = cursor.fetchone()
    return Outgoing.objects.select_related("mailbox", "author").get(pk=outgoing_id) if taken else None


def forbidden(row: Outgoing) -> str:
    """Why a letter may not go any more although it waited, in words; empty: it may. Much may change until its time comes."""
    box, author = row.mailbox, row.author
    if not box.active or not box.smtp_host:
        return _("Nothing is sent from this mailbox any more.")
    writes = box.owner_id == author.pk if box.owner_id else author.pk in box.answerers
    return "" if writes and author.is_active else _("The writer may not write from this mailbox any more.")


def raw_of(row: Outgoing, *, with_hidden: bool = False) -> bytes | None:
    """The letter as it is handed in; None when its bytes are lost. `with_hidden` as its sender keeps it."""
    found = looked_up([row.raw_id or 0]).get(row.raw_id or 0)
    if found is None:
        return None
    try:
        with storage().open(found.sha256) as stream:
            raw = stream.read()
    except FileNotFoundError:
        return None
    hidden = [Address(name, address) for name, address in row.bcc]
    return writing.with_hidden_copies(untraced(raw), hidden) if with_hidden else raw


def recipients(row: Outgoing) -> list[str]:
    """To whom a letter is still to go."""
    done = {*row.reached, *row.refused}
    return [a for a in dict.fromkeys(a for _n, a in (*row.to, *row.cc, *row.bcc)) if a not in done]


def _is_ours(row: Outgoing, *states: str) -> bool:
    """Whether a letter is still in the hands of the attempt that claimed it, in one of these states; holds it, if so.

    Who was slower than the lease may find it taken back, changed, or claimed by another process.
    """
    held = Outgoing.objects.select_for_update().filter(pk=row.pk, claimed_at=row.claimed_at, state__in=states)
    return held.values_list("pk", flat=True).first() is not None


def begin_handing(row: Outgoing) -> bool:
    """Note that the server may have the letter from now on; False: it is not ours to send any more."""
    mine = Outgoing.objects.filter(pk=row.pk, claimed_at=row.claimed_at, state="sending")
    if not mine.update(state="handing"):
        return False
    row.state = "handing"
    return True


def note_handed(
    row: Outgoing, *, reached: Collection[str], refused: Mapping[str, str], later: Mapping[str, str]
) -> None:
    """The server took the letter for some; `refused` it will never take, `later` it may. It is a letter of the thread now."""
    with transaction.atomic():
        if not _is_ours(row, "handing", "unsure"):
            return
        row.reached = sorted({*row.reached, *reached})
        row.refused = {**row.refused, **refused}
        row.said = next(iter(later.values()), "")[:300]
        if row.letter_id is None and (raw := raw_of(row)) is not None:
            row.letter = keep_sent(row, raw)
            row.thread_id = row.letter.thread_id
            row.copy = "wanted"
        again = bool(later) and _put_off(row)
        if later and not again:
            row.refused = {**row.refused, **later}
        row.state = "waiting" if again else "sent"
        row.save()
    if row.refused and not again:
        _tell(row, "; ".join(f"{address}: {said}" for address, said in row.refused.items()))


def note_later(row: Outgoing, said: str) -> None:
    """The server did not take the letter this time: again after a pause, at last given up."""
    with transaction.atomic():
        if not _is_ours(row, "sending", "handing"):
            return
        row.said = said[:300]
        if again := _put_off(row):
            row.state = "waiting"
            row.save()
    if not again:
        note_refused(row, said, {})


def note_refused(row: Outgoing, said: str, by_address: Mapping[str, str]) -> None:
    """The server will not take the letter, whenever it is asked."""
    with transaction.atomic():
        if not _is_ours(row, "sending", "handing"):
            return
        row.state = "sent" if row.reached else "refused"
        row.said, row.next_at, row.refused = said[:300], None, {**row.refused, **by_address}
        row.save()
    _tell(row, said)


def note_unsure(row: Outgoing, said: str) -> None:
    """It broke off while the server may have had the letter. When it lies in the mailbox already, it went."""
    with transaction.atomic():
        if not _is_ours(row, "handing"):
            return
        there = Letter.objects.filter(
            mailbox_id=row.mailbox_id, message_id=row.message_id, direction="outgoing"
        ).first()
        row.said, row.next_at = said[:300], None
        row.state = "sent" if there else "unsure"
        if there:
            row.letter, row.thread_id, row.copy = there, there.thread_id, "kept"
        row.save()
    if there is None:
        _tell(row, said)


def _put_off(row: Outgoing) -> bool:
    """Set the next attempt; False when there have been enough."""
    if row.attempts > len(PAUSES):
        return False
    row.next_at = timezone.now() + PAUSES[max(row.attempts, 1) - 1]
    return True


def _tell(row: Outgoing, said: str) -> None:
    """Tell the author what became of the letter."""
    cause = f"outgoing:{row.pk}:{row.state}:{row.version}:{row.attempts}"
    name = row.subject or ", ".join(a for _n, a in row.to[:3])
    payload = {"name": name, "url": f"/mail/outgoing/{row.pk}", "detail": said[:240]}
    tell([Told(row.author_id, "unsent", cause, timezone.now(), payload=payload)])


def look_after() -> list[int]:
    """Put right what lost its process, and have sent what is due; return the letters whose copies are to be laid away."""
    now = timezone.now()
    lost = Outgoing.objects.filter(claimed_at__lt=now - LEASE)
    lost.filter(state="sending").update(state="waiting")
    for row in lost.filter(state="handing").select_related("mailbox")[:AT_ONCE]:
        note_unsure(row, "")
    due = Outgoing.objects.filter(state="waiting", next_at__lte=now).order_by("next_at")
    for outgoing_id in due.values_list("pk", flat=True)[:AT_ONCE]:
        ask_to_send(outgoing_id, now)
    return list(
        Outgoing.objects.filter(copy="wanted", letter__isnull=False)
        .order_by("pk")
        .values_list("pk", flat=True)[:AT_ONCE]
    )


def note_copy(row: Outgoing, *, kept: bool, hopeless: bool = False) -> None:
    """Note whether the copy lies in the folder of sent letters; many failures give it up, one that will not change at once."""
    row.copies_tried += 1
    row.copy = "kept" if kept else "lost" if hopeless or row.copies_tried >= MOST_COPIES else "wanted"
    row.save(update_fields=["copy", "copies_tried", "updated_at"])
