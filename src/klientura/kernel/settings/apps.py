"""Django registration."""

from django.apps import AppConfig


class SettingsConfig(AppConfig):
    """The installation's settings."""

    name = "klientura.kernel.settings"
    label = "settings"
