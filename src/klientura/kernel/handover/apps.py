"""Django registration."""

from django.apps import AppConfig


class HandoverConfig(AppConfig):
    """Hand-over of work."""

    name = "klientura.kernel.handover"
    label = "handover"

    def ready(self) -> None:
        """Make the kind of job known."""
        from klientura.kernel.handover.carrying_out import register

        register()
