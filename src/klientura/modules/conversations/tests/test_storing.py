"""Letters are kept once and whole, in their threads, whatever the order in which they come."""

import itertools
from typing import Any

import pytest
from django.db import DataError, connection, transaction
from django.test.utils import CaptureQueriesContext

from klientura.kernel.files.models import KeptFile
from klientura.kernel.files.storage import storage
from klientura.kernel.files.sweeping import sweep
from klientura.modules.conversations.models import Folder, Letter, LetterFile, LetterPlace, Mailbox, Thread
from klientura.modules.conversations.services import calendars
from klientura.modules.conversations.services.storing import Arrived, take
from klientura.modules.conversations.tests.written import arrive, letter, mailbox

pytestmark = pytest.mark.django_db


def test_a_letter_is_kept_whole_and_taken_apart() -> None:
    box, inbox = mailbox()
    written = letter(1, text="Добрый день!\n\n17.10.2025 12:34, Пётр пишет:\n> Старое")
    written.add_attachment(b"%PDF-1.4", maintype="application", subtype="pdf", filename="Счёт.pdf")
    [number] = arrive(box, inbox, written)
    kept = Letter.objects.get(pk=number)
    assert (kept.sender, kept.subject, kept.said, kept.direction) == (
        "petr@client.ru",
        "Счёт",
        "Добрый день!",
        "incoming",
    )
    assert "Старое" in kept.text
    raw = KeptFile.objects.get(pk=kept.raw_id or 0)
    with storage().open(raw.sha256) as stream:
        assert stream.read() == written.as_bytes()
    held = KeptFile.objects.get(pk=LetterFile.objects.get(letter=kept).file_id)
    assert (held.name, held.size, held.type) == ("Счёт.pdf", 8, "application/pdf")


def test_what_letters_hold_is_not_swept_away() -> None:
    box, inbox = mailbox()
    arrive(box, inbox, letter(1))
    sweep()
    assert list(KeptFile.objects.values_list("unheld_since", flat=True)) == [None]
    Mailbox.objects.all().delete()
    sweep()
    assert KeptFile.objects.get().unheld_since is not None


@pytest.mark.parametrize("order", [*itertools.permutations([1, 2, 3])])
@pytest.mark.parametrize("together", [True, False])
def test_a_thread_is_one_in_whatever_order_its_letters_come(order: tuple[int, ...], together: bool) -> None:
    box, inbox = mailbox()
    letters = {1: letter(1), 2: letter(2, "we@our.ru", "petr@client.ru", 1), 3: letter(3, answers=2)}
    if together:
        arrive(box, inbox, *(letters[n] for n in order))
    else:
        for n in order:
            arrive(box, inbox, letters[n])
    thread = Thread.objects.get()
    assert (thread.letters, thread.unread, thread.subject, thread.preview) == (3, 2, "Счёт", "Письмо 3")
    assert list(Letter.objects.order_by("at").values_list("direction", flat=True)) == [
        "incoming",
        "outgoing",
        "incoming",
    ]


def test_letters_that_name_nothing_of_each_other_are_apart() -> None:
    box, inbox = mailbox()
    arrive(box, inbox, letter(1), letter(2))
    assert Thread.objects.count() == 2


def test_a_letter_in_two_folders_is_one() -> None:
    box, inbox = mailbox()
    everything = Folder.objects.create(mailbox=box, name="[Gmail]/All Mail", chosen=True)
    assert arrive(box, inbox, letter(1))
    assert arrive(box, everything, letter(1)) == []
    assert Letter.objects.count() == 1
    assert LetterPlace.objects.count() == 2


def test_a_letter_that_comes_again_is_known() -> None:
    box, inbox = mailbox()
    arrive(box, inbox, letter(1), letter(1), letter(2))
    inbox.last_uid = 0
    arrive(box, inbox, letter(1), letter(2))
    assert Letter.objects.count() == 2
    assert LetterPlace.objects.filter(folder=inbox).count() == 3


def test_what_breaks_off_leaves_nothing_behind() -> None:
    box, inbox = mailbox()
    good = letter(1).as_bytes()
    too_far = Arrived(2**70, letter(2, answers=1).as_bytes(), 1)
    with pytest.raises(DataError), transaction.atomic():
        take(box, inbox, [Arrived(1, good, len(good)), too_far])
    inbox.refresh_from_db()
    assert (inbox.last_uid, Letter.objects.count(), Thread.objects.count(), KeptFile.objects.count()) == (
        0,
        0,
        0,
        0,
    )
    arrive(box, inbox, letter(1), letter(2, answers=1))
    assert (inbox.last_uid, Letter.objects.count(), Thread.objects.get().letters) == (2, 2, 2)


def test_many_letters_take_no_more_queries_than_few() -> None:
    box, inbox = mailbox()
    counts = []
    for first, number in ((10, 3), (100, 40)):
        letters = [
            letter(first + n, f"a{first + n}@client.ru", answers=first if n else None) for n in range(number)
        ]
        with CaptureQueriesContext(connection) as asked:
            arrive(box, inbox, *letters)
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_broken_letters_are_kept_too() -> None:
    box, inbox = mailbox()
    raws = [
        b"",
        b"\xff\x00",
        b"Content-Type: multipart/mixed; boundary=b\n\n--b\nContent-Type: message/rfc822\n\n--b",
        b"From: <@>\nDate: x\n\n\x00",
    ]
    take(box, inbox, [Arrived(n + 1, raw, len(raw)) for n, raw in enumerate(raws)])
    assert Letter.objects.count() == len(raws)


def test_calendars_are_handed_on_once_and_what_they_break_keeps_no_letter_back(
    monkeypatch: pytest.MonkeyPatch, django_capture_on_commit_callbacks: Any
) -> None:
    taken: list[tuple[bytes, str]] = []

    def take_over(ics: bytes, sender: str) -> None:
        taken.append((ics, sender))
        raise ValueError("no calendar at all")

    monkeypatch.setattr(calendars, "_takers", [take_over])
    box, inbox = mailbox()
    answer = letter(1)
    answer.add_alternative("BEGIN:VCALENDAR\r\nMETHOD:REPLY\r\nEND:VCALENDAR\r\n", subtype="calendar")
    with django_capture_on_commit_callbacks(execute=True):
        arrive(box, inbox, answer, letter(2))
    with django_capture_on_commit_callbacks(execute=True):
        arrive(box, inbox, answer)
    assert [(b"METHOD:REPLY" in ics, sender) for ics, sender in taken] == [(True, "petr@client.ru")]
    assert Letter.objects.count() == 2
