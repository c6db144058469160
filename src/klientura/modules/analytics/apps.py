"""Django registration."""

from django.apps import AppConfig


class AnalyticsConfig(AppConfig):
    """Figures across modules."""

    name = "klientura.modules.analytics"
    label = "analytics"

    def ready(self) -> None:
        """Put the pages into the navigation."""
        from klientura.kernel.screens.places import register_place
        from klientura.modules.analytics.web.frame import PLACE
        from klientura.modules.analytics.web.sold.frame import PLACE as SALES

        register_place(PLACE)
        register_place(SALES)
