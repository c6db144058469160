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


class ContractKind(models.TextChoices):
    """What a contract is about, as the Civil Code has it."""

    SUPPLY = "supply", pgettext_lazy("contract", "Supply of goods")
    SERVICES = "services", pgettext_lazy("contract", "Services")
    WORKS = "works", pgettext_lazy("contract", "Works")
    LICENCE = "licence", pgettext_lazy("contract", "Licence")
    AGENCY = "agency", pgettext_lazy("contract", "Agency")
    RENT = "rent", pgettext_lazy("contract", "Rent")
    OTHER = "other", pgettext_lazy("contract", "Other")


class ContractStatus(models.TextChoices):
    """How far a contract is."""

    DRAFT = "draft", pgettext_lazy("contract", "Being agreed")
    SIGNED = "signed", pgettext_lazy("contract", "In force")
    OVER = "over", pgettext_lazy("contract", "Run out")
    ENDED = "ended", pgettext_lazy("contract", "Terminated")


IN_FORCE: Final[Mapping[str, tuple[str, ...]]] = {
    "invoice": ("issued", "part_paid", "paid"),
    "closing_paper": ("issued", "signed"),
}
"""What a paper made of an order is once it was issued, as long as it was not cancelled."""
