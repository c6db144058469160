"""Closed lists of the catalogue."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class ProductKind(models.TextChoices):
    """What is sold."""

    GOODS = "goods", pgettext_lazy("product", "Goods")
    SERVICE = "service", pgettext_lazy("product", "Service")
    WORK = "work", pgettext_lazy("product", "Work")
    KIT = "kit", pgettext_lazy("product", "Kit")


class FunnelRole(models.TextChoices):
    """What a product does in selling: brings in, earns, leads on."""

    ENTRY = "entry", _("Entry")
    CORE = "core", _("Core")
    CHANNEL = "channel", _("Leads on")


class TaxMode(models.TextChoices):
    """Whether prices hold the tax."""

    INCLUDED = "included", _("Tax within the price")
    ON_TOP = "on_top", _("Tax on top")


class Compatibility(models.TextChoices):
    """How a product goes together with another one."""

    REQUIRES = "requires", _("Needs")
    EXCLUDES = "excludes", _("Does not go with")


class KitPrice(models.TextChoices):
    """Where the price of a kit comes from."""

    OWN = "own", _("Its own")
    SUM = "sum", _("Sum of what it holds")


class LimitedRole(models.TextChoices):
    """Whose discounts are limited. An administrator sets the limits, and has none."""

    MANAGER = "manager", _("Manager")
    EMPLOYEE = "employee", _("Employee")
    OBSERVER = "observer", _("Observer")
