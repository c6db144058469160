"""Django registration."""

from django.apps import AppConfig


class StoreConfig(AppConfig):
    """Records, operations, changes."""

    name = "klientura.kernel.store"
    label = "store"
