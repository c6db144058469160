"""Where mail stands in the navigation."""

from typing import Final

from django.utils.translation import pgettext_lazy

from klientura.kernel.screens.places import Place

MAIL: Final = Place("mail", pgettext_lazy("navigation", "Mail"), "mail", "/mail")
