"""The demo data among the ways to begin with an empty base."""

from django.utils.translation import gettext_lazy as _

from klientura.kernel.screens.home_panels import Beginning
from klientura.modules.administration.queries import find_demo

DEMO = Beginning(
    key="demo",
    icon="sparkles",
    title=_("Look around with made-up data"),
    text=_("A small company with clients, deals and tasks. One button in the settings removes it again."),
    label=_("Put in demo data"),
    url="/setup/begin",
    fits=lambda asked: asked.actor.is_admin and find_demo() is None,
)
