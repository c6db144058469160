"""Passwords of mailboxes, sealed with the installation's key."""

from typing import Final

from klientura.kernel.notify.sealing import opened, seal
from klientura.modules.conversations.models import Mailbox

PURPOSE: Final = "mailbox password"


def keep_password(mailbox: Mailbox, password: str) -> None:
    """Seal a password into a mailbox that is about to be saved."""
    mailbox.secret = seal(password, PURPOSE)


def password_of(mailbox: Mailbox) -> str | None:
    """The password of a mailbox; None when it was sealed with another key."""
    return opened(mailbox.secret, PURPOSE) if mailbox.secret else None
