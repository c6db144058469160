"""Django registration."""

from django.apps import AppConfig


class ConversationsConfig(AppConfig):
    """Mailboxes, letters and threads."""

    name = "klientura.modules.conversations"
    label = "conversations"

    def ready(self) -> None:
        """Say which tables hold files, stand in the navigation, lead from timelines to letters."""
        from klientura.kernel.files.holders import register_holder
        from klientura.kernel.merging import followers
        from klientura.kernel.screens.panels import register_card_way
        from klientura.kernel.screens.places import register_place
        from klientura.modules.activities.services.guests import hear_reply
        from klientura.modules.activities.services.sources import register_actions
        from klientura.modules.conversations import subscribers
        from klientura.modules.conversations.queries.told import letters_told
        from klientura.modules.conversations.services import merged
        from klientura.modules.conversations.services.calendars import register_taker
        from klientura.modules.conversations.web.place import MAIL, write_way

        register_holder("mail_letter", "raw_id")
        register_holder("mail_file", "file_id")
        register_holder("mail_outgoing", "raw_id")
        register_holder("mail_outgoing_file", "file_id")
        register_place(MAIL)
        register_actions(letters_told)
        register_card_way(write_way)
        followers.register(followers.Follower(merged.carry_over, merged.carry_back))
        register_taker(hear_reply)
        subscribers.attach()
