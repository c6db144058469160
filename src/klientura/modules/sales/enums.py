"""Closed lists of sales."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class StageKind(models.TextChoices):
    """What reaching a stage means."""

    OPEN = "open", pgettext_lazy("stage", "In progress")
    WON = "won", pgettext_lazy("stage", "Won")
    LOST = "lost", pgettext_lazy("stage", "Lost")


class LossReason(models.TextChoices):
    """Why a deal was lost."""

    PRICE = "price", _("Price")
    COMPETITOR = "competitor", _("Chose a competitor")
    NO_BUDGET = "no_budget", _("No budget")
    NO_NEED = "no_need", _("No need any more")
    NO_ANSWER = "no_answer", _("Stopped answering")
    TIMING = "timing", _("Put off")
    TERMS = "terms", _("Terms or delivery time")
    OTHER = "other", pgettext_lazy("loss reason", "Other")


class Hue(models.TextChoices):
    """Colours of stages, as the design system names them."""

    GRAY = "gray", _("Grey")
    BLUE = "blue", _("Blue")
    TEAL = "teal", _("Teal")
    GREEN = "green", _("Green")
    YELLOW = "yellow", _("Yellow")
    ORANGE = "orange", _("Orange")
    RED = "red", _("Red")
    PINK = "pink", _("Pink")
    VIOLET = "violet", _("Violet")
