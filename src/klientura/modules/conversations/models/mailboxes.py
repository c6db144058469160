"""Mailboxes and their folders."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from klientura.kernel.access.models import User
from klientura.modules.conversations import enums


class Mailbox(models.Model):
    """A mailbox: of one user (`owner`), or shared by those who may read it and those who may also answer.

    With `open_to_clients` the letters that are bound to a client are shown to whoever sees that client. Letters are handed in
    at the SMTP server with the name and the password of the mailbox, unless it has others for that; without an SMTP server it
    is only read.
    """

    address = models.CharField(max_length=254)
    name = models.CharField(max_length=120, default="")
    owner = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    readers = ArrayField(models.BigIntegerField(), default=list)
    answerers = ArrayField(models.BigIntegerField(), default=list)
    open_to_clients = models.BooleanField(default=True)
    imap_host = models.CharField(max_length=255)
    imap_port = models.IntegerField(default=993)
    imap_security = models.CharField(max_length=8, choices=enums.Security, default="tls")
    smtp_host = models.CharField(max_length=255, default="")
    smtp_port = models.IntegerField(default=465)
    smtp_security = models.CharField(max_length=8, choices=enums.Security, default="tls")
    smtp_username = models.CharField(max_length=254, default="")
    smtp_secret = models.TextField(default="")
    username = models.CharField(max_length=254)
    secret = models.TextField(default="")
    since = models.DateField(null=True)
    tracks = models.BooleanField(default=False)  # whether it is heard of when letters from here are opened
    active = models.BooleanField(default=True)
    state = models.CharField(max_length=8, choices=enums.State, default="new")
    said = models.CharField(max_length=300, default="")
    failures = models.IntegerField(default=0)
    retry_at = models.DateTimeField(null=True)
    synced_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "mailbox"
        indexes = [models.Index(fields=["owner"], name="mailbox_owner")]
        constraints = [
            models.UniqueConstraint(fields=["imap_host", "username"], name="mailbox_login_unique"),
        ]

    def __str__(self) -> str:
        return self.address


class Folder(models.Model):
    """A folder of a mailbox: what the server calls it, and how far it has been read.

    `validity` is the server's UIDVALIDITY: when it changes, all numbers of letters mean something else, and the folder is
    read from its beginning; letters that are known are known again by their key.
    """

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="+", db_index=False)
    name = models.CharField(max_length=500)
    role = models.CharField(max_length=8, choices=enums.FolderRole, default="", blank=True)
    chosen = models.BooleanField(default=False)
    validity = models.BigIntegerField(null=True)
    last_uid = models.BigIntegerField(default=0)
    waiting = models.IntegerField(default=0)

    class Meta:
        db_table = "mail_folder"
        constraints = [models.UniqueConstraint(fields=["mailbox", "name"], name="mail_folder_unique")]

    def __str__(self) -> str:
        return self.name
