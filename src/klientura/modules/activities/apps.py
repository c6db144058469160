"""Django registration."""

from django.apps import AppConfig

from klientura.kernel.objects.registry import register


class ActivitiesConfig(AppConfig):
    """Interactions and tasks."""

    name = "klientura.modules.activities"
    label = "activities"

    def ready(self) -> None:
        """Declare the objects."""
        from klientura.modules.activities.objects import INTERACTION, TASK

        register(INTERACTION, TASK)
