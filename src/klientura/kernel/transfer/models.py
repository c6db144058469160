"""Files that people bring, and how they sorted their columns."""

from django.db import models
from django.utils.translation import gettext_lazy as _

IMPORT_STATES = [
    ("new", _("columns are being sorted")),
    ("checking", _("being checked")),
    ("checked", _("checked")),
    ("running", _("being imported")),
    ("done", _("imported")),
    ("cancelled", _("stopped")),
    ("failed", _("broken off")),
    ("undone", _("undone")),
]


class Import(models.Model):
    """One file on its way into the base. `folder` is its directory below DATA_DIR/imports."""

    actor_id = models.BigIntegerField()
    created_at = models.DateTimeField(auto_now_add=True)
    folder = models.CharField(max_length=64)
    file = models.CharField(max_length=120)  # its name in the folder
    title = models.CharField(max_length=255)  # its name at the user's
    size = models.BigIntegerField(default=0)
    reading = models.JSONField(default=dict)  # encoding, delimiter, sheet, header_row as chosen by the user
    plan = models.JSONField(null=True)
    state = models.CharField(max_length=10, choices=IMPORT_STATES, default="new")
    check_result = models.JSONField(null=True)
    result = models.JSONField(null=True)
    job_id = models.BigIntegerField(null=True)
    operation_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "transfer_import"
        indexes = [models.Index(fields=["actor_id", "-id"], name="transfer_import_actor")]

    def __str__(self) -> str:
        return self.title


class ColumnMemory(models.Model):
    """The mapping a user chose for a set of headers."""

    user_id = models.BigIntegerField()
    object = models.CharField(max_length=60)
    header = models.TextField()
    columns = models.JSONField()
    used_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "transfer_column_memory"
        constraints = [
            models.UniqueConstraint(
                "user_id", "object", models.functions.MD5("header"), name="transfer_column_memory_unique"
            )
        ]
