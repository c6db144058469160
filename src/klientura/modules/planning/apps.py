"""Django registration."""

from django.apps import AppConfig

from klientura.kernel.objects.registry import register


class PlanningConfig(AppConfig):
    """Plans of sales."""

    name = "klientura.modules.planning"
    label = "planning"

    def ready(self) -> None:
        """Declare the objects and put the pages into the navigation."""
        from klientura.kernel.screens.places import register_place
        from klientura.modules.planning import jobs
        from klientura.modules.planning.objects import JUDGEMENT, QUOTA
        from klientura.modules.planning.web import dashboard
        from klientura.modules.planning.web.frame import PLACE

        register(QUOTA, JUDGEMENT)
        register_place(dashboard.PLACE)
        register_place(PLACE)
        jobs.attach()
