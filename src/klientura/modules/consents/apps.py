"""Django registration."""

from django.apps import AppConfig

from klientura.kernel.objects.registry import register


class ConsentsConfig(AppConfig):
    """What people have consented to."""

    name = "klientura.modules.consents"
    label = "consents"

    def ready(self) -> None:
        """Declare the objects and the panel of the card."""
        from klientura.kernel.screens.panels import register_main_panel
        from klientura.modules.consents import jobs
        from klientura.modules.consents.objects import CONSENT, CONSENT_TEXT
        from klientura.modules.consents.web.panel import CONSENTS_PANEL

        register(CONSENT_TEXT, CONSENT)
        register_main_panel(CONSENTS_PANEL)
        jobs.attach()
