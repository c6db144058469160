"""Webhooks, and what each of them has sent or is to send."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.models import User
from klientura.kernel.store.ids import uuid7

DELIVERY_STATES = [
    ("waiting", _("waiting")),
    ("sending", _("being sent")),
    ("delivered", _("delivered")),
    ("failed", _("given up")),
]


class Webhook(models.Model):
    """An address that is told of events. `events` are kinds such as organisation.created.

    What it tells is what `owner` may see at the moment of sending. Its secret is nowhere in the database: it is made of
    the installation's key and `salt` (see `signing`). `paused` says why nothing is sent; it is empty while all is well.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    name = models.CharField(max_length=120)
    address = models.CharField(max_length=2000)
    events = ArrayField(models.CharField(max_length=80))
    filter = models.JSONField(null=True)
    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    salt = models.CharField(max_length=64)
    old_salt = models.CharField(max_length=64, default="", blank=True)
    old_until = models.DateTimeField(null=True)
    active = models.BooleanField(default=True)
    paused = models.CharField(max_length=20, default="", blank=True)
    failing_since = models.DateTimeField(null=True)
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "kernel_webhook"

    def __str__(self) -> str:
        return self.name


class Delivery(models.Model):
    """One message of a webhook: a piece of one event, or a test. Its number at the receiver is `uid`, whatever is sent again.

    The body is made when it is sent first, and stays the same then.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    webhook = models.ForeignKey(Webhook, models.CASCADE, related_name="+", db_index=False)
    event_id = models.BigIntegerField(null=True)
    piece = models.IntegerField(default=0)
    kind = models.CharField(max_length=80)
    object = models.CharField(max_length=60, default="", blank=True)
    record_ids = ArrayField(models.BigIntegerField(), default=list)
    actor_id = models.BigIntegerField(null=True)
    operation_id = models.BigIntegerField(null=True)
    payload = models.JSONField(null=True)
    at = models.DateTimeField()
    body = models.TextField(null=True)
    state = models.CharField(max_length=10, choices=DELIVERY_STATES, default="waiting")
    attempts = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField(null=True)
    status = models.IntegerField(null=True)
    answer = models.TextField(default="", blank=True)
    error = models.TextField(default="", blank=True)
    milliseconds = models.IntegerField(null=True)
    tried_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_webhook_delivery"
        constraints = [
            models.UniqueConstraint(
                fields=["event_id", "webhook", "kind", "piece"], name="kernel_webhook_delivery_once"
            )
        ]
        indexes = [
            models.Index(fields=["webhook", "-id"], name="kernel_webhook_delivery_log"),
            models.Index(
                fields=["webhook", "next_at"],
                condition=models.Q(state__in=["waiting", "sending"]),
                name="kernel_webhook_delivery_due",
            ),
        ]
