"""Closed lists of consents."""

from typing import Final

from django.db import models
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy


class Purpose(models.TextChoices):
    """What a person consents to. The law wants a consent of its own for each; administrators may add purposes."""

    PROCESSING = "processing", _("Processing of personal data")
    ADVERTISING = "advertising", _("Advertising messages")
    TRANSFER = "transfer", _("Transfer to third parties")
    TRACKING = "tracking", _("Tracking of reading letters")


class Channel(models.TextChoices):
    """By what a person may be reached."""

    ALL = "all", pgettext_lazy("channel of consent", "All channels")
    EMAIL = "email", pgettext_lazy("channel of consent", "E-mail")
    PHONE = "phone", pgettext_lazy("channel of consent", "Phone calls")
    SMS = "sms", pgettext_lazy("channel of consent", "SMS")
    MESSENGER = "messenger", pgettext_lazy("channel of consent", "Messengers")
    POST = "post", pgettext_lazy("channel of consent", "Post")


class Way(models.TextChoices):
    """How a person said it."""

    PAPER = "paper", pgettext_lazy("way of consent", "On paper")
    FORM = "form", pgettext_lazy("way of consent", "In a form of a site")
    WORD = "word", pgettext_lazy("way of consent", "By word of mouth")
    LETTER = "letter", pgettext_lazy("way of consent", "By letter")
    IMPORT = "import", pgettext_lazy("way of consent", "From another system")


class Standing(models.TextChoices):
    """What has become of a consent."""

    GIVEN = "given", pgettext_lazy("consent", "In force")
    WITHDRAWN = "withdrawn", pgettext_lazy("consent", "Withdrawn")
    EXPIRED = "expired", pgettext_lazy("consent", "Expired")
    REPLACED = "replaced", pgettext_lazy("consent", "Replaced")


class TextLanguage(models.TextChoices):
    """The language of a text of consent."""

    RU = "ru", pgettext_lazy("language of a text", "Russian")
    EN = "en", pgettext_lazy("language of a text", "English")


REACHED_BY: Final = ("email", "phone", "sms", "messenger", "post")
"""Every channel alone."""
CHANNELS_OF: Final = {"processing": ("all",), "transfer": ("all",), "tracking": ("email",)}
"""The channels that mean something to a purpose; to any other, each of them does."""
STATE_OF: Final = {"given": "green", "withdrawn": "red", "expired": "yellow", "none": "gray"}
"""The colour of what stands."""
