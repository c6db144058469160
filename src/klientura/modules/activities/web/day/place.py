"""Where the day stands in the navigation."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from klientura.kernel.screens.places import Place

DAY: Final = Place("day", _("My day"), "sun", "/day", at_top=True, by_thumb=True)
