"""Django registration."""

from django.apps import AppConfig


class ObjectsConfig(AppConfig):
    """Kinds of record, and what administrators add to them."""

    name = "klientura.kernel.objects"
    label = "objects"

    def ready(self) -> None:
        """Let every piece of background work follow the schema as it is when it begins."""
        from klientura.kernel.jobs.registry import before_work
        from klientura.kernel.objects.registry import follow_latest

        before_work(follow_latest)
