"""Django registration."""

from django.apps import AppConfig


class BulkConfig(AppConfig):
    """Acts over many records."""

    name = "klientura.kernel.bulk"
    label = "bulk"

    def ready(self) -> None:
        """Make the kinds of job known."""
        from klientura.kernel.bulk import acts
        from klientura.kernel.history import undoing

        acts.register()
        undoing.register()
