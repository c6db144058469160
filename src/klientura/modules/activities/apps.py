"""Django registration."""

from django.apps import AppConfig

from klientura.kernel.objects.registry import register


class ActivitiesConfig(AppConfig):
    """Interactions, tasks and assignments."""

    name = "klientura.modules.activities"
    label = "activities"

    def ready(self) -> None:
        """Declare the objects."""
        from klientura.kernel.api.rooms import register_room
        from klientura.kernel.notify.steps import register_apart, register_steps
        from klientura.kernel.screens.approvals.home import WAITING_PANEL as APPROVALS_PANEL
        from klientura.kernel.screens.commands import register_suggestions
        from klientura.kernel.screens.home_panels import register_home_panel
        from klientura.kernel.screens.panels import register_main_panel
        from klientura.kernel.screens.places import register_place
        from klientura.modules.activities import jobs, subscribers
        from klientura.modules.activities.api import CONTACTS_ANALYSIS
        from klientura.modules.activities.objects import INTERACTION, TASK
        from klientura.modules.activities.objects.assignments import ASSIGNMENT
        from klientura.modules.activities.objects.events import EVENT
        from klientura.modules.activities.queries.analysis import REPORTS
        from klientura.modules.activities.queries.day import register_day_panel, register_day_source
        from klientura.modules.activities.queries.day_sources import ASSIGNMENTS, EVENTS, TASKS
        from klientura.modules.activities.queries.reports import register_report
        from klientura.modules.activities.services import telling
        from klientura.modules.activities.services.course import STEPS
        from klientura.modules.activities.web.analysis import ANALYSIS
        from klientura.modules.activities.web.calendar.page import CALENDAR
        from klientura.modules.activities.web.course import COURSE_PANEL
        from klientura.modules.activities.web.day.place import DAY
        from klientura.modules.activities.web.entry import suggestions
        from klientura.modules.activities.web.home import TASKS_PANEL
        from klientura.modules.activities.web.participants import PARTICIPANTS_PANEL
        from klientura.modules.activities.web.timeline import TIMELINE_PANEL
        from klientura.modules.activities.web.waiting import WAITING_PANEL

        register(INTERACTION, TASK, ASSIGNMENT, EVENT)
        register_place(CALENDAR)
        register_main_panel(TIMELINE_PANEL, first=True)
        register_main_panel(COURSE_PANEL, first=True)
        register_main_panel(PARTICIPANTS_PANEL, first=True)
        register_home_panel(TASKS_PANEL)
        register_home_panel(WAITING_PANEL)
        register_day_source(TASKS)
        register_day_source(ASSIGNMENTS)
        register_day_source(EVENTS)
        register_day_panel(APPROVALS_PANEL)
        register_place(DAY)
        register_place(ANALYSIS)
        register_room(CONTACTS_ANALYSIS)
        for report in REPORTS:
            register_report(report)
        register_suggestions(suggestions)
        register_steps("assignment", STEPS)
        register_apart("event", telling.APART)
        subscribers.attach()
        jobs.attach()
