"""Rules by which records are given to people, in an order."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.models import Team, User

WAYS = [("turn", _("each in turn")), ("least", _("whoever has least in hand"))]


class Territory(models.Model):
    """Records of an object that a filter finds go to some people, or to those of a team; of several rules the first counts.

    `on_create`: new records are given away at once. `also_own`: also those whose author was put as owner. `turn` counts
    what was given in turn. The filter sees with the eyes of the product: whoever sets rules is an administrator.
    """

    object = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    position = models.IntegerField(default=0)
    is_active = models.BooleanField(default=True)
    on_create = models.BooleanField(default=True)
    also_own = models.BooleanField(default=True)
    filter = models.JSONField(default=dict)
    users = ArrayField(models.BigIntegerField(), default=list)
    team = models.ForeignKey(Team, models.SET_NULL, null=True, related_name="+")
    way = models.CharField(max_length=5, choices=WAYS, default="turn")
    turn = models.BigIntegerField(default=0)
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)
    changed_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")

    class Meta:
        db_table = "kernel_territory"
        indexes = [models.Index(fields=["object", "position"], name="kernel_territory_object")]

    def __str__(self) -> str:
        return self.name
