"""The line of the navigation that leads to approvals."""

from typing import Final

from django.utils.translation import gettext_lazy as _

from klientura.kernel.screens.places import Place

APPROVALS: Final = Place("approvals", _("Approvals"), "stamp", "/approvals", area=_("Across everything"))
