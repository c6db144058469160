"""Django registration; what the worker does stands in `tasks`, which procrastinate finds by its name."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """Mail servers."""

    name = "klientura.connectors.mail"
    label = "mail"

    def ready(self) -> None:
        """Offer the way to try a mailbox out."""
        from klientura.connectors.mail.imap import try_out
        from klientura.connectors.mail.tasks import ask_to_read
        from klientura.modules.conversations.services.servers import register_server

        register_server(try_out, ask_to_read)
