"""Django registration."""

from django.apps import AppConfig


class ScreensConfig(AppConfig):
    """Pages over objects."""

    name = "klientura.kernel.screens"
    label = "screens"

    def ready(self) -> None:
        """Every card has its history, its comments and its approval; an empty base can be filled from a file."""
        from klientura.kernel.screens.approvals.home import WAITING_PANEL
        from klientura.kernel.screens.approvals.panel import APPROVAL_PANEL, send_way
        from klientura.kernel.screens.approvals.place import APPROVALS
        from klientura.kernel.screens.changes import HISTORY_PANEL
        from klientura.kernel.screens.comments.panel import COMMENTS_PANEL
        from klientura.kernel.screens.home import IMPORT
        from klientura.kernel.screens.home_panels import register_beginning, register_home_panel
        from klientura.kernel.screens.notify.favourites import FAVOURITES_PANEL, RECENT_PANEL
        from klientura.kernel.screens.panels import (
            register_card_way,
            register_head_panel,
            register_main_panel,
        )
        from klientura.kernel.screens.places import register_place

        register_main_panel(HISTORY_PANEL)
        register_main_panel(COMMENTS_PANEL)
        register_head_panel(APPROVAL_PANEL)
        register_card_way(send_way)
        register_place(APPROVALS)
        register_beginning(IMPORT)
        register_home_panel(WAITING_PANEL)
        register_home_panel(FAVOURITES_PANEL)
        register_home_panel(RECENT_PANEL)
