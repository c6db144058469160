"""What the worker does for mailboxes by the clock. Found by procrastinate by its name."""

import datetime as dt
from contextlib import suppress
from typing import Any, Final

from django.db import close_old_connections
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from klientura.connectors.mail.reading import due, read_mailbox
from klientura.connectors.mail.sending import lay_copy, send_one
from klientura.kernel.jobs.registry import begin
from klientura.modules.conversations.services.outbox import look_after

READ: Final = "klientura.mail.read"
SEND: Final = "klientura.mail.send"
COPY: Final = "klientura.mail.copy"


@app.task(name=READ, pass_context=True)
def read_one(context: Any, mailbox_id: int) -> None:
    """Read what is new of one mailbox."""
    close_old_connections()
    try:
        begin()
        read_mailbox(mailbox_id, context.should_abort)
    finally:
        close_old_connections()


@app.periodic(cron="*/2 * * * *")
@app.task(name="klientura.mail.tick", queueing_lock="klientura.mail.tick")
def tick(timestamp: int) -> None:
    """Every other minute: have all mailboxes read. Where the server tells of new letters they are read at once."""
    close_old_connections()
    try:
        for mailbox_id in due():
            ask_to_read(mailbox_id)
    finally:
        close_old_connections()


@app.task(name=SEND)
def send(outgoing_id: int) -> None:
    """Send one letter whose time has come."""
    close_old_connections()
    try:
        begin()
        if send_one(outgoing_id):
            _ask_for_copy(outgoing_id)
    finally:
        close_old_connections()


@app.task(name=COPY)
def copy(outgoing_id: int) -> None:
    """Lay one sent letter into the folder of sent letters."""
    close_old_connections()
    try:
        lay_copy(outgoing_id)
    finally:
        close_old_connections()


@app.periodic(cron="* * * * *")
@app.task(name="klientura.mail.outbox", queueing_lock="klientura.mail.outbox")
def outbox(timestamp: int) -> None:
    """Every minute: send what was not sent at its time, and put right what lost its process."""
    close_old_connections()
    try:
        begin()
        for outgoing_id in look_after():
            _ask_for_copy(outgoing_id)
    finally:
        close_old_connections()


def ask_to_send(outgoing_id: int, at: dt.datetime) -> None:
    """Have a letter sent at a moment; one that is taken back and sent again is asked for twice, and sent once."""
    name = f"{SEND} {outgoing_id}"
    app.configure_task(SEND, lock=name, schedule_at=at).defer(outgoing_id=outgoing_id)


def _ask_for_copy(outgoing_id: int) -> None:
    name = f"{COPY} {outgoing_id}"
    with suppress(AlreadyEnqueued):
        app.configure_task(COPY, lock=name, queueing_lock=name).defer(outgoing_id=outgoing_id)


def ask_to_read(mailbox_id: int) -> None:
    """Have a mailbox read soon; one that waits to be read is not asked twice, and none is read twice at a time."""
    name = f"{READ} {mailbox_id}"
    with suppress(AlreadyEnqueued):
        app.configure_task(READ, lock=name, queueing_lock=name).defer(mailbox_id=mailbox_id)
