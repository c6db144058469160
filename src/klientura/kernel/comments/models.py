"""Comments."""

from django.db import models

from klientura.kernel.access.models import User

MAX_TEXT = 5_000


class Comment(models.Model):
    """What somebody said about a record: plain text. `object` is the base: an organisation and a person are both a party.

    `mentions` are the colleagues named in it, [{"id", "name"}], by the names they had then. One that was deleted keeps
    its row without its text. `moves` are the merges that brought it here, [{"operation", "from"}], the last one last.
    """

    object = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    text = models.TextField(max_length=MAX_TEXT)
    mentions = models.JSONField(default=list)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    at = models.DateTimeField()
    edited_at = models.DateTimeField(null=True)
    deleted_at = models.DateTimeField(null=True)
    deleted_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    moves = models.JSONField(default=list)

    class Meta:
        db_table = "kernel_comment"
        indexes = [
            models.Index(fields=["object", "record_id", "-id"], name="kernel_comment_record"),
            models.Index(fields=["id"], condition=~models.Q(moves=[]), name="kernel_comment_moved"),
        ]

    def __str__(self) -> str:
        return self.text[:60]
