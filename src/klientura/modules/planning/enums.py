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


class Dimension(models.TextChoices):
    """Of what sales a model makes a forecast."""

    COMPANY = "company", _("The whole company")
    CURRENCY = "currency", _("In one currency")
    TEAM = "team", pgettext_lazy("plan", "A team")
    OWNER = "owner", pgettext_lazy("plan", "A person")
    GROUP = "group", _("A product group")


class SeriesState(models.TextChoices):
    """Whether there is a forecast, and why not."""

    TOLD = "told", _("There is a forecast")
    SHORT = "short", _("Too few months")
    SILENT = "silent", _("Nothing sold in the last year")


class ForecastModel(models.TextChoices):
    """By which model."""

    NAIVE = "naive", _("As in the year before")
    ETS = "ets", _("Exponential smoothing")
    THETA = "theta", _("Theta method")
