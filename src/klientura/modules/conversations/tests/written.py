"""Letters and mailboxes to test with."""

import datetime as dt
from email.message import EmailMessage
from email.utils import format_datetime
from typing import Any

from klientura.kernel.access.models import User
from klientura.modules.conversations.models import Folder, Mailbox
from klientura.modules.conversations.services.storing import Arrived, take

BEGUN = dt.datetime(2025, 10, 17, 9, 0, tzinfo=dt.UTC)


def mailbox(owner: User | None = None, address: str = "we@our.ru", **more: Any) -> tuple[Mailbox, Folder]:
    """A mailbox and its inbox."""
    box = Mailbox.objects.create(
        address=address, owner=owner, imap_host="imap.our.ru", username=address, **more
    )
    return box, Folder.objects.create(mailbox=box, name="INBOX", role="inbox", chosen=True)


def letter(
    number: int,
    sender: str = "petr@client.ru",
    to: str = "we@our.ru",
    answers: int | None = None,
    **more: str,
) -> EmailMessage:
    """A letter with an identifier by its number, an hour after the one before; `answers` is the number it answers."""
    made = EmailMessage()
    made["From"], made["To"] = sender, to
    made["Subject"] = more.get("subject", "Счёт" if answers is None else "Re: Счёт")
    made["Message-ID"] = f"<{number}@x.ru>"
    made["Date"] = format_datetime(BEGUN + dt.timedelta(hours=number))
    if answers is not None:
        made["In-Reply-To"] = made["References"] = f"<{answers}@x.ru>"
    made.set_content(more.get("text", f"Письмо {number}"))
    return made


def arrive(
    box: Mailbox, folder: Folder, *letters: EmailMessage, flags: frozenset[str] = frozenset()
) -> list[int]:
    """Have letters come into a folder, with the next free numbers."""
    first = folder.last_uid + 1
    made = [each.as_bytes() for each in letters]
    return take(box, folder, [Arrived(first + n, raw, len(raw), flags) for n, raw in enumerate(made)])
