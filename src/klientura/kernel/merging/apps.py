"""Django registration."""

from django.apps import AppConfig


class MergingConfig(AppConfig):
    """Merging and taking apart."""

    name = "klientura.kernel.merging"
    label = "merging"

    def ready(self) -> None:
        """Have a merge undone in its own way, and told by the history of its records."""
        from klientura.kernel.history.read import register_notes
        from klientura.kernel.history.undo import register_way
        from klientura.kernel.merging import followers, many_links
        from klientura.kernel.merging.trails import notes_of
        from klientura.kernel.merging.unmerge import unmerge

        register_way("merge", unmerge)
        register_notes(notes_of)
        followers.register(followers.Follower(many_links.merged, many_links.parted))
