"""Django registration."""

from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    """Mailboxes, letters and threads."""

    name = "klientura.modules.conversations"
    label = "conversations"

    def ready(self) -> None:
        """Say which tables hold files."""
        from klientura.kernel.files.holders import register_holder

        register_holder("mail_letter", "raw_id")
        register_holder("mail_file", "file_id")
