"""Letters that are being written, on their way, or gone; and how users sign theirs."""

from django.db import models

from klientura.kernel.access.models import User
from klientura.modules.conversations import enums
from klientura.modules.conversations.models.letters import Letter, Thread
from klientura.modules.conversations.models.mailboxes import Mailbox


class Outgoing(models.Model):
    """A letter of one user's: a draft until it is sent, then what becomes of it.

    `message_id` and the whole letter (the file `raw_id`) are made before it is handed in, so that it is the same letter
    wherever it is met again. `reached` are the addresses that a server took it for, `refused` and `bounced` those that
    it did not reach, with what was said. The letter itself, as one of the thread, is `letter`.
    """

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="+")
    author = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    thread = models.ForeignKey(Thread, models.SET_NULL, null=True, related_name="+")
    answered = models.ForeignKey(Letter, models.SET_NULL, null=True, related_name="+")
    manner = models.CharField(max_length=8, choices=enums.Manner, default="new")
    to = models.JSONField(default=list)
    cc = models.JSONField(default=list)
    bcc = models.JSONField(default=list)
    subject = models.CharField(max_length=500, default="")
    html = models.TextField(default="")
    quoting = models.BooleanField(default=True)
    party_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    subject_object = models.CharField(max_length=60, null=True)
    subject_id = models.BigIntegerField(null=True)
    form_key = models.CharField(
        max_length=40, null=True
    )  # of the form it was begun in, which makes one letter
    moves = models.JSONField(default=list)  # as those of threads
    state = models.CharField(max_length=8, choices=enums.Outcome, default="draft")
    version = models.IntegerField(default=1)
    send_at = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    claimed_at = models.DateTimeField(null=True)
    attempts = models.IntegerField(default=0)
    message_id = models.CharField(max_length=400, default="")
    raw_id = models.BigIntegerField(null=True)
    reached = models.JSONField(default=list)
    refused = models.JSONField(default=dict)
    bounced = models.JSONField(default=dict)
    said = models.CharField(max_length=300, default="")
    copy = models.CharField(max_length=6, choices=enums.Copy, default="none")
    copies_tried = models.IntegerField(default=0)
    letter = models.ForeignKey(Letter, models.SET_NULL, null=True, related_name="+")
    created_at = models.DateTimeField(auto_now_add=True)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "mail_outgoing"
        indexes = [
            models.Index(fields=["author", "state", "-updated_at"], name="mail_outgoing_mine"),
            models.Index(
                fields=["next_at"],
                condition=models.Q(state__in=["waiting", "sending", "handing"]),
                name="mail_outgoing_due",
            ),
            models.Index(fields=["copy"], condition=models.Q(copy="wanted"), name="mail_outgoing_copy"),
            models.Index(
                fields=["message_id"], condition=~models.Q(message_id=""), name="mail_outgoing_message"
            ),
        ]
        constraints = [
            models.UniqueConstraint(fields=["author", "form_key"], name="mail_outgoing_form_unique")
        ]

    def __str__(self) -> str:
        return self.subject


class OutgoingFile(models.Model):
    """A file that goes with a letter."""

    outgoing = models.ForeignKey(Outgoing, models.CASCADE, related_name="+")
    file_id = models.BigIntegerField()
    position = models.IntegerField(default=0)

    class Meta:
        db_table = "mail_outgoing_file"
        indexes = [models.Index(fields=["file_id"], name="mail_outgoing_file_file")]
        constraints = [
            models.UniqueConstraint(fields=["outgoing", "file_id"], name="mail_outgoing_file_unique")
        ]

    def __str__(self) -> str:
        return str(self.file_id)


class Signature(models.Model):
    """How a user signs in a mailbox: the name that the letter is from, and what stands below it."""

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="+", db_index=False)
    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    name = models.CharField(max_length=120, default="")
    html = models.TextField(default="")

    class Meta:
        db_table = "mail_signature"
        constraints = [models.UniqueConstraint(fields=["mailbox", "user"], name="mail_signature_unique")]

    def __str__(self) -> str:
        return self.name
