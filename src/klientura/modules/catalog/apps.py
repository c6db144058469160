"""Django registration."""

from django.apps import AppConfig

from klientura.kernel.objects.registry import register


class CatalogConfig(AppConfig):
    """What we sell and for how much."""

    name = "klientura.modules.catalog"
    label = "catalog"

    def ready(self) -> None:
        """Declare the objects."""
        from klientura.modules.catalog.objects import SPECS

        register(*SPECS)
