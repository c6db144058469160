"""Django registration."""

from django.apps import AppConfig


class WebhooksConfig(AppConfig):
    """Webhooks and the log of what they sent."""

    name = "klientura.kernel.webhooks"
    label = "webhooks"

    def ready(self) -> None:
        """Hear the events that webhooks want, and tell whoever removes a field which webhooks filter by it."""
        from klientura.kernel.events.outbox import listen
        from klientura.kernel.schema import uses
        from klientura.kernel.webhooks.hearing import hear
        from klientura.kernel.webhooks.keeping import webhooks_using

        listen(hear)
        uses.register(webhooks_using)
