"""With whom which record is and was shared."""

from django.db import models
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.models import ShareTerm, Team, User

LEVELS = [("read", _("may read")), ("edit", _("may change"))]


class Share(models.Model):
    """A record shared with a user or with a team, since when and by whom; one that has ended stays for the history.

    A share is never changed: another level or end is another row. What is in force is repeated in the record's own
    column `shared_with`, which the gate asks (see `access.shares`).
    """

    object = models.CharField(max_length=60)  # the base: an organisation and a person are both a party
    record_id = models.BigIntegerField()
    user = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    team = models.ForeignKey(Team, models.CASCADE, null=True, related_name="+")
    level = models.CharField(max_length=4, choices=LEVELS)
    until = models.DateField(null=True)  # the last day
    term = models.ForeignKey(ShareTerm, models.PROTECT, null=True, related_name="+")
    at = models.DateTimeField()
    by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    operation_id = models.BigIntegerField(null=True)
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey(User, models.SET_NULL, null=True, related_name="+")
    ended_operation_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "kernel_share"
        constraints = [
            models.UniqueConstraint(
                fields=["object", "record_id", "user", "team"],
                condition=models.Q(ended_at=None),
                nulls_distinct=False,
                name="kernel_share_in_force",
            ),
            models.CheckConstraint(
                condition=models.Q(user=None) ^ models.Q(team=None), name="kernel_share_one_grantee"
            ),
        ]
        indexes = [
            models.Index(fields=["object", "record_id"], name="kernel_share_record"),
            models.Index(
                fields=["operation_id"],
                condition=models.Q(operation_id__isnull=False),
                name="kernel_share_operation",
            ),
            models.Index(
                fields=["ended_operation_id"],
                condition=models.Q(ended_operation_id__isnull=False),
                name="kernel_share_ended",
            ),
        ]
