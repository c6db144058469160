"""Mailboxes of a real server are read once and whole, whatever happens meanwhile."""

import os
import signal
import threading
import time
from email.message import EmailMessage
from itertools import count
from typing import Any

import pytest
from django.db import connection
from procrastinate.contrib.django import app

from klientura.connectors.mail import reading
from klientura.connectors.mail.reading import due, read_mailbox
from klientura.connectors.mail.tests.dovecot import PASSWORD, MailServer
from klientura.connectors.mail.watching import Listening
from klientura.kernel.files.models import KeptFile
from klientura.kernel.files.storage import storage
from klientura.kernel.notify.models import Notification
from klientura.kernel.testing.company import found_company
from klientura.modules.conversations.models import Folder, Letter, LetterFile, LetterPlace, Mailbox, Thread
from klientura.modules.conversations.services.secrets import keep_password
from klientura.modules.conversations.tests.written import letter

USERS = count(1)


def mailbox(server: MailServer, *, password: str = PASSWORD, **more: Any) -> Mailbox:
    """A mailbox of a new user of the server."""
    name = f"user{next(USERS)}"
    made = Mailbox(
        address=f"{name}@our.ru",
        username=name,
        imap_host="127.0.0.1",
        imap_port=server.port,
        imap_security="none",
        **more,
    )
    keep_password(made, password)
    made.save()
    return made


def letters(first: int, number: int) -> list[bytes]:
    return [letter(n, answers=n - 1 if n % 3 else None).as_bytes() for n in range(first, first + number)]


@pytest.mark.django_db
def test_the_inbox_and_what_was_sent_are_read_once(mail_server: MailServer) -> None:
    box = mailbox(mail_server)
    mail_server.put(box.username, letters(1, 5))
    mail_server.put(box.username, [letter(20, box.address, "petr@client.ru", 5).as_bytes()], "Sent", "\\Seen")
    mail_server.put(box.username, [letter(30).as_bytes()], "Junk")
    assert read_mailbox(box.pk) == 6
    assert read_mailbox(box.pk) == 0
    assert Letter.objects.count() == 6
    assert list(Folder.objects.order_by("name").values_list("name", "role", "chosen")) == [
        ("INBOX", "inbox", True), ("Junk", "junk", False), ("Sent", "sent", True),
    ]  # fmt: skip
    sent = Letter.objects.get(direction="outgoing")
    assert sent.seen
    assert sent.thread.letters == 4
    box.refresh_from_db()
    assert (box.state, box.failures) == ("well", 0)
    mail_server.put(box.username, letters(40, 2))
    assert read_mailbox(box.pk) == 2


@pytest.mark.django_db
def test_reading_marks_nothing_and_takes_marks_over(mail_server: MailServer) -> None:
    box = mailbox(mail_server)
    mail_server.put(box.username, letters(1, 3))
    read_mailbox(box.pk)
    program = mail_server.client(box.username)
    program.select("INBOX")
    assert program.search(None, "UNSEEN")[1] == [b"1 2 3"]
    program.store("1", "+FLAGS", "\\Seen \\Flagged")
    program.store("3", "+FLAGS", "\\Deleted")
    program.expunge()
    program.logout()
    read_mailbox(box.pk)
    assert list(Letter.objects.order_by("at").values_list("seen", "flagged")) == [
        (True, True),
        (False, False),
        (False, False),
    ]
    assert LetterPlace.objects.count() == 2, "what was deleted there is kept here"
    assert sum(Thread.objects.values_list("unread", flat=True)) == 2


@pytest.mark.django_db
def test_a_server_that_numbers_anew_doubles_nothing(mail_server: MailServer) -> None:
    box = mailbox(mail_server)
    mail_server.put(box.username, letters(1, 5))
    read_mailbox(box.pk)
    before = Folder.objects.get(role="inbox").validity
    mail_server.forget(box.username)
    mail_server.put(box.username, letters(50, 1))
    assert read_mailbox(box.pk) == 1
    assert Folder.objects.get(role="inbox").validity != before
    assert (Letter.objects.count(), LetterPlace.objects.count()) == (6, 6)


