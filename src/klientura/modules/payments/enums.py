"""Closed lists of payments."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Direction(models.TextChoices):
    """Which way money goes."""

    IN = "in", pgettext_lazy("payment", "Came in")
    OUT = "out", _("Refund")


class PaymentKind(models.TextChoices):
    """How money is paid."""

    BANK = "bank", _("Bank transfer")
    CASH = "cash", _("Cash")
    CARD = "card", _("Card")


class PaymentStatus(models.TextChoices):
    """How far a payment is allocated to invoices."""

    FREE = "free", _("Not allocated")
    PART = "part", _("Allocated in part")
    DONE = "done", _("Allocated")
    REVERSED = "reversed", _("Reversed")


class DaysKind(models.TextChoices):
    """How days of a payment term are counted."""

    CALENDAR = "calendar", _("calendar days")
    WORKING = "working", _("working days")


class StatementState(models.TextChoices):
    """How far a bank statement is."""

    PREVIEW = "preview", _("Not posted yet")
    POSTING = "posting", _("Being posted")
    DONE = "done", pgettext_lazy("statement", "Posted")
    STOPPED = "stopped", pgettext_lazy("statement", "Posted in part")
