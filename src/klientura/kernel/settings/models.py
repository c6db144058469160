"""One row about the installation."""

from django.db import models
from django.utils.translation import gettext_lazy as _


class Installation(models.Model):
    """Settings of this company's database; always exactly one row, number 1.

    `access_version` grows with every change of rights, `schema_version` with every field or kind of record that is
    added: a process compares them at each request and drops what it had cached.
    """

    company = models.CharField(_("company"), max_length=200, blank=True)
    language = models.CharField(_("language"), max_length=5, default="ru")
    time_zone = models.CharField(_("time zone"), max_length=64, default="Europe/Moscow")
    currency = models.CharField(_("currency"), max_length=3, default="RUB")
    area_code = models.CharField(_("area code for local phone numbers"), max_length=5, blank=True)
    map_tiles = models.CharField(max_length=500, blank=True, default="")
    map_credit = models.CharField(max_length=200, blank=True, default="")
    working_time = models.JSONField(default=dict)
    set_up_at = models.DateTimeField(null=True)
    access_version = models.BigIntegerField(default=1)
    schema_version = models.BigIntegerField(default=1)

    class Meta:
        db_table = "kernel_installation"
        constraints = [models.CheckConstraint(condition=models.Q(id=1), name="kernel_installation_single")]
