"""Django registration."""

from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    """Mailboxes, letters and threads."""

    name = "klientura.modules.conversations"
    label = "conversations"

    def ready(self) -> None:
        """Say which tables hold files, stand in the navigation, lead from timelines to letters."""
        from klientura.kernel.files.holders import register_holder
        from klientura.kernel.screens.places import register_place
        from klientura.modules.activities.services.sources import register_actions
        from klientura.modules.conversations.queries.told import letters_told
        from klientura.modules.conversations.web.place import MAIL

        register_holder("mail_letter", "raw_id")
        register_holder("mail_file", "file_id")
        register_holder("mail_outgoing", "raw_id")
        register_holder("mail_outgoing_file", "file_id")
        register_place(MAIL)
        register_actions(letters_told)
