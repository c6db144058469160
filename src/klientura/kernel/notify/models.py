"""What users follow, keep at hand and opened last; what they are told, and how they wish to be told."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.models import User

FOLLOW_STATES = [("following", _("follows")), ("muted", _("does not want to hear of it"))]
MAIL_STATES = [
    ("", _("not by e-mail")),
    ("now", _("at once")),
    ("digest", _("in the digest")),
    ("sending", _("being sent")),
    ("sent", _("sent")),
    ("dropped", _("not sent")),
]
PUSH_STATES = [
    ("waiting", _("to be sent")),
    ("sending", _("being sent")),
    ("sent", _("sent")),
    ("dropped", _("not sent")),
    ("failed", _("could not be sent")),
    ("unsure", _("maybe sent")),
]
SECURITY = [("starttls", "STARTTLS"), ("tls", "TLS"), ("none", _("none"))]


class Follow(models.Model):
    """A user who hears of a record, or wishes not to; whoever owns it hears of it without a row.

    `object` is the base: an organisation and a person are both a party. `by_operation` is the merge that made the row.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    object = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    state = models.CharField(max_length=10, choices=FOLLOW_STATES, default="following")
    at = models.DateTimeField(auto_now_add=True)
    by_operation = models.BigIntegerField(null=True)

    class Meta:
        db_table = "kernel_follow"
        constraints = [
            models.UniqueConstraint(fields=["object", "record_id", "user"], name="kernel_follow_unique")
        ]
        indexes = [models.Index(fields=["user", "-id"], name="kernel_follow_user")]


class Favourite(models.Model):
    """A record that a user keeps at hand, and its place among the others."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    object = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    position = models.IntegerField(default=0)
    at = models.DateTimeField(auto_now_add=True)
    by_operation = models.BigIntegerField(null=True)

    class Meta:
        db_table = "kernel_favourite"
        constraints = [
            models.UniqueConstraint(fields=["user", "object", "record_id"], name="kernel_favourite_unique")
        ]
        indexes = [models.Index(fields=["object", "record_id"], name="kernel_favourite_record")]


class Visit(models.Model):
    """When a user opened a record last."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    object = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    at = models.DateTimeField()

    class Meta:
        db_table = "kernel_visit"
        constraints = [
            models.UniqueConstraint(fields=["user", "object", "record_id"], name="kernel_visit_unique")
        ]
        indexes = [models.Index(fields=["user", "-at"], name="kernel_visit_user")]


