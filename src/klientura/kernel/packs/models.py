"""Which packs are installed, and what each of them wrote."""

from django.db import models
from django.utils.translation import gettext_lazy as _

STATES = [
    ("offered", _("not installed yet")),
    ("incomplete", _("broke off")),
    ("active", _("installed")),
    ("removed", _("uninstalled")),
]


class Pack(models.Model):
    """A pack that was installed, also one that was uninstalled since.

    `content` is its file as it was installed last, `offered` one whose plan was shown and not carried out yet.
    """

    key = models.CharField(max_length=30, unique=True)
    version = models.CharField(max_length=30)
    name = models.JSONField(default=dict)
    content = models.JSONField(default=dict)
    offered = models.JSONField(null=True)
    state = models.CharField(max_length=10, choices=STATES, default="incomplete")
    changed_at = models.DateTimeField(auto_now=True)
    changed_by_id = models.BigIntegerField(null=True)

    class Meta:
        db_table = "kernel_pack"

    def __str__(self) -> str:
        return f"{self.key} {self.version}"


class Part(models.Model):
    """One thing that a pack brought: an object, a field, an arrangement, a view.

    `said` is what the pack's file says of it, `left` how it stood when the pack had written it, both by attribute:
    what stands otherwise now was changed by the company, and stays when the pack is upgraded.
    `target` is the number of what was made; none when the company has deleted it for good.
    """

    pack = models.ForeignKey(Pack, models.CASCADE, related_name="+")
    kind = models.CharField(max_length=10)
    path = models.CharField(max_length=160)
    said = models.JSONField(default=dict)
    left = models.JSONField(default=dict)
    target = models.BigIntegerField(null=True)

    class Meta:
        db_table = "kernel_pack_part"
        constraints = [models.UniqueConstraint(fields=["pack", "kind", "path"], name="kernel_pack_part_path")]

    def __str__(self) -> str:
        return f"{self.kind} {self.path}"
