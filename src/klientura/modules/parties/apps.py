"""Django registration."""

from django.apps import AppConfig

from klientura.kernel.objects.registry import register


class PartiesConfig(AppConfig):
    """Client base."""

    name = "klientura.modules.parties"
    label = "parties"

    def ready(self) -> None:
        """Declare the objects."""
        from klientura.modules.parties.objects import PARTY_OBJECTS

        register(*PARTY_OBJECTS)
