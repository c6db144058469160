"""Closed lists of papers of sales."""

from collections.abc import Mapping
from typing import Final

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


class OfferStatus(models.TextChoices):
    """How far an offer is."""

    DRAFT = "draft", pgettext_lazy("paper", "Draft")
    ISSUED = "issued", _("With the client")
    ACCEPTED = "accepted", _("Accepted")
    DECLINED = "declined", _("Declined")
    REPLACED = "replaced", _("Replaced by a new edition")
    CANCELLED = "cancelled", pgettext_lazy("paper", "Cancelled")


class OrderStatus(models.TextChoices):
    """How far an order is."""

    DRAFT = "draft", pgettext_lazy("paper", "Draft")
    CONFIRMED = "confirmed", _("In work")
    DONE = "done", _("Fulfilled")
    CANCELLED = "cancelled", pgettext_lazy("paper", "Cancelled")


class ClosingKind(models.TextChoices):
    """What confirms that the client got it. UPD: universal transfer document, with the tax invoice (1) or without it (2)."""

    UPD = "upd", _("UPD with the tax invoice")
    TRANSFER = "transfer", _("UPD without the tax invoice")
    WAYBILL = "waybill", _("Waybill")
    ACT = "act", _("Act of services")


class ClosingStatus(models.TextChoices):
    """How far a closing paper is."""

    DRAFT = "draft", pgettext_lazy("paper", "Draft")
    ISSUED = "issued", _("Waits for the signature")
    SIGNED = "signed", _("Signed")
    CANCELLED = "cancelled", pgettext_lazy("paper", "Cancelled")


IN_FORCE: Final[Mapping[str, tuple[str, ...]]] = {
    "invoice": ("issued", "part_paid", "paid"),
    "closing_paper": ("issued", "signed"),
}
"""What a paper made of an order is once it was issued, as long as it was not cancelled."""
