"""Reading a mailbox: its folders, what is new in those that were chosen, and how letters are marked now.

The folder remembers, in the transaction that stores a batch, how far it has been read; so a reading may break off at any
point, and the next one goes on from there.
"""

import datetime as dt
import logging
from collections.abc import Callable, Iterable, Sequence
from typing import Final

from django.db import transaction
from django.utils import timezone
from imap_tools.mailbox import BaseMailBox

from klientura.connectors.mail import imap
from klientura.kit.letters.parsing import headers_only
from klientura.modules.conversations.models import Folder, Letter, LetterPlace, Mailbox
from klientura.modules.conversations.services import health
from klientura.modules.conversations.services.storing import Arrived, note_read, place, take
from klientura.modules.conversations.services.threading import refresh_threads

log = logging.getLogger("klientura.mail")
BATCH: Final = 200
"""Letters of one transaction, and so many bytes at most:"""
BATCH_BYTES: Final = 16 * 1024 * 1024
WATCHED: Final = 500
"""Of so many of the latest letters of a folder it is looked at how they are marked now."""


def read_mailbox(mailbox_id: int, stopping: Callable[[], bool] = lambda: False) -> int:
    """Read what is new of a mailbox; return how many letters are new here. Trouble is noted at the mailbox, not raised."""
    now = timezone.now()
    mailbox = Mailbox.objects.filter(pk=mailbox_id, active=True).first()
    if mailbox is None or (mailbox.retry_at is not None and mailbox.retry_at > now):
        return 0
    new = 0
    try:
        with imap.connected(mailbox) as server:
            for folder in known_folders(mailbox, server):
                if stopping():
                    return new
                new += _read_folder(mailbox, folder, server, stopping)
    except imap.Refused as refused:
        health.note_refused(mailbox, str(refused))
    except imap.TROUBLE as trouble:
        log.warning("mailbox %s: %s", mailbox.pk, trouble)
        health.note_broken(mailbox, imap.said(trouble))
    else:
        health.note_well(mailbox)
    return new


def known_folders(mailbox: Mailbox, server: BaseMailBox) -> list[Folder]:
    """Note which folders there are, and return the chosen ones. At first the inbox and what was sent are chosen."""
    found = {each.name: each.role for each in imap.folders(server)}
    have = {f.name: f for f in Folder.objects.filter(mailbox=mailbox)}
    is_first = not have
    fresh = [
        Folder(mailbox=mailbox, name=name, role=role, chosen=is_first and role in {"inbox", "sent"})
        for name, role in found.items()
        if name not in have and len(name) <= 500
    ]
    Folder.objects.bulk_create(fresh, ignore_conflicts=True)
    for folder in have.values():
        if folder.name in found and folder.role != found[folder.name]:
            folder.role = found[folder.name]
            folder.save(update_fields=["role"])
    chosen = Folder.objects.filter(mailbox=mailbox, chosen=True, name__in=found)
    return sorted(chosen, key=lambda f: (f.role != "inbox", f.pk))


def _read_folder(mailbox: Mailbox, folder: Folder, server: BaseMailBox, stopping: Callable[[], bool]) -> int:
    status = server.folder.status(folder.name, ["UIDVALIDITY", "UIDNEXT"])
    server.folder.set(folder.name, readonly=True)
    if folder.validity != status.get("UIDVALIDITY"):
        _begin_anew(folder, status.get("UIDVALIDITY"))
    numbers: list[int] = []
    if status.get("UIDNEXT", 0) != folder.last_uid + 1:
        numbers = imap.uids(server, folder.last_uid, mailbox.since)
    new = 0
    waiting = len(numbers)
    if waiting > BATCH:
        Mailbox.objects.filter(pk=mailbox.pk).update(state="loading", said="")
    for batch in _batches(server, mailbox, folder, numbers):
        new += len(batch)
        waiting -= BATCH
        Folder.objects.filter(pk=folder.pk).update(waiting=max(0, waiting))
        if stopping():
            return new
    Folder.objects.filter(pk=folder.pk).update(waiting=0)
    _tell_seen(folder, server)
    _look_again(folder, server)
    return new


