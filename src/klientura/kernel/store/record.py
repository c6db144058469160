"""The header of every record, and the base of the lines that belong to one."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.models import Team, User
from klientura.kernel.store.ids import uuid7


class Record(models.Model):
    """What each kind of record has. Rows are read and written through the store only.

    `title` and `search_text` are kept by triggers generated from the Shape; NULL means «no value» in every column.
    """

    id = models.BigAutoField(_("number"), primary_key=True)
    uid = models.UUIDField(_("identifier"), default=uuid7, unique=True, editable=False)
    title = models.CharField(_("title"), max_length=500, blank=True, default="")
    owner = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("owner"),
        db_index=False,
    )
    team = models.ForeignKey(
        Team, models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=_("team"), db_index=False
    )
    shared_with = ArrayField(models.IntegerField(), null=True, blank=True)
    created_at = models.DateTimeField(_("created"), blank=True)
    created_by = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("created by"),
        db_index=False,
    )
    updated_at = models.DateTimeField(_("changed"), blank=True)
    updated_by = models.ForeignKey(
        User,
        models.SET_NULL,
        null=True,
        blank=True,
        related_name="+",
        verbose_name=_("changed by"),
        db_index=False,
    )
    version = models.IntegerField(_("version"), default=1)
    deleted_at = models.DateTimeField(null=True)
    operation_id = models.BigIntegerField(null=True)
    search_text = models.TextField(default="")

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title


class Line(models.Model):
    """A line of a record (a phone of a client): no owner, rights or title of its own."""

    id = models.BigAutoField(primary_key=True)
    position = models.IntegerField(default=0)

    class Meta:
        abstract = True
