"""Django registration."""

from django.apps import AppConfig

from klientura.kernel.objects.registry import register


class PartiesConfig(AppConfig):
    """Client base."""

    name = "klientura.modules.parties"
    label = "parties"

    def ready(self) -> None:
        """Declare the objects."""
        from klientura.kernel.screens.home_panels import register_beginning, register_home_panel
        from klientura.modules.parties import subscribers
        from klientura.modules.parties.objects import PARTY_OBJECTS
        from klientura.modules.parties.services import faults
        from klientura.modules.parties.web.home import FIRST_CLIENT, RECENT_PANEL

        register(*PARTY_OBJECTS)
        register_home_panel(RECENT_PANEL)
        register_beginning(FIRST_CLIENT)
        faults.attach()
        subscribers.attach()
