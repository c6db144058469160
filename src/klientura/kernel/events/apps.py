"""Django registration."""

from django.apps import AppConfig


class EventsConfig(AppConfig):
    """The outbox."""

    name = "klientura.kernel.events"
    label = "events"