def _begin_anew(folder: Folder, validity: int | None) -> None:
    """The server numbers its letters anew: where they lay is forgotten; they are known again by their keys."""
    with transaction.atomic():
        LetterPlace.objects.filter(folder=folder).delete()
        folder.validity, folder.last_uid = validity, 0
        folder.save(update_fields=["validity", "last_uid"])


def _batches(
    server: BaseMailBox, mailbox: Mailbox, folder: Folder, numbers: Sequence[int]
) -> Iterable[list[int]]:
    """Store letters batch by batch; of those that are here already only the place is noted. Yields what is new."""
    for begin in range(0, len(numbers), BATCH):
        part = numbers[begin : begin + BATCH]
        seen = imap.look(server, part)
        keys = {each.uid: headers_only(each.headers).key for each in seen}
        here = dict(
            Letter.objects.filter(mailbox=mailbox, key__in={k for k in keys.values() if k}).values_list(
                "key", "pk"
            )
        )
        place(folder, {uid: here[key] for uid, key in keys.items() if key in here})
        new: list[int] = []
        for some in _by_size([each for each in seen if keys[each.uid] not in here]):
            new += _take(server, mailbox, folder, some)
        note_read(folder, part[-1])  # past letters that went while we read
        yield new


def _by_size(wanted: Sequence[imap.Seen]) -> Iterable[list[imap.Seen]]:
    some: list[imap.Seen] = []
    size = 0
    for each in wanted:
        if some and size + each.size > BATCH_BYTES:
            yield some
            some, size = [], 0
        some.append(each)
        size += each.size
    if some:
        yield some


def _take(server: BaseMailBox, mailbox: Mailbox, folder: Folder, wanted: Sequence[imap.Seen]) -> list[int]:
    sizes = {each.uid: each.size for each in wanted}
    fetched = imap.fetch(server, wanted)
    try:
        return take(mailbox, folder, [Arrived(f.uid, f.raw, sizes[f.uid], f.flags, f.at) for f in fetched])
    finally:
        for each in fetched:
            if not isinstance(each.raw, bytes):
                each.raw.close()


def _tell_seen(folder: Folder, server: BaseMailBox) -> None:
    """Have the server know what was read here."""
    places = LetterPlace.objects.filter(
        folder=folder, letter__mailbox_id=folder.mailbox_id, letter__tell_seen=True
    )
    rows = list(places.values_list("uid", "letter_id")[:WATCHED])
    if rows:
        server.folder.set(folder.name)
        imap.mark_seen(server, [uid for uid, _letter in rows])
        Letter.objects.filter(pk__in=[letter for _uid, letter in rows]).update(tell_seen=False)


def _look_again(folder: Folder, server: BaseMailBox) -> None:
    """Take over how the latest letters are marked now, and which of them lie here no more."""
    places = list(
        LetterPlace.objects.filter(folder=folder).select_related("letter").order_by("-uid")
        .only("uid", "letter__seen", "letter__flagged", "letter__answered", "letter__thread_id", "letter__direction")[:WATCHED]
    )  # fmt: skip
    marks = imap.flags(server, [p.uid for p in places])
    changed: list[Letter] = []
    for each in places:
        now = marks.get(each.uid)
        if now is None:
            continue
        letter = each.letter
        wanted = ("\\Seen" in now or letter.direction == "outgoing", "\\Flagged" in now, "\\Answered" in now)
        if (letter.seen, letter.flagged, letter.answered) != wanted:
            letter.seen, letter.flagged, letter.answered = wanted
            changed.append(letter)
    with transaction.atomic():
        LetterPlace.objects.filter(pk__in=[p.pk for p in places if p.uid not in marks]).delete()
        Letter.objects.bulk_update(changed, ["seen", "flagged", "answered"])
        if changed:
            refresh_threads({letter.thread_id for letter in changed})


def due(now: dt.datetime | None = None) -> list[int]:
    """The mailboxes that may be read now."""
    moment = now or timezone.now()
    active = Mailbox.objects.filter(active=True)
    return list(
        (active.filter(retry_at=None) | active.filter(retry_at__lte=moment))
        .order_by("pk")
        .values_list("pk", flat=True)
    )
