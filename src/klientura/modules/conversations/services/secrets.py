"""Passwords of mailboxes, sealed with the installation's key."""

from typing import Final

from klientura.kernel.notify.sealing import opened, seal
from klientura.modules.conversations.models import Mailbox

PURPOSE: Final = "mailbox password"


def keep_password(mailbox: Mailbox, password: str) -> None:
    """Seal a password into a mailbox that is about to be saved."""
    mailbox.secret = seal(password, PURPOSE)


def keep_sending_password(mailbox: Mailbox, password: str) -> None:
    """Seal the password of the server for sending, where it is another one."""
    mailbox.smtp_secret = seal(password, PURPOSE)


def password_to_send(mailbox: Mailbox) -> str | None:
    """The password with which a mailbox sends: that of its own, or the one for all; None when it cannot be opened."""
    return opened(mailbox.smtp_secret, PURPOSE) if mailbox.smtp_secret else password_of(mailbox)


def password_of(mailbox: Mailbox) -> str | None:
    """The password of a mailbox; None when it was sealed with another key."""
    return opened(mailbox.secret, PURPOSE) if mailbox.secret else None
