"""Django registration."""

from django.apps import AppConfig


class PacksConfig(AppConfig):
    """Installed packs."""

    name = "klientura.kernel.packs"
    label = "packs"
