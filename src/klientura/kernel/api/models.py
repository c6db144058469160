"""Answers remembered for idempotent repetition."""

from django.db import models


class RememberedAnswer(models.Model):
    """The first answer to a request with an Idempotency-Key; given again to every repetition for a day."""

    user_id = models.BigIntegerField()
    key = models.CharField(max_length=255)
    fingerprint = models.CharField(max_length=64)
    status = models.IntegerField(null=True)
    body = models.BinaryField(null=True)
    headers = models.JSONField(default=dict)
    rights = models.CharField(max_length=80, default="")  # what the user's rights were, see idempotency.py
    created_at = models.DateTimeField(auto_now_add=True)

    class Meta:
        db_table = "api_remembered_answer"
        constraints = [models.UniqueConstraint(fields=["user_id", "key"], name="api_remembered_answer_key")]
