"""Django registration."""

from django.apps import AppConfig


class AdministrationConfig(AppConfig):
    """Settings; no tables of its own."""

    name = "klientura.modules.administration"
    label = "administration"
