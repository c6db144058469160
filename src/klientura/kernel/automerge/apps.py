"""Django registration."""

from django.apps import AppConfig


class AutomergeConfig(AppConfig):
    """Merging certain duplicates."""

    name = "klientura.kernel.automerge"
    label = "automerge"

    def ready(self) -> None:
        """Make the kind of job known, and go to work whenever a search has ended."""
        from klientura.kernel.automerge import carrying_out
        from klientura.kernel.dedup import scan

        carrying_out.register()
        scan.after_search(carrying_out.begin)
