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
    EXAMPLE = "example", pgettext_lazy("mailbox", "An example: there is no server")


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


class Manner(models.TextChoices):
    """How a letter came to be written."""

    NEW = "new", pgettext_lazy("manner of a letter", "New")
    REPLY = "reply", pgettext_lazy("manner of a letter", "Answer")
    FORWARD = "forward", pgettext_lazy("manner of a letter", "Forwarded")


class Outcome(models.TextChoices):
    """What has become of a letter of ours.

    It is `sending` while we speak to the server, and `handing` from the moment on from which the server may have it: when
    that breaks off nobody knows, and the letter is `unsure`, not sent again by itself.
    """

    DRAFT = "draft", pgettext_lazy("outgoing letter", "Draft")
    WAITING = "waiting", pgettext_lazy("outgoing letter", "Waits to be sent")
    SENDING = "sending", pgettext_lazy("outgoing letter", "Being sent")
    HANDING = "handing", pgettext_lazy("outgoing letter", "Being handed in")
    SENT = "sent", pgettext_lazy("outgoing letter", "Sent")
    REFUSED = "refused", pgettext_lazy("outgoing letter", "Not sent")
    UNSURE = "unsure", pgettext_lazy("outgoing letter", "Maybe sent")


class Copy(models.TextChoices):
    """What has become of the copy in the mailbox's folder of sent letters."""

    NONE = "none", pgettext_lazy("copy of a letter", "None")
    WANTED = "wanted", pgettext_lazy("copy of a letter", "To be laid there")
    KEPT = "kept", pgettext_lazy("copy of a letter", "Lies there")
    LOST = "lost", pgettext_lazy("copy of a letter", "Could not be laid there")
