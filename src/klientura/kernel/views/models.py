"""Saved views, who has pinned them, and what a reader chose last for the columns and the order of a list."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.models import Team, User
from klientura.kernel.store.ids import uuid7

KINDS = [
    ("list", _("list")),
    ("board", _("board")),
    ("calendar", _("calendar")),
    ("gallery", _("gallery")),
    ("map", _("map")),
]
VISIBILITIES = [("private", _("only me")), ("team", _("my team")), ("everyone", _("everyone"))]


class View(models.Model):
    """What a list, a board, a calendar, a gallery or a map shows, under a name. `state` holds what its address would say.

    One that was deleted stays for a month, so that deleting it can be undone. `default_roles` are the keys of the
    roles for which the object opens with this view.
    """

    uid = models.UUIDField(default=uuid7, unique=True, editable=False)
    object = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    kind = models.CharField(max_length=10, choices=KINDS, default="list")
    state = models.JSONField(default=dict)
    owner = models.ForeignKey(User, models.CASCADE, related_name="+")
    visibility = models.CharField(max_length=10, choices=VISIBILITIES, default="private")
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+")
    position = models.IntegerField(default=0)
    default_roles = ArrayField(models.CharField(max_length=40), default=list)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)
    deleted_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_view"
        indexes = [models.Index(fields=["object", "owner"], name="kernel_view_object")]

    def __str__(self) -> str:
        return self.name


class Pin(models.Model):
    """A view that a user keeps at hand, and its place among those of the object."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    view = models.ForeignKey(View, models.CASCADE, related_name="+")
    position = models.IntegerField(default=0)

    class Meta:
        db_table = "kernel_view_pin"
        constraints = [models.UniqueConstraint(fields=["user", "view"], name="kernel_view_pin_unique")]


class Habit(models.Model):
    """The columns, their looks and the order that a user chose last for the list of an object, outside of any saved view."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+")
    object = models.CharField(max_length=60)
    columns = ArrayField(models.CharField(max_length=60), default=list)
    sort = models.CharField(max_length=61, default="", blank=True)
    widths = models.JSONField(default=dict)
    pin = models.SmallIntegerField(default=1)

    class Meta:
        db_table = "kernel_view_habit"
        constraints = [models.UniqueConstraint(fields=["user", "object"], name="kernel_view_habit_unique")]
