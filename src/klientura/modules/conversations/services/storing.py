"""Taking letters over from a mail server: each kept whole, once, in its thread, bound to whom it is from.

A batch is one transaction, and the folder remembers in it how far it has been read. So what breaks off loses nothing
and doubles nothing.
"""

import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import BinaryIO, Final

from django.db import transaction
from django.utils import timezone

from klientura.kernel.files.receiving import receive
from klientura.kernel.notify.live import say_told
from klientura.kit.letters import parsing
from klientura.kit.letters.naming import Address, digest
from klientura.modules.conversations.models import (
    Folder,
    Letter,
    LetterFile,
    LetterPlace,
    LetterReference,
    Mailbox,
    Thread,
)
from klientura.modules.conversations.services.binding import bind_letters
from klientura.modules.conversations.services.calendars import hand_on
from klientura.modules.conversations.services.coming import already_ours, learn
from klientura.modules.conversations.services.threading import groups_of, join_threads, refresh_threads

UNBOUND: Final = frozenset({"junk", "trash", "drafts"})
"""What lies in such folders is no contact with anybody."""


@dataclass(slots=True)
class Arrived:
    """A letter as the server hands it out."""

    uid: int
    raw: bytes | BinaryIO
    size: int
    flags: frozenset[str] = frozenset()
    at: dt.datetime | None = None


def take(mailbox: Mailbox, folder: Folder, arrived: Sequence[Arrived]) -> list[int]:
    """Store letters of a folder, in the order of their numbers; return the numbers of those that are new here."""
    parsed = [(a, parsing.parse(a.raw)) for a in arrived]
    with transaction.atomic():
        # One batch of a mailbox after the other: two at once would make two threads of one.
        Mailbox.objects.select_for_update().get(pk=mailbox.pk)
        keys = {letter.key for _a, letter in parsed}
        known = dict(Letter.objects.filter(mailbox=mailbox, key__in=keys).values_list("key", "pk"))
        known = {**already_ours(mailbox, [letter for _a, letter in parsed]), **known}
        fresh: dict[str, tuple[Arrived, parsing.Letter]] = {}
        for each in parsed:
            if each[1].key not in known:
                fresh.setdefault(each[1].key, each)
        new = _insert(mailbox, list(fresh.values()))
        known |= {letter.key: letter.pk for letter in new}
        place(folder, {a.uid: known[letter.key] for a, letter in parsed})
        note_read(folder, max((a.uid for a in arrived), default=0))
        if new and folder.role not in UNBOUND:
            bind_letters(mailbox, new)
            learn(mailbox, new, [letter for _a, letter in fresh.values()])
            hand_on([letter for _a, letter in fresh.values()])
        if new:
            say_told(users_of(mailbox))
    return [letter.pk for letter in new]


def users_of(mailbox: Mailbox) -> list[int]:
    """Who reads a mailbox, and whose pages are to show at once what has come."""
    return [mailbox.owner_id] if mailbox.owner_id else sorted({*mailbox.readers, *mailbox.answerers})


def store_own(mailbox: Mailbox, own: Arrived, author_id: int, tie: Callable[[Thread], bool]) -> Letter:
    """Store a letter that was sent from here, in its thread, and bind it; `tie` may bind a thread before that. Within a
    transaction. Where it lies on the server is noted when it is met there."""
    letter = parsing.parse(own.raw)
    Mailbox.objects.select_for_update().get(pk=mailbox.pk)
    there = Letter.objects.filter(mailbox=mailbox, key=letter.key).first()
    if there is not None:
        return there
    [row] = _insert(mailbox, [(own, letter)])
    thread = Thread.objects.get(pk=row.thread_id)
    if tie(thread):
        thread.save(update_fields=["party_id", "person_id", "subject_object", "subject_id", "bound_by_hand"])
    bind_letters(mailbox, [row], owner_id=author_id)
    say_told(users_of(mailbox))
    return row


def place(folder: Folder, letters: Mapping[int, int]) -> None:
    """Note where letters lie: number in the folder → letter."""
    rows = [LetterPlace(folder=folder, uid=uid, letter_id=letter_id) for uid, letter_id in letters.items()]
    LetterPlace.objects.bulk_create(rows, ignore_conflicts=True)


def note_read(folder: Folder, uid: int) -> None:
    """Note that a folder has been read up to a letter."""
    folder.last_uid = max(folder.last_uid, uid)
    folder.save(update_fields=["last_uid"])


