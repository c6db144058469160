"""Django registration."""

from django.apps import AppConfig

from klientura.kernel.objects.registry import register


class DocumentsConfig(AppConfig):
    """Papers and who issues them."""

    name = "klientura.modules.documents"
    label = "documents"

    def ready(self) -> None:
        """Declare the objects."""
        from klientura.modules.documents.objects import OWN_COMPANY

        register(OWN_COMPANY)
