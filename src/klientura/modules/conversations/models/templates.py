"""Letters that are written again and again."""

from django.db import models

from klientura.kernel.access.models import User


class Template(models.Model):
    """A letter to begin with: of one user (`owner`), or of all. Places such as {person.first_name} take values of records."""

    owner = models.ForeignKey(User, models.CASCADE, null=True, related_name="+")
    name = models.CharField(max_length=120)
    subject = models.CharField(max_length=500, default="")
    html = models.TextField(default="")
    version = models.IntegerField(default=1)
    updated_at = models.DateTimeField(auto_now=True)

    class Meta:
        db_table = "mail_template"

    def __str__(self) -> str:
        return self.name
