"""Django registration; what the worker does stands in `tasks`, which procrastinate finds by its name."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """Mail servers."""

    name = "klientura.connectors.mail"
    label = "mail"
