"""Django registration."""

from django.apps import AppConfig


class AccessConfig(AppConfig):
    """Users and rights."""

    name = "klientura.kernel.access"
    label = "access"
