"""The language of the page being made."""

from django.utils import translation

from klientura.kit.formats import Language


def lang() -> Language:
    """Russian or English; what the gate has activated for this reader."""
    return "en" if translation.get_language() == "en" else "ru"
