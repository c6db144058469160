"""Operations (bulk acts that can be taken back) and changes (who changed what, when)."""

from django.db import models
from django.utils.translation import gettext_lazy as _

OPERATION_KINDS = [
    ("edit", _("Group change")),
    ("delete", _("Group deletion")),
    ("import", _("Import")),
    ("merge", _("Merging")),
    ("share", _("Sharing")),
    ("hand_over", _("Hand-over")),
    ("distribute", _("Distribution")),
    ("segment", _("Filling of a segment")),
    ("rule", _("Rule")),
    ("undo", _("Undo")),
    ("demo", _("Demo data")),
]
OPERATION_STATES = [
    ("running", _("running")),
    ("done", _("done")),
    ("failed", _("failed")),
    ("cancelled", _("cancelled")),
    ("undone", _("undone")),
    ("partly_undone", _("partly undone")),
]


class Operation(models.Model):
    """One act over many records, with what is needed to take it back."""

    kind = models.CharField(max_length=20, choices=OPERATION_KINDS)
    object = models.CharField(max_length=60)
    actor_id = models.BigIntegerField(null=True)
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    state = models.CharField(max_length=20, choices=OPERATION_STATES, default="running")
    records = models.IntegerField(default=0)
    details = models.JSONField(default=dict)
    undoes = models.ForeignKey("self", models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "kernel_operation"
        indexes = [models.Index(fields=["actor_id", "-id"], name="kernel_operation_actor")]


class Change(models.Model):
    """One change of one record or of one of its lines; written by triggers only, never by code.

    `changes` maps columns to [old, new]. `root_object`/`root_id` name the record whose history this is.
    """

    id = models.BigAutoField(primary_key=True)
    root_object = models.CharField(max_length=60)
    root_id = models.BigIntegerField()
    object = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    action = models.CharField(max_length=10)
    at = models.DateTimeField()
    actor_id = models.BigIntegerField(null=True)
    operation_id = models.BigIntegerField(null=True)
    version = models.IntegerField(null=True)
    changes = models.JSONField(null=True)

    class Meta:
        db_table = "kernel_change"
        indexes = [
            models.Index(fields=["root_object", "root_id", "id"], name="kernel_change_root"),
            models.Index(
                fields=["operation_id", "id"],
                condition=models.Q(operation_id__isnull=False),
                name="kernel_change_operation",
            ),
        ]
