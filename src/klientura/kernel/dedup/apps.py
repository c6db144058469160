"""Django registration."""

from django.apps import AppConfig


class DedupConfig(AppConfig):
    """Search for duplicates and the queue of pairs."""

    name = "klientura.kernel.dedup"
    label = "dedup"

    def ready(self) -> None:
        """Make the kind of background work known."""
        from klientura.kernel.dedup import scan

        scan.register()
