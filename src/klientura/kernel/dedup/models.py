"""Pairs of records that may be one client, and what the search for them keeps between two runs."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

VERDICTS = [("sure", _("certain")), ("likely", _("likely"))]
PAIR_STATES = [
    ("new", _("not decided")),
    ("merged", pgettext_lazy("pair", "merged")),
    ("different", _("different clients")),
]


class Scan(models.Model):
    """The search through one object. `round` counts its runs; faces and pairs say which run saw them last.

    `seen_until`: what was changed later is looked at by the next run. `whole` says whether a run has ever ended.
    """

    object = models.CharField(max_length=60, unique=True)
    round = models.IntegerField(default=0)
    whole = models.BooleanField(default=False)
    job_id = models.BigIntegerField(null=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    seen_until = models.DateTimeField(null=True)
    records = models.BigIntegerField(default=0)
    manner = models.IntegerField(default=0)  # in which the faces were made (see `kit.matching.face.MANNER`)

    class Meta:
        db_table = "kernel_duplicate_scan"


class ScannedFace(models.Model):
    """A record as it is compared, with the keys under which it meets others. Derived; thrown away freely."""

    pk = models.CompositePrimaryKey("scan_id", "record_id")
    scan_id = models.IntegerField()
    record_id = models.BigIntegerField()
    round = models.IntegerField()
    face = models.TextField()
    keys = ArrayField(models.BigIntegerField())

    class Meta:
        db_table = "kernel_duplicate_face"


class Candidate(models.Model):
    """Two records that share a key and are still to be compared. Not logged: empty after a crash of the server."""

    pk = models.CompositePrimaryKey("scan_id", "a", "b")
    scan_id = models.IntegerField()
    a = models.BigIntegerField()
    b = models.BigIntegerField()

    class Meta:
        db_table = "kernel_duplicate_candidate"


class Pair(models.Model):
    """Two records (a < b) that may be one client; a decision outlives every further search."""

    object = models.CharField(max_length=60)
    a = models.BigIntegerField()
    b = models.BigIntegerField()
    score = models.FloatField()
    verdict = models.CharField(max_length=8, choices=VERDICTS)
    reasons = models.JSONField(default=list)  # [role, level, weight] each
    state = models.CharField(max_length=10, choices=PAIR_STATES, default="new")
    round = models.IntegerField(default=0)
    found_at = models.DateTimeField(auto_now_add=True)
    decided_by = models.BigIntegerField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        db_table = "kernel_duplicate_pair"
        constraints = [
            models.UniqueConstraint(fields=["object", "a", "b"], name="kernel_duplicate_pair_unique"),
            models.CheckConstraint(
                condition=models.Q(a__lt=models.F("b")), name="kernel_duplicate_pair_order"
            ),
        ]
        indexes = [
            models.Index(fields=["object", "state", "-score", "-id"], name="kernel_duplicate_pair_queue"),
            models.Index(fields=["object", "b"], name="kernel_duplicate_pair_b"),
        ]
