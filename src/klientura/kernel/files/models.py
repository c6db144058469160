"""One row for each file that was brought; records hold its number."""

from django.db import models
from django.db.models import Q


class KeptFile(models.Model):
    """A file: its name, its size and what it is. Its bytes lie in the store under their hash, and may be those of others too.

    Until a record that holds it is saved it is a draft of whoever brought it (`claimed_at` is empty), and is swept away
    after a day. `unheld_since` tells since when no record holds it any more.
    """

    sha256 = models.CharField(max_length=64, db_index=True)
    name = models.CharField(max_length=255)
    size = models.BigIntegerField()
    type = models.CharField(max_length=120)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by_id = models.BigIntegerField(null=True)
    claimed_at = models.DateTimeField(null=True)
    unheld_since = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_file"
        indexes = [
            models.Index(
                fields=["created_by_id", "id"], condition=Q(claimed_at=None), name="kernel_file_draft"
            )
        ]

    def __str__(self) -> str:
        return self.name
