"""Closed lists of mail."""

from django.db import models
from django.utils.translation import pgettext_lazy


class Security(models.TextChoices):
    """How a connection to a mail server is protected."""

    TLS = "tls", "TLS"
    STARTTLS = "starttls", "STARTTLS"
    NONE = "none", pgettext_lazy("connection", "Unprotected")


class State(models.TextChoices):
    """How a mailbox is."""

    NEW = "new", pgettext_lazy("mailbox", "Not read yet")
    LOADING = "loading", pgettext_lazy("mailbox", "Being loaded")
    WELL = "well", pgettext_lazy("mailbox", "In order")
    REFUSED = "refused", pgettext_lazy("mailbox", "The password is refused")
    BROKEN = "broken", pgettext_lazy("mailbox", "No connection")


class FolderRole(models.TextChoices):
    """What a folder of a mailbox is for; most have none."""

    INBOX = "inbox", pgettext_lazy("mail folder", "Inbox")
    SENT = "sent", pgettext_lazy("mail folder", "Sent")
    DRAFTS = "drafts", pgettext_lazy("mail folder", "Drafts")
    JUNK = "junk", pgettext_lazy("mail folder", "Spam")
    TRASH = "trash", pgettext_lazy("mail folder", "Trash")
    ARCHIVE = "archive", pgettext_lazy("mail folder", "Archive")


class Direction(models.TextChoices):
    """Who wrote a letter."""

    INCOMING = "incoming", pgettext_lazy("letter", "Incoming")
    OUTGOING = "outgoing", pgettext_lazy("letter", "Outgoing")
