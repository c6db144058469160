"""What other machines call our records, what they sent of them, and what each of them knows."""

from typing import Final

from django.db import models

from klientura.kernel.access.models import User

WHOSE: Final = ("mine", "team", "all")


class DavName(models.Model):
    """What the machines of a user call a record: the name they gave the resource, its UID, the text that was sent last.

    Records that none of them has sent are called by their own number, and have no row. `hidden` is the mark of the version
    that was deleted on a machine though it stays here: it is not listed until it changes.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    object = models.CharField(max_length=60)
    record_id = models.BigIntegerField()
    name = models.CharField(max_length=255)
    uid = models.CharField(max_length=255)
    text = models.TextField(default="")
    revision = models.IntegerField(default=1)
    hidden = models.CharField(max_length=100, default="")

    class Meta:
        db_table = "dav_name"
        constraints = [
            models.UniqueConstraint(fields=["user", "object", "record_id"], name="dav_name_record"),
            models.UniqueConstraint(fields=["user", "object", "name"], name="dav_name_unique"),
        ]


class DavKnown(models.Model):
    """What a machine was told a collection holds, under the token it was given: names and marks of versions.

    What it has to hear next is the difference, whatever the reason: a change, the trash, or rights that ended.
    """

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    collection = models.CharField(max_length=20)
    token = models.CharField(max_length=64)
    marks = models.JSONField()
    at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "dav_known"
        constraints = [
            models.UniqueConstraint(fields=["user", "collection", "token"], name="dav_known_token")
        ]


class DavCollection(models.Model):
    """How somebody wishes to have a collection: whose records stand in it, and what their machine calls and paints it."""

    user = models.ForeignKey(User, models.CASCADE, related_name="+", db_index=False)
    collection = models.CharField(max_length=20)
    whose = models.CharField(max_length=4, default="mine")
    properties = models.JSONField(default=dict)

    class Meta:
        db_table = "dav_collection"
        constraints = [models.UniqueConstraint(fields=["user", "collection"], name="dav_collection_unique")]
