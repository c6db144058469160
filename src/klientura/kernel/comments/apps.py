"""Django registration."""

from django.apps import AppConfig


class CommentsConfig(AppConfig):
    """Comments on records of every kind."""

    name = "klientura.kernel.comments"
    label = "comments"

    def ready(self) -> None:
        """Have comments told by the history of their records, and moved with them when records become one."""
        from klientura.kernel.comments import merged, trails
        from klientura.kernel.history.read import register_notes
        from klientura.kernel.merging import followers

        register_notes(trails.notes_of)
        followers.register(followers.Follower(merged.carry_over, merged.carry_back))
