"""Where certain duplicates are merged by themselves, and with whose rights."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.models import User

MANNERS = [
    ("ask", _("ask about every pair")),
    ("agreeing", _("merge certain pairs that contradict each other in nothing")),
    ("older", _("merge all certain pairs; where they differ, the older record's value stays")),
]


class Policy(models.Model):
    """What is done with the certain pairs of one object. It acts with the rights of whoever chose it."""

    object = models.CharField(max_length=60, unique=True)
    manner = models.CharField(max_length=10, choices=MANNERS, default="ask")
    author = models.ForeignKey(User, models.CASCADE, related_name="+")
    version = models.IntegerField(default=1)
    changed_at = models.DateTimeField(auto_now=True)
    paused = models.CharField(max_length=10, blank=True, default="")  # why it stopped by itself
    merged = models.BigIntegerField(default=0)
    last_run_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_merge_policy"