class Notification(models.Model):
    """One happening that one user is told. `cause` makes it one: a bulk act is told once, however many records it changed.

    `object` is the base; `record_id` is empty when several records are meant, of which `record_ids` are the first and
    `number` says how many. What it says is judged again whenever it is read.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    kind = models.CharField(max_length=20)
    cause = models.CharField(max_length=80)
    object = models.CharField(max_length=60, default="", blank=True)
    record_id = models.BigIntegerField(null=True)
    record_ids = ArrayField(models.BigIntegerField(), default=list)
    number = models.IntegerField(default=1)
    actor = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+", db_index=False)
    payload = models.JSONField(default=dict)
    at = models.DateTimeField()
    read_at = models.DateTimeField(null=True)
    shown = models.BooleanField(default=True)  # in the product; otherwise only by e-mail or on devices
    mail = models.CharField(max_length=8, choices=MAIL_STATES, default="", blank=True)
    mailed_at = models.DateTimeField(null=True)
    attempts = models.SmallIntegerField(default=0)
    moves = models.JSONField(default=list)

    class Meta:
        db_table = "kernel_notification"
        constraints = [
            models.UniqueConstraint(fields=["user", "kind", "cause"], name="kernel_notification_once")
        ]
        indexes = [
            models.Index(fields=["user", "-id"], name="kernel_notification_user"),
            models.Index(
                fields=["user"],
                condition=models.Q(read_at=None, shown=True),
                name="kernel_notification_unread",
            ),
            models.Index(
                fields=["mail", "user"],
                condition=models.Q(mail__in=["now", "digest", "sending"]),
                name="kernel_notification_mail",
            ),
            models.Index(fields=["object", "record_id"], name="kernel_notification_record"),
            models.Index(fields=["at"], name="kernel_notification_at"),
        ]


class Wish(models.Model):
    """How a user wishes to be told: `kinds` says what differs from the usual, {kind: {"product": …, "mail": …, "push": …}}.

    `quiet_from` and `quiet_until` are the hours of their day in which no letter is sent; `digest_at` is when the digest comes,
    `digest_day` on which day of the week.
    """

    user = models.OneToOneField(User, models.CASCADE, primary_key=True, related_name="+")
    kinds = models.JSONField(default=dict)
    quiet_from = models.TimeField(null=True)
    quiet_until = models.TimeField(null=True)
    digest_at = models.TimeField(null=True)
    digest_day = models.SmallIntegerField(null=True)  # of the week, Monday is 0; none: every day
    digest_on = models.DateField(null=True)  # the day the last digest was for

    class Meta:
        db_table = "kernel_notify_wish"


class PushKey(models.Model):
    """By what push services know this installation (VAPID, RFC 8292); one row, number 1. The secret half is kept sealed."""

    public = models.CharField(max_length=100)
    secret = models.TextField()
    made_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "kernel_push_key"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="kernel_push_key_single")]


class PushDevice(models.Model):
    """A browser of a user that takes notifications: where they are handed in for it, and the keys only it can open them with.

    `session` is the digest of the sign-in there, with which it ends; `site` is the address the product had there; `error`
    is what the push service said last, when it refused.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    endpoint = models.TextField(unique=True)
    p256dh = models.CharField(max_length=100)
    auth = models.CharField(max_length=40)
    name = models.CharField(max_length=80)
    site = models.CharField(max_length=300)
    session = models.CharField(max_length=64, default="", blank=True)
    made_at = models.DateTimeField(auto_now_add=True)
    used_at = models.DateTimeField(null=True)
    error = models.CharField(max_length=300, default="", blank=True)

    class Meta:
        db_table = "kernel_push_device"


class PushDelivery(models.Model):
    """One notification on its way to one device, at most once. `next_at` is when it is tried, or given up by its process."""

    # Notifications of long ago go by one statement; the sweep takes what is left of them here.
    notification = models.ForeignKey(
        Notification, models.DO_NOTHING, related_name="+", db_index=False, db_constraint=False
    )
    device = models.ForeignKey(PushDevice, models.CASCADE, related_name="+")
    state = models.CharField(max_length=8, choices=PUSH_STATES, default="waiting")
    attempts = models.SmallIntegerField(default=0)
    next_at = models.DateTimeField()

    class Meta:
        db_table = "kernel_push_delivery"
        constraints = [
            models.UniqueConstraint(fields=["notification", "device"], name="kernel_push_delivery_once")
        ]
        indexes = [
            models.Index(
                fields=["next_at"],
                condition=models.Q(state__in=["waiting", "sending"]),
                name="kernel_push_delivery_due",
            )
        ]


class MailServer(models.Model):
    """Where letters are handed in; at most one row, number 1. The password is kept sealed (see `sealing`)."""

    host = models.CharField(max_length=253)
    port = models.IntegerField(default=587)
    security = models.CharField(max_length=8, choices=SECURITY, default="starttls")
    username = models.CharField(max_length=200, default="", blank=True)
    password = models.TextField(default="", blank=True)
    sender = models.EmailField()
    site = models.CharField(max_length=300)  # the address of the product, for links in letters
    active = models.BooleanField(default=True)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)
    failed_at = models.DateTimeField(null=True)
    error = models.TextField(default="", blank=True)  # what the server said last, when it failed

    class Meta:
        db_table = "kernel_mail_server"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="kernel_mail_server_single")]