@pytest.mark.django_db
def test_what_breaks_off_in_the_middle_goes_on(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BATCH", 10)
    box = mailbox(mail_server)
    mail_server.put(box.username, letters(1, 45))
    turns = count(1)
    assert read_mailbox(box.pk, lambda: next(turns) > 2) == 20
    folder = Folder.objects.get(role="inbox")
    assert (folder.last_uid, folder.waiting) == (20, 25)
    assert Mailbox.objects.get().state == "loading"
    assert read_mailbox(box.pk) == 25
    assert Letter.objects.count() == 45
    assert Mailbox.objects.get().state == "well"


@pytest.mark.django_db
def test_large_letters_come_in_pieces_and_whole(mail_server: MailServer) -> None:
    box = mailbox(mail_server)
    written = EmailMessage()
    written["From"], written["Subject"], written["Message-ID"] = "petr@client.ru", "Большое", "<large@x>"
    data = bytes(range(256)) * 4096 * 8
    written.add_attachment(data, maintype="application", subtype="zip", filename="Архив.zip")
    raw = written.as_bytes()
    mail_server.put(box.username, [*letters(1, 1), raw, *letters(2, 1)])
    assert read_mailbox(box.pk) == 3
    kept = Letter.objects.get(subject="Большое")
    held = KeptFile.objects.get(pk=LetterFile.objects.get(letter=kept).file_id)
    with storage().open(held.sha256) as stream:
        assert stream.read() == data
    with storage().open(KeptFile.objects.get(pk=kept.raw_id or 0).sha256) as stream:
        assert stream.read().replace(b"\r\n", b"\n") == raw.replace(b"\r\n", b"\n")


@pytest.mark.django_db
def test_folders_in_russian_are_read_when_they_are_chosen(mail_server: MailServer) -> None:
    box = mailbox(mail_server)
    program = mail_server.client(box.username)
    program.create('"&BBcEMAQ6BDAENwRL-"')
    program.append('"&BBcEMAQ6BDAENwRL-"', "", "", letters(1, 1)[0])
    program.logout()
    assert read_mailbox(box.pk) == 0
    Folder.objects.filter(name="Заказы").update(chosen=True)
    assert read_mailbox(box.pk) == 1


@pytest.mark.django_db
def test_a_refused_password_is_told_once_and_tried_seldom(mail_server: MailServer) -> None:
    company = found_company()
    box = mailbox(mail_server, password="wrong", owner=company.users["employee"])
    read_mailbox(box.pk)
    box.refresh_from_db()
    assert (box.state, box.failures) == ("refused", 1)
    assert box.retry_at is not None
    assert due() == []
    Mailbox.objects.update(retry_at=None)
    read_mailbox(box.pk)
    assert list(Notification.objects.values_list("user_id", "kind")) == [
        (company.users["employee"].pk, "paused")
    ]
    box.refresh_from_db()
    keep_password(box, PASSWORD)
    box.retry_at = None
    box.save()
    read_mailbox(box.pk)
    assert Mailbox.objects.get().state == "well"


@pytest.mark.django_db
def test_a_server_out_of_reach_is_asked_after_longer_and_longer_pauses(mail_server: MailServer) -> None:
    company = found_company()
    box = mailbox(mail_server, owner=company.users["employee"])
    Mailbox.objects.update(imap_port=9)
    pauses = []
    for _time in range(6):
        Mailbox.objects.update(retry_at=None)
        begun = time.time()
        read_mailbox(box.pk)
        box.refresh_from_db()
        assert box.retry_at is not None
        pauses.append(round((box.retry_at.timestamp() - begun) / 60))
    assert box.state == "broken"
    assert pauses == [1, 2, 4, 8, 16, 32]
    assert Notification.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_new_letters_are_heard_of_at_once(mail_server: MailServer) -> None:
    box = mailbox(mail_server)
    read_mailbox(box.pk)
    listening = Listening(look_every=0.2)
    listening.begin()
    try:
        deadline = time.monotonic() + 20
        while not listening.ears and time.monotonic() < deadline:
            time.sleep(0.1)
        time.sleep(1)
        mail_server.put(box.username, letters(1, 1))
        while not _asked(box) and time.monotonic() < deadline:
            time.sleep(0.1)
        assert _asked(box) == 1
    finally:
        listening.stop()
        for ear in listening.ears.values():
            assert isinstance(ear.thread, threading.Thread)


def _asked(box: Mailbox) -> int:
    """How many readings of a mailbox wait for the worker."""
    jobs = app.job_manager.list_jobs(task="klientura.mail.read", status="todo")
    return sum(1 for job in jobs if job.lock == f"klientura.mail.read {box.pk}")


@pytest.mark.django_db(transaction=True)
def test_a_reader_that_is_killed_loses_nothing_and_doubles_nothing(
    mail_server: MailServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading, "BATCH", 20)
    box = mailbox(mail_server)
    mail_server.put(box.username, letters(1, 400))
    for limit in (1, 100, 250):
        child = _read_aside(box.pk)
        until = time.monotonic() + 30
        while Letter.objects.count() < limit and time.monotonic() < until:
            time.sleep(0.005)
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        assert LetterPlace.objects.count() == Letter.objects.count()
    assert Letter.objects.count() < 400
    read_mailbox(box.pk)
    assert Letter.objects.count() == 400
    assert Letter.objects.values("message_id").distinct().count() == 400
    assert sum(Thread.objects.values_list("letters", flat=True)) == 400
    assert read_mailbox(box.pk) == 0


def _read_aside(mailbox_id: int) -> int:
    """Read a mailbox in a process of its own, with a connection of its own."""
    connection.close()
    child = os.fork()
    if child == 0:
        try:
            connection.close()
            read_mailbox(mailbox_id)
        finally:
            os._exit(0)
    return child
