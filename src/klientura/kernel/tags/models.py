"""One row for each tag of each field."""

from django.db import models


class KnownTag(models.Model):
    """A tag: records hold its code for good, and everything else about it can change in one place.

    One that was merged into another stays, so that records that hold it need no rewriting: wherever its code is met,
    the other is shown, found and offered instead.
    """

    dictionary = models.CharField(max_length=130)  # see `objects.derive.dictionary_of`
    code = models.CharField(max_length=63)
    label = models.CharField(max_length=60)
    folded = models.CharField(max_length=120)  # the label as it is compared
    hue = models.CharField(max_length=20, default="gray")
    active = models.BooleanField(default=True)  # still offered
    merged_into = models.ForeignKey("self", models.PROTECT, null=True, related_name="+")
    version = models.IntegerField(default=1)
    created_at = models.DateTimeField(auto_now_add=True)
    created_by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "kernel_tag"
        constraints = [
            models.UniqueConstraint(fields=["dictionary", "code"], name="kernel_tag_code"),
            models.UniqueConstraint(fields=["dictionary", "folded"], name="kernel_tag_label"),
        ]

    def __str__(self) -> str:
        return self.label
