"""Django registration."""

from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    """Settings; no tables of its own."""

    name = "klientura.modules.administration"
    label = "administration"

    def ready(self) -> None:
        """Let the palette know the settings pages."""
        from klientura.kernel.screens.commands import register_commands
        from klientura.modules.administration.web.frame import sections

        register_commands(sections)
