"""Tables of consents."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from klientura.kernel.store.record import Record
from klientura.modules.consents import enums
from klientura.modules.parties.models import Party


class ConsentText(Record):
    """The words that people consent to, for one purpose. Once somebody has consented, it stays as it was: see `services.texts`."""

    name = models.CharField(pgettext_lazy("thing", "name"), max_length=200)
    purpose = models.CharField(_("purpose"), max_length=40, choices=enums.Purpose)
    edition = models.IntegerField(_("edition"), blank=True)
    language = models.CharField(
        pgettext_lazy("consent", "language"), max_length=5, choices=enums.TextLanguage, default="ru"
    )
    text = models.TextField(_("text as people see it"))
    in_force_from = models.DateField(_("in force from"), null=True, blank=True)

    class Meta:
        db_table = "consent_text"


class Consent(Record):
    """That a person has allowed a purpose over a channel, with the proof. It ends by being withdrawn, replaced, or by its day."""

    name = models.CharField(pgettext_lazy("thing", "name"), max_length=200, default="", blank=True)
    person = models.ForeignKey(
        Party,
        models.CASCADE,
        related_name="+",
        verbose_name=pgettext_lazy("consent", "person"),
        db_index=False,
    )
    purpose = models.CharField(_("purpose"), max_length=40, choices=enums.Purpose, blank=True)
    channel = models.CharField(_("channel"), max_length=10, choices=enums.Channel, default="all")
    text = models.ForeignKey(
        ConsentText, models.PROTECT, null=True, blank=True, related_name="+", verbose_name=_("text of consent"), db_index=False
    )  # fmt: skip
    given_at = models.DateTimeField(pgettext_lazy("consent", "given"), blank=True)
    how = models.CharField(_("how it was given"), max_length=10, choices=enums.Way, default="paper")
    valid_until = models.DateField(_("valid until"), null=True, blank=True)
    proof = models.TextField(_("proof in words"), null=True, blank=True)
    proof_files = ArrayField(
        models.BigIntegerField(),
        verbose_name=pgettext_lazy("consent", "proof"),
        null=True,
        blank=True,
        default=None,
    )
    ip = models.CharField(_("IP address"), max_length=45, null=True, blank=True)
    status = models.CharField(
        pgettext_lazy("consent", "state"), max_length=10, choices=enums.Standing, default="given"
    )
    withdrawn_at = models.DateTimeField(pgettext_lazy("consent", "withdrawn"), null=True, blank=True)
    withdrawn_how = models.CharField(
        _("how it was withdrawn"), max_length=10, choices=enums.Way, null=True, blank=True
    )
    replaced_by = models.ForeignKey(
        "self", models.SET_NULL, null=True, blank=True, related_name="+", verbose_name=pgettext_lazy("consent", "replaced by"), db_index=False
    )  # fmt: skip
    note = models.TextField(pgettext_lazy("consent", "note"), null=True, blank=True)

    class Meta:
        db_table = "consent"
        indexes = [models.Index(fields=["person", "purpose"], name="consent_person_purpose")]
