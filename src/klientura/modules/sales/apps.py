"""Django registration."""

from django.apps import AppConfig

from klientura.kernel.objects.registry import register


class SalesConfig(AppConfig):
    """Pipelines and deals."""

    name = "klientura.modules.sales"
    label = "sales"

    def ready(self) -> None:
        """Declare the objects and listen to tasks."""
        from klientura.kernel.screens.home_panels import register_home_panel
        from klientura.kernel.screens.panels import register_head_panel
        from klientura.kernel.store.write import register_after_insert
        from klientura.modules.activities.queries.day import register_day_panel
        from klientura.modules.activities.queries.reports import register_report
        from klientura.modules.sales import jobs, subscribers
        from klientura.modules.sales.objects import OPPORTUNITY
        from klientura.modules.sales.objects.around import COMPETITOR
        from klientura.modules.sales.objects.leads import LEAD, RESPONSE_TIME
        from klientura.modules.sales.objects.pipelines import PIPELINE, STAGE
        from klientura.modules.sales.queries.next_steps import REPORT
        from klientura.modules.sales.services import faults, returning, scoring
        from klientura.modules.sales.web.home import FUNNEL_PANEL, WAITING_PANEL
        from klientura.modules.sales.web.regulation import REGULATION_PANEL
        from klientura.modules.sales.web.scoring import SCORE_PANEL

        register(COMPETITOR, LEAD, RESPONSE_TIME, OPPORTUNITY, PIPELINE, STAGE)
        register_head_panel(REGULATION_PANEL)
        register_head_panel(SCORE_PANEL)
        register_after_insert(scoring.score_newcomers, first=True)
        register_home_panel(WAITING_PANEL)
        register_home_panel(FUNNEL_PANEL)
        register_day_panel(WAITING_PANEL)
        register_report(REPORT)
        faults.attach()
        returning.attach()
        subscribers.attach()
        jobs.attach()
