"""Work that goes on after the page was answered."""

from django.db import models
from django.utils.translation import gettext_lazy as _

JOB_STATES = [
    ("queued", _("waiting")),
    ("running", _("running")),
    ("done", _("done")),
    ("failed", _("failed")),
    ("cancelled", _("stopped")),
]


class Job(models.Model):
    """One piece of background work. `runner` is whoever carries it out now; only its writes are taken.

    `checkpoint` is where the work goes on after a crash; it is written in the transaction of what it speaks of.
    """

    kind = models.CharField(max_length=40)
    title = models.CharField(max_length=255)
    actor_id = models.BigIntegerField(null=True)
    arguments = models.JSONField(default=dict)
    state = models.CharField(max_length=10, choices=JOB_STATES, default="queued")
    done = models.BigIntegerField(default=0)
    total = models.BigIntegerField(default=0)
    message = models.TextField(default="", blank=True)
    result = models.JSONField(null=True)
    checkpoint = models.JSONField(null=True)
    operation_id = models.BigIntegerField(null=True)
    cancel_requested = models.BooleanField(default=False)
    runner = models.CharField(max_length=32, default="", blank=True)
    attempts = models.IntegerField(default=0)
    heartbeat_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField(auto_now_add=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_job"
        indexes = [
            models.Index(fields=["actor_id", "-id"], name="kernel_job_actor"),
            models.Index(
                fields=["heartbeat_at"],
                condition=models.Q(state__in=["queued", "running"]),
                name="kernel_job_alive",
            ),
        ]

    def __str__(self) -> str:
        return self.title
