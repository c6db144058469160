"""Which record went into which."""

from django.db import models


class Merge(models.Model):
    """One record that went into another, by an operation of the kind «merge».

    `relinked` says what pointed at it and was turned to the kept one: {table: {column: [numbers of rows]}}.
    In force until `undone_at`.
    """

    operation_id = models.BigIntegerField()
    object = models.CharField(max_length=60)  # the key of the kind of record
    base = models.CharField(max_length=60)  # of the table: numbers are unique in it
    kept_id = models.BigIntegerField()
    gone_id = models.BigIntegerField()
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    relinked = models.JSONField(default=dict)
    undone_at = models.DateTimeField(null=True)
    undone_by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "kernel_merge"
        indexes = [
            models.Index(fields=["base", "gone_id"], name="kernel_merge_gone"),
            models.Index(fields=["base", "kept_id"], name="kernel_merge_kept"),
            models.Index(fields=["operation_id"], name="kernel_merge_operation"),
        ]
