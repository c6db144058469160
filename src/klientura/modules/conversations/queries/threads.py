"""Threads of a mailbox, the latest first, and the letters of one."""

import datetime as dt
from dataclasses import dataclass
from typing import Final

from django.db.models import Q

from klientura.kernel.fields.files import FileRef
from klientura.kernel.files.keeping import looked_up
from klientura.modules.conversations.models import Letter, LetterFile, Mailbox, Thread

PAGE: Final = 50
MOST_LETTERS: Final = 100
SHOWN: Final = ("all", "unread", "unbound", "drafts", "going")


@dataclass(frozen=True, slots=True)
class Threads:
    """A page of threads, and where the next one begins."""

    rows: list[Thread]
    next: str


def threads_of(mailbox: Mailbox, shown: str, after: str = "") -> Threads:
    """A page of threads, by keys: no page depends on how many there are."""
    rows = Thread.objects.filter(mailbox=mailbox)
    if shown == "unread":
        rows = rows.filter(unread__gt=0)
    elif shown == "unbound":
        rows = rows.filter(party_id=None, subject_id=None)
    if (position := _position(after)) is not None:
        at, number = position
        rows = rows.filter(Q(last_at__lt=at) | Q(last_at=at, pk__lt=number))
    found = list(rows.order_by("-last_at", "-pk")[: PAGE + 1])
    last = found[PAGE - 1] if len(found) > PAGE else None
    return Threads(found[:PAGE], f"{last.last_at.timestamp():.6f}_{last.pk}" if last else "")


def _position(text: str) -> tuple[dt.datetime, int] | None:
    moment, _line, number = text.partition("_")
    try:
        return dt.datetime.fromtimestamp(float(moment), dt.UTC), min(int(number), 2**62)
    except (ValueError, OverflowError, OSError):
        return None


def letters_of(thread: Thread) -> list[Letter]:
    """The latest letters of a thread, the oldest first."""
    return list(Letter.objects.filter(thread=thread).defer("html").order_by("-at", "-pk")[:MOST_LETTERS])[
        ::-1
    ]


def files_of(letters: list[Letter]) -> dict[int, list[tuple[LetterFile, FileRef]]]:
    """The files of letters; two queries."""
    held = list(LetterFile.objects.filter(letter__in=[each.pk for each in letters]).order_by("position"))
    files = looked_up(each.file_id for each in held)
    found: dict[int, list[tuple[LetterFile, FileRef]]] = {}
    for each in held:
        if each.file_id in files:
            found.setdefault(each.letter_id, []).append((each, files[each.file_id]))
    return found
