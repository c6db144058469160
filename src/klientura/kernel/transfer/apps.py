"""Django registration."""

from django.apps import AppConfig


class TransferConfig(AppConfig):
    """Import and export of files."""

    name = "klientura.kernel.transfer"
    label = "transfer"

    def ready(self) -> None:
        """Make the kinds of background work known."""
        from klientura.kernel.transfer import exports, imports

        imports.register()
        exports.register()
