"""What administrators say of quality: rules of their own, changes to those that come with the product, fields that count."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

SEVERITIES = [("serious", _("serious")), ("warning", _("to be put right")), ("note", _("worth a look"))]


class FaultRule(models.Model):
    """A rule of quality that somebody wrote, or wrote over one that a module declares under the same key."""

    key = models.CharField(max_length=60, unique=True)
    object = models.CharField(max_length=60)
    name = models.CharField(max_length=120)
    severity = models.CharField(max_length=10, choices=SEVERITIES, default="warning")
    tree = models.JSONField(default=dict)
    is_on = models.BooleanField(default=True)
    version = models.IntegerField(default=1)
    changed_by_id = models.BigIntegerField(null=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "kernel_quality_rule"


class CountedFields(models.Model):
    """The fields of an object that count towards being complete, when they are not the usual ones."""

    object = models.CharField(max_length=60, unique=True)
    fields = ArrayField(models.CharField(max_length=60))

    class Meta:
        db_table = "kernel_quality_fields"
