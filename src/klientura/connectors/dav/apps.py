"""Django registration."""

from django.apps import AppConfig


class DavConfig(AppConfig):
    """Calendars and address books on other machines."""

    name = "klientura.connectors.dav"
    label = "dav"
