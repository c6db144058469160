"""Closed lists of papers of sales."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class InvoiceStatus(models.TextChoices):
    """How far an invoice is."""

    DRAFT = "draft", pgettext_lazy("paper", "Draft")
    ISSUED = "issued", _("Awaiting payment")
    PART_PAID = "part_paid", _("Paid in part")
    PAID = "paid", _("Paid")
    CANCELLED = "cancelled", pgettext_lazy("paper", "Cancelled")
