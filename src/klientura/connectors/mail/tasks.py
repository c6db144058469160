"""What the worker does for mailboxes by the clock. Found by procrastinate by its name."""

from contextlib import suppress
from typing import Any, Final

from django.db import close_old_connections
from procrastinate.contrib.django import app
from procrastinate.exceptions import AlreadyEnqueued

from klientura.connectors.mail.reading import due, read_mailbox
from klientura.kernel.jobs.registry import begin

READ: Final = "klientura.mail.read"


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


def ask_to_read(mailbox_id: int) -> None:
    """Have a mailbox read soon; one that waits to be read is not asked twice, and none is read twice at a time."""
    name = f"{READ} {mailbox_id}"
    with suppress(AlreadyEnqueued):
        app.configure_task(READ, lock=name, queueing_lock=name).defer(mailbox_id=mailbox_id)
