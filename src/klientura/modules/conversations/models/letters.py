"""Letters, the threads they form, where they lie, what they hold and the facts that were written of them."""

from django.contrib.postgres.fields import ArrayField
from django.contrib.postgres.indexes import GinIndex
from django.db import models

from klientura.modules.conversations import enums
from klientura.modules.conversations.models.mailboxes import Folder, Mailbox


class Thread(models.Model):
    """Letters of one mailbox that answer each other, and what they are bound to: a client, a deal.

    `bound_by_hand` says that somebody chose what it is bound to, which no further letter changes.
    """

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="+", db_index=False)
    subject = models.CharField(max_length=500, default="")
    first_at = models.DateTimeField()
    last_at = models.DateTimeField()
    letters = models.IntegerField(default=0)
    unread = models.IntegerField(default=0)
    people = models.CharField(max_length=300, default="")
    preview = models.CharField(max_length=200, default="")
    party_id = models.BigIntegerField(null=True)
    person_id = models.BigIntegerField(null=True)
    subject_object = models.CharField(max_length=60, null=True)
    subject_id = models.BigIntegerField(null=True)
    bound_by_hand = models.BooleanField(default=False)
    is_private = models.BooleanField(default=False)
    moves = models.JSONField(
        default=list
    )  # the merges of clients or deals that have moved it: see services.merged

    class Meta:
        db_table = "mail_thread"
        indexes = [
            models.Index(fields=["mailbox", "-last_at", "-id"], name="mail_thread_latest"),
            models.Index(
                fields=["mailbox", "-last_at", "-id"],
                condition=models.Q(unread__gt=0),
                name="mail_thread_unread",
            ),
            models.Index(
                fields=["party_id"], condition=models.Q(party_id__isnull=False), name="mail_thread_party"
            ),
            models.Index(
                fields=["subject_object", "subject_id"],
                condition=models.Q(subject_id__isnull=False),
                name="mail_thread_subject",
            ),
        ]

    def __str__(self) -> str:
        return self.subject


class Letter(models.Model):
    """A letter as it was read. The letter itself, byte by byte, is the file `raw_id`.

    `key` is the same wherever the letter lies, in any mailbox (see `kit.letters.naming.letter_key`).
    """

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="+", db_index=False)
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="+", db_index=False)
    key = models.CharField(max_length=64)
    message_id = models.CharField(max_length=400, default="")
    direction = models.CharField(max_length=8, choices=enums.Direction)
    sender = models.CharField(max_length=254, default="")
    sender_name = models.CharField(max_length=200, default="")
    to = models.JSONField(default=list)
    cc = models.JSONField(default=list)
    addresses = ArrayField(models.CharField(max_length=254), default=list)
    reply_to = models.CharField(max_length=254, default="")
    subject = models.CharField(max_length=500, default="")
    at = models.DateTimeField()
    text = models.TextField(default="")
    html = models.TextField(default="")
    said = models.TextField(default="")
    size = models.BigIntegerField(default=0)
    files = models.IntegerField(default=0)
    seen = models.BooleanField(default=False)
    tell_seen = models.BooleanField(default=False)  # read here, which the server is to be told
    answered = models.BooleanField(default=False)
    flagged = models.BooleanField(default=False)
    automatic = models.BooleanField(default=False)
    failed_for = ArrayField(models.CharField(max_length=254), default=list)
    is_private = models.BooleanField(default=False)
    raw_id = models.BigIntegerField(null=True)
    stored_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "mail_letter"
        indexes = [
            models.Index(fields=["thread", "at"], name="mail_letter_thread"),
            models.Index(fields=["key"], name="mail_letter_key"),
            GinIndex(fields=["addresses"], name="mail_letter_addresses"),
            models.Index(
                fields=["mailbox"], condition=models.Q(tell_seen=True), name="mail_letter_tell_seen"
            ),
        ]
        constraints = [models.UniqueConstraint(fields=["mailbox", "key"], name="mail_letter_unique")]

    def __str__(self) -> str:
        return self.subject


class LetterPlace(models.Model):
    """Where a letter lies: one may lie in several folders, as labels make it."""

    folder = models.ForeignKey(Folder, models.CASCADE, related_name="+", db_index=False)
    uid = models.BigIntegerField()
    letter = models.ForeignKey(Letter, models.CASCADE, related_name="+")

    class Meta:
        db_table = "mail_place"
        constraints = [models.UniqueConstraint(fields=["folder", "uid"], name="mail_place_unique")]

    def __str__(self) -> str:
        return f"{self.folder_id}:{self.uid}"


class LetterReference(models.Model):
    """To which thread an identifier belongs, be it of a letter that is here or of one that another letter answers."""

    mailbox = models.ForeignKey(Mailbox, models.CASCADE, related_name="+", db_index=False)
    reference = models.CharField(max_length=64)
    thread = models.ForeignKey(Thread, models.CASCADE, related_name="+")

    class Meta:
        db_table = "mail_reference"
        constraints = [models.UniqueConstraint(fields=["mailbox", "reference"], name="mail_reference_unique")]

    def __str__(self) -> str:
        return self.reference


class LetterFile(models.Model):
    """A file of a letter: the kept file's number, and by what the letter's page names it."""

    letter = models.ForeignKey(Letter, models.CASCADE, related_name="+")
    file_id = models.BigIntegerField()
    position = models.IntegerField(default=0)
    content_id = models.CharField(max_length=300, default="")

    class Meta:
        db_table = "mail_file"
        indexes = [models.Index(fields=["file_id"], name="mail_file_file")]

    def __str__(self) -> str:
        return str(self.file_id)


class LetterFact(models.Model):
    """The interaction that was written of a letter: one, in however many mailboxes the letter lies."""

    key = models.CharField(max_length=64, unique=True)
    interaction_id = models.BigIntegerField(unique=True)

    class Meta:
        db_table = "mail_fact"

    def __str__(self) -> str:
        return self.key
