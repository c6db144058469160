"""The outbox."""

from django.contrib.postgres.fields import ArrayField
from django.db import models


class Event(models.Model):
    """Something that happened to records, written in the same transaction as the change itself."""

    at = models.DateTimeField(auto_now_add=True)
    kind = models.CharField(max_length=80)  # past tense: organisation.created
    object = models.CharField(max_length=60)
    record_ids = ArrayField(models.BigIntegerField())
    actor_id = models.BigIntegerField(null=True)
    operation_id = models.BigIntegerField(null=True)
    payload = models.JSONField(null=True)
    delivered_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(db_default=0)  # how often a subscriber has failed
    retry_at = models.DateTimeField(null=True)  # not to be tried again before

    class Meta:
        db_table = "kernel_event"
        indexes = [
            models.Index(fields=["id"], condition=models.Q(delivered_at=None), name="kernel_event_pending"),
        ]


class Interest(models.Model):
    """A kind of event that somebody wants who was made at run time: a webhook, a rule. `who` names them: «webhook:3».

    Whatever nobody wants costs a write nothing: it is looked up by the statement that writes the event.
    """

    who = models.CharField(max_length=60)
    kind = models.CharField(max_length=80)

    class Meta:
        db_table = "kernel_event_interest"
        constraints = [models.UniqueConstraint(fields=["kind", "who"], name="kernel_event_interest_unique")]
