"""Letters of ours of which we hear when they are opened, and their links."""

from django.contrib.postgres.fields import ArrayField
from django.db import models

from klientura.modules.conversations.models.outgoing import Outgoing


class Tracked(models.Model):
    """A letter that went with a picture and links of ours, and to whom: only while all of them allow it, anything is counted."""

    outgoing = models.OneToOneField(Outgoing, models.CASCADE, related_name="+")
    addresses = ArrayField(models.CharField(max_length=254), default=list)
    opened = models.IntegerField(default=0)
    first_opened_at = models.DateTimeField(null=True)
    last_opened_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "mail_tracked"

    def __str__(self) -> str:
        return str(self.outgoing_id)


class TrackedLink(models.Model):
    """A link of such a letter: where it leads, and how often it was followed."""

    tracked = models.ForeignKey(Tracked, models.CASCADE, related_name="+", db_index=False)
    position = models.IntegerField()
    url = models.TextField()
    followed = models.IntegerField(default=0)
    last_followed_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "mail_tracked_link"
        constraints = [
            models.UniqueConstraint(fields=["tracked", "position"], name="mail_tracked_link_unique")
        ]

    def __str__(self) -> str:
        return self.url
