"""Threads of a mailbox, the latest first, and the letters of one."""

import datetime as dt
import re
from dataclasses import dataclass
from typing import Final

from django.db import connection
from django.db.models import Q

from klientura.kernel.fields.files import FileRef
from klientura.kernel.files.keeping import looked_up
from klientura.modules.conversations.models import Letter, LetterFile, Mailbox, Thread

PAGE: Final = 50
MOST_LETTERS: Final = 100
SHOWN: Final = ("all", "unread", "unbound", "drafts", "going")
MOST_FOUND: Final = 2_000
MOST_TEXT: Final = 200
MOST_WORDS: Final = 10
_WORD: Final = re.compile(r"[^\W_]+")
# The expression of the index, letter for letter (see the migration that makes it). The words come first: to look at all
# letters of a mailbox for them takes a hundred times as long, and the planner does not know that.
_SAYING: Final = (
    "with saying as materialized (select thread_id, mailbox_id, at from mail_letter where to_tsvector('russian', translate(lower("
    "subject || ' ' || sender_name || ' ' || sender || ' ' || \"to\"::text || ' ' || cc::text || ' ' || left(said, 50000)),"
    " 'ё@._-/\"[],', 'е         ')) @@ to_tsquery('russian', %s))"
    " select thread_id from saying where mailbox_id = %s group by thread_id order by max(at) desc limit %s"
)


@dataclass(frozen=True, slots=True)
class Threads:
    """A page of threads, and where the next one begins."""

    rows: list[Thread]
    next: str


def threads_of(mailbox: Mailbox, shown: str, after: str = "", text: str = "") -> Threads:
    """A page of threads, by keys: no page depends on how many there are. With a text those in which somebody says it."""
    rows = Thread.objects.filter(mailbox=mailbox)
    if text.strip():
        rows = rows.filter(pk__in=_saying(mailbox, text))
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


def _saying(mailbox: Mailbox, text: str) -> list[int]:
    """The threads with letters that hold all words of a text, by their beginnings, in the subject, in names and addresses or
    in what was said; the latest when there are very many."""
    words = _WORD.findall(text[:MOST_TEXT].lower().replace("ё", "е"))[:MOST_WORDS]
    if not words:
        return []
    with connection.cursor() as cursor:
        cursor.execute(_SAYING, [" & ".join(f"{word}:*" for word in words), mailbox.pk, MOST_FOUND])
        return [row[0] for row in cursor.fetchall()]


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