def _insert(mailbox: Mailbox, fresh: Sequence[tuple[Arrived, parsing.Letter]]) -> list[Letter]:
    """Write letters that are not here yet, with their files and threads."""
    if not fresh:
        return []
    threads = _threads(mailbox, fresh)
    numbers = iter(receive([content for each in fresh for content in _contents(*each)]))
    rows, files = [], []
    for (arrived, letter), thread_id in zip(fresh, threads, strict=True):
        row = _row(mailbox, arrived, letter, thread_id)
        row.raw_id = next(numbers)
        rows.append(row)
        files.append([(next(numbers), attached.content_id) for attached in letter.attached])
    Letter.objects.bulk_create(rows)
    LetterFile.objects.bulk_create(
        LetterFile(letter=row, file_id=number, content_id=content_id, position=position)
        for row, held in zip(rows, files, strict=True)
        for position, (number, content_id) in enumerate(held)
    )
    refresh_threads(threads)
    return rows


def _contents(arrived: Arrived, letter: parsing.Letter) -> Iterable[tuple[str, bytes | BinaryIO]]:
    yield "letter.eml", arrived.raw
    for attached in letter.attached:
        yield attached.name, attached.data


def _row(mailbox: Mailbox, arrived: Arrived, letter: parsing.Letter, thread_id: int) -> Letter:
    outgoing = letter.sender == mailbox.address
    people = (*letter.senders, *letter.to, *letter.cc, *letter.bcc)
    return Letter(
        mailbox=mailbox,
        thread_id=thread_id,
        key=letter.key,
        message_id=letter.message_id,
        direction="outgoing" if outgoing else "incoming",
        sender=letter.sender,
        sender_name=letter.senders[0].name if letter.senders else "",
        to=_lines(letter.to),
        cc=_lines((*letter.cc, *letter.bcc)),
        addresses=sorted({p.address for p in people if p.address} - {mailbox.address}),
        reply_to=letter.reply_to[0].address if letter.reply_to else "",
        subject=letter.subject,
        at=_moment(arrived, letter),
        text=letter.text,
        html=letter.html,
        said=letter.said,
        size=arrived.size,
        files=len(letter.attached),
        seen=outgoing or "\\Seen" in arrived.flags,
        answered="\\Answered" in arrived.flags,
        flagged="\\Flagged" in arrived.flags,
        automatic=letter.automatic,
        failed_for=list(letter.failed_for),
    )


def _lines(people: Iterable[Address]) -> list[list[str]]:
    return [[p.name, p.address] for p in people]


def _moment(arrived: Arrived, letter: parsing.Letter) -> dt.datetime:
    """When the letter was written; one that tells no moment, or one to come, was written when the server got it."""
    now = timezone.now()
    found = letter.at if letter.at and letter.at < now + dt.timedelta(days=1) else arrived.at
    return min(found or now, now)


def _threads(mailbox: Mailbox, fresh: Sequence[tuple[Arrived, parsing.Letter]]) -> list[int]:
    """The thread of each letter: one that is there, one made of several, or a new one."""
    names = [_names(letter) for _a, letter in fresh]
    group_of_each, threads_of_group = groups_of(mailbox, names)
    first = dict(reversed(list(zip(group_of_each, fresh, strict=True))))
    empty = [group for group, threads in enumerate(threads_of_group) if not threads]
    made = Thread.objects.bulk_create([_new_thread(mailbox, *first[group]) for group in empty])
    for group, thread in zip(empty, made, strict=True):
        threads_of_group[group] = [thread.pk]
    for kept, *gone in threads_of_group:
        if gone:
            join_threads(mailbox, kept, gone)
    LetterReference.objects.bulk_create(
        [
            LetterReference(mailbox=mailbox, reference=reference, thread_id=threads_of_group[group][0])
            for each, group in zip(names, group_of_each, strict=True)
            for reference in each
        ],
        ignore_conflicts=True,
    )
    return [threads_of_group[group][0] for group in group_of_each]


def _new_thread(mailbox: Mailbox, arrived: Arrived, letter: parsing.Letter) -> Thread:
    at = _moment(arrived, letter)
    people = ", ".join(p.name or p.address for p in letter.to)[:300]
    return Thread(mailbox=mailbox, subject=letter.subject, first_at=at, last_at=at, people=people)


def _names(letter: parsing.Letter) -> list[str]:
    """The identifiers a letter names: its own first."""
    own = digest(letter.message_id) if letter.message_id else letter.key
    return list(dict.fromkeys([own, *map(digest, letter.in_reply_to), *map(digest, letter.references)]))
