"""Closed lists of plans."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Level(models.TextChoices):
    """Whose plan it is."""

    PERSON = "person", pgettext_lazy("plan", "A person")
    TEAM = "team", pgettext_lazy("plan", "A team")
    COMPANY = "company", pgettext_lazy("plan", "The whole company")


class Measure(models.TextChoices):
    """What is planned."""

    WON_SUM = "won_sum", _("Won deals, sum")
    WON_COUNT = "won_count", _("Won deals, number")
    ORDER_SUM = "order_sum", _("Orders, sum")
    PAID_SUM = "paid_sum", _("Payments received")


class Period(models.TextChoices):
    """For how long."""

    MONTH = "month", pgettext_lazy("period", "Month")
    QUARTER = "quarter", pgettext_lazy("period", "Quarter")
    YEAR = "year", pgettext_lazy("period", "Year")
