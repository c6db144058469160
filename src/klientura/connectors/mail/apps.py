"""Django registration; what the worker does stands in `tasks`, which procrastinate finds by its name."""

from django.apps import AppConfig


class MailConfig(AppConfig):
    """Mail servers."""

    name = "klientura.connectors.mail"
    label = "mail"

    def ready(self) -> None:
        """Offer to speak to mail servers."""
        from klientura.connectors.mail import imap, smtp
        from klientura.connectors.mail.tasks import ask_to_read, ask_to_send
        from klientura.modules.conversations.services.servers import Server, register_server

        register_server(Server(imap.try_out, smtp.try_out, ask_to_read, ask_to_send))
