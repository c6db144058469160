"""Routes of approval, and what became of each record that was sent along one."""

from typing import Final

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.access.models import User

PENDING, APPROVED, REFUSED, REWORK, WITHDRAWN, LAPSED = (
    "pending", "approved", "refused", "rework", "withdrawn", "lapsed",
)  # fmt: skip
STATES: Final = (
    (PENDING, _("Being approved")),
    (APPROVED, pgettext_lazy("record", "Approved")),
    (REFUSED, _("Approval refused")),
    (REWORK, _("Sent back for rework")),
    (WITHDRAWN, _("Withdrawn from approval")),
    (LAPSED, _("Changed since: approval does not hold")),
)
VERDICTS: Final = (
    ("agreed", _("Agreed")),
    ("remarked", _("Agreed with a remark")),
    ("refused", _("Refused")),
    ("rework", _("Sent back for rework")),
)
AGREEING: Final = frozenset({"agreed", "remarked"})


class Route(models.Model):
    """Who has to agree to which records of an object. `steps` are plain data, see `routes.Step`; the first that fits is taken.

    `mandatory`: without approval such a record does not go out at all. `own`: whoever sends it may be asked as well.
    """

    object = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    position = models.IntegerField(default=0)
    is_active = models.BooleanField(default=True)
    mandatory = models.BooleanField(default=False)
    own = models.BooleanField(default=False)
    filter = models.JSONField(default=dict)
    steps = models.JSONField(default=list)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "kernel_approval_route"
        indexes = [models.Index(fields=["object", "position"], name="kernel_approval_route_object")]

    def __str__(self) -> str:
        return self.name


class Approval(models.Model):
    """One round of approval of a record. `digest` is of all that matters in the record as it was sent (see `standing`).

    Names are kept as they were: the route may be changed or dropped while its rounds are remembered.
    `demands`: what asked for it when it was sent, `answers`: what it lets out once it is approved (see `matching.wanted_of`).
    `barred`: whose own it is, so that they do not decide.
    """

    object = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    route = models.ForeignKey(Route, models.SET_NULL, null=True, related_name="+")
    route_name = models.CharField(max_length=120)
    own = models.BooleanField(default=False)
    author = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    words = models.CharField(max_length=1000, default="", blank=True)
    reason = models.CharField(max_length=500, default="", blank=True)
    state = models.CharField(max_length=9, choices=STATES, default=PENDING)
    demands = ArrayField(models.CharField(max_length=60), default=list)
    answers = ArrayField(models.CharField(max_length=60), default=list)
    barred = ArrayField(models.BigIntegerField(), default=list)
    digest = models.CharField(max_length=64)
    group = models.IntegerField(default=1)
    sent_at = models.DateTimeField()
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_approval"
        constraints = [
            models.UniqueConstraint(
                fields=["object", "record_id"], condition=models.Q(state=PENDING), name="kernel_approval_one"
            )
        ]
        indexes = [
            models.Index(fields=["object", "record_id", "-id"], name="kernel_approval_record"),
            models.Index(fields=["author", "-id"], name="kernel_approval_author"),
        ]

    def __str__(self) -> str:
        return f"{self.object} {self.record_id}"


class ApprovalStep(models.Model):
    """A step of a round: whose consent it takes, how many of them, until when. Steps of one `group` run at the same time."""

    approval = models.ForeignKey(Approval, models.CASCADE, related_name="+", db_index=False)
    position = models.IntegerField()
    group = models.IntegerField()
    name = models.CharField(max_length=120)
    users = ArrayField(models.BigIntegerField())
    needed = models.IntegerField()
    hours = models.IntegerField(null=True)
    opened_at = models.DateTimeField(null=True)
    due_at = models.DateTimeField(null=True)
    reminded_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_approval_step"
        constraints = [
            models.UniqueConstraint(fields=["approval", "position"], name="kernel_approval_step_place")
        ]
        indexes = [
            models.Index(
                fields=["due_at"],
                condition=models.Q(opened_at__isnull=False, ended_at__isnull=True),
                name="kernel_approval_step_open",
            )
        ]

    def __str__(self) -> str:
        return self.name


class Decision(models.Model):
    """What somebody said. `whose` is who was asked, `by` who said it: a deputy speaks for the one who is away."""

    step = models.ForeignKey(ApprovalStep, models.CASCADE, related_name="+", db_index=False)
    whose = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    verdict = models.CharField(max_length=8, choices=VERDICTS)
    words = models.CharField(max_length=1000, default="", blank=True)
    at = models.DateTimeField()

    class Meta:
        db_table = "kernel_approval_decision"
        constraints = [
            models.UniqueConstraint(fields=["step", "whose"], name="kernel_approval_decision_once")
        ]

    def __str__(self) -> str:
        return self.verdict
