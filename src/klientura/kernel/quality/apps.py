"""Django registration."""

from django.apps import AppConfig


class QualityConfig(AppConfig):
    """Completeness of records and rules of quality."""

    name = "klientura.kernel.quality"
    label = "quality"

    def ready(self) -> None:
        """Have whoever removes a field told which rules judge by it."""
        from klientura.kernel.quality.faults import faults_using
        from klientura.kernel.schema import uses

        uses.register(faults_using)
