"""Django registration."""

from django.apps import AppConfig


class ApiConfig(AppConfig):
    """The REST API."""

    name = "klientura.kernel.api"
    label = "api"
