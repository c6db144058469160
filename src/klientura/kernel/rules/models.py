"""Rules, what they were before they were changed, and every time they ran."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.models import User
from klientura.kernel.store.ids import uuid7

RUN_STATES = [
    ("waiting", _("waiting")),
    ("running", _("running")),
    ("done", _("done")),
    ("refused", _("refused")),
    ("failed", _("failed")),
    ("stopped", _("stopped")),
]


class Rule(models.Model):
    """What is done when. `trigger`, `filter` and `steps` are as `definition` has checked them.

    It acts with the rights that `owner` had when it was switched on (`authority`), and never with more. `paused` says why
    the product itself has switched it off. `watermark` is up to when moments have been looked at, `next_at` the next turn of a schedule.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=120)
    object = models.CharField(max_length=60)
    trigger = models.JSONField()
    filter = models.JSONField(null=True)
    steps = models.JSONField(default=list)
    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    authority = models.JSONField(null=True)
    active = models.BooleanField(default=False)
    paused = models.CharField(max_length=20, default="", blank=True)
    refusals = models.SmallIntegerField(default=0)
    hourly_limit = models.IntegerField(default=200_000)
    watermark = models.DateTimeField(null=True)
    next_at = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_rule"
        indexes = [
            models.Index(fields=["object"], condition=models.Q(active=True), name="kernel_rule_active")
        ]

    def __str__(self) -> str:
        return self.name


class RuleVersion(models.Model):
    """What a rule was from one moment on, and who made it so."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="+")
    version = models.IntegerField()
    at = models.DateTimeField(auto_now_add=True)
    actor_id = models.BigIntegerField(null=True)
    definition = models.JSONField()

    class Meta:
        db_table = "kernel_rule_version"
        constraints = [models.UniqueConstraint(fields=["rule", "version"], name="kernel_rule_version_unique")]


class Run(models.Model):
    """One time that a rule acts on some records: for an event, a moment, a turn of a schedule, or after a wait.

    `actor_id` is the user whose doing brought it about. `parent` is the run whose writing did. `moments` and
    `cause_operation_id` find in the history what the event changed. `position` is how many records are done with.
    """

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="+", db_index=False)
    rule_version = models.IntegerField()
    parent = models.ForeignKey("self", models.CASCADE, null=True, related_name="+", db_index=False)
    depth = models.SmallIntegerField(default=1)
    cause = models.CharField(max_length=10)
    object = models.CharField(max_length=60)
    record_ids = ArrayField(models.BigIntegerField())
    moments = ArrayField(models.DateTimeField(), default=list)
    cause_operation_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True)
    step = models.SmallIntegerField(default=0)
    due_at = models.DateTimeField()
    state = models.CharField(max_length=10, choices=RUN_STATES, default="waiting")
    attempts = models.SmallIntegerField(default=0)
    position = models.IntegerField(default=0)
    matched = models.IntegerField(default=0)
    changed = models.IntegerField(default=0)
    refused = models.IntegerField(default=0)
    outcomes = models.JSONField(default=list)
    refusals = models.JSONField(default=list)
    error = models.TextField(default="", blank=True)
    operation_id = models.BigIntegerField(null=True)
    heartbeat_at = models.DateTimeField(null=True)
    created_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_rule_run"
        indexes = [
            models.Index(fields=["rule", "-id"], name="kernel_rule_run_log"),
            models.Index(fields=["rule", "created_at"], name="kernel_rule_run_hour"),
            models.Index(
                fields=["parent"], condition=models.Q(parent__isnull=False), name="kernel_rule_run_parent"
            ),
            models.Index(
                fields=["due_at"],
                condition=models.Q(state__in=["waiting", "running"]),
                name="kernel_rule_run_due",
            ),
            models.Index(
                fields=["operation_id"],
                condition=models.Q(operation_id__isnull=False),
                name="kernel_rule_run_operation",
            ),
            models.Index(
                fields=["cause_operation_id"],
                condition=models.Q(state="waiting", cause_operation_id__isnull=False),
                name="kernel_rule_run_cause",
            ),
        ]
        constraints = [
            models.UniqueConstraint(
                fields=["parent", "step"], condition=models.Q(cause="wait"), name="kernel_rule_run_wait"
            )
        ]


class Moment(models.Model):
    """A moment that has come for a record by a rule: none comes twice."""

    rule = models.ForeignKey(Rule, models.CASCADE, related_name="+", db_index=False)
    record_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "kernel_rule_moment"
        constraints = [
            models.UniqueConstraint(fields=["rule", "record_id", "at"], name="kernel_rule_moment_once")
        ]


class Brake(models.Model):
    """The one row that, while it is there, holds all rules."""

    id = models.SmallIntegerField(primary_key=True, default=1)
    actor_id = models.BigIntegerField(null=True)
    at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "kernel_rule_brake"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="kernel_rule_brake_single")]
