"""Django registration."""

from django.apps import AppConfig

from klientura.kernel.objects.registry import register


class SalesConfig(AppConfig):
    """Pipelines and deals."""

    name = "klientura.modules.sales"
    label = "sales"

    def ready(self) -> None:
        """Declare the objects and listen to tasks."""
        from klientura.modules.sales import subscribers
        from klientura.modules.sales.objects import OPPORTUNITY, PIPELINE, STAGE

        register(OPPORTUNITY, PIPELINE, STAGE)
        subscribers.attach()
