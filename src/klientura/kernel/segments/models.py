"""Segments, who is in them, who came and went, and how many they were day by day."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.models import Team, User
from klientura.kernel.store.ids import uuid7

KINDS = [("live", _("by a rule")), ("static", _("a list"))]
VISIBILITIES = [("private", _("only me")), ("team", _("my team")), ("everyone", _("everyone"))]


class Segment(models.Model):
    """A set of records of one object: a list that people fill, or a rule (a filter tree) that is judged when it is used.

    `counted` is how many there were at `counted_at`, seen with the eyes of the product; of a rule that was changed since,
    nothing is known yet. One that was deleted stays for a month, so that deleting it can be undone.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    object = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    description = models.CharField(max_length=500, default="", blank=True)
    kind = models.CharField(max_length=10, choices=KINDS, default="live")
    rule = models.JSONField(null=True)
    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    visibility = models.CharField(max_length=10, choices=VISIBILITIES, default="private")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+")
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True)
    counted = models.BigIntegerField(null=True)
    counted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_segment"
        indexes = [models.Index(fields=["object", "owner"], name="kernel_segment_object")]

    def __str__(self) -> str:
        return self.name


class Member(models.Model):
    """A record in a segment: of a list, who stands in it; of a rule, whom its last picture found."""

    pk = models.CompositePrimaryKey("segment_id", "record_id")
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="+", db_index=False)
    record_id = models.BigIntegerField()
    since = models.DateTimeField()
    by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "kernel_segment_member"
        indexes = [models.Index(fields=["record_id", "segment"], name="kernel_segment_member_record")]


class Move(models.Model):
    """A record came into a segment or left it; by an operation when people did that."""

    segment = models.ForeignKey(Segment, models.CASCADE, related_name="+", db_index=False)
    record_id = models.BigIntegerField()
    at = models.DateTimeField()
    entered = models.BooleanField()
    operation_id = models.BigIntegerField(null=True)
    actor_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "kernel_segment_change"
        indexes = [
            models.Index(fields=["segment", "-at", "-id"], name="kernel_segment_change_at"),
            models.Index(fields=["record_id"], name="kernel_segment_change_record"),
            models.Index(
                fields=["operation_id"], condition=models.Q(operation_id__isnull=False), name="kernel_segment_change_by",
            ),
        ]  # fmt: skip


class DayCount(models.Model):
    """How many records a segment had at the end of a day, or at the last look on it."""

    pk = models.CompositePrimaryKey("segment_id", "day")
    segment = models.ForeignKey(Segment, models.CASCADE, related_name="+", db_index=False)
    day = models.DateField()
    count = models.BigIntegerField()

    class Meta:
        db_table = "kernel_segment_count"
