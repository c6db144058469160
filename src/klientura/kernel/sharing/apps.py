"""Django registration."""

from django.apps import AppConfig


class SharingConfig(AppConfig):
    """Sharing of records."""

    name = "klientura.kernel.sharing"
    label = "sharing"

    def ready(self) -> None:
        """Have sharing told by the history of records, and taken back in its own way."""
        from klientura.kernel.history.read import register_notes
        from klientura.kernel.history.undo import register_way
        from klientura.kernel.sharing.taking_back import take_back
        from klientura.kernel.sharing.trails import notes_of

        register_way("share", take_back)
        register_notes(notes_of)
