"""Django registration."""

from django.apps import AppConfig


class TransferConfig(AppConfig):
    """See the package."""

    name = "klientura.kernel.transfer"
    label = "transfer"
