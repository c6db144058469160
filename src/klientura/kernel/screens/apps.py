"""Django registration."""

from django.apps import AppConfig


class ScreensConfig(AppConfig):
    """Pages over objects."""

    name = "klientura.kernel.screens"
    label = "screens"

    def ready(self) -> None:
        """Every card has its history."""
        from klientura.kernel.screens.changes import HISTORY_PANEL
        from klientura.kernel.screens.panels import register_main_panel

        register_main_panel(HISTORY_PANEL)
