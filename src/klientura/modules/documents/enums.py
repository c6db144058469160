"""Closed lists of papers."""

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class TemplateAbout(models.TextChoices):
    """From which records papers of a template are made: keys of objects. Administrators add those of their own."""

    ORGANISATION = "organisation", _("Organisation")
    PERSON = "person", _("Person")
    LEAD = "lead", _("Lead")
    OPPORTUNITY = "opportunity", pgettext_lazy("opportunity", "Deal")
    OFFER = "offer", _("Commercial offer")
    ORDER = "order", pgettext_lazy("sale", "Order")
    INVOICE = "invoice", _("Invoice")
    CLOSING_PAPER = "closing_paper", _("Closing paper")
    CONTRACT = "contract", pgettext_lazy("thing", "Contract")


class TemplateForm(models.TextChoices):
    """What a template is written in, and what comes of it."""

    DOCX = "docx", _("Word document")
    TYPST = "typst", _("PDF, written in Typst")


class TemplateLanguage(models.TextChoices):
    """In which language dates, sums and words of a paper are written."""

    RUSSIAN = "ru", pgettext_lazy("paper language", "Russian")
    ENGLISH = "en", pgettext_lazy("paper language", "English")
