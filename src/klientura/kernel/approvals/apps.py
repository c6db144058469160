"""Django registration."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """Approval of records by the routes of the company."""

    name = "klientura.kernel.approvals"
    label = "approvals"

    def ready(self) -> None:
        """Tell people what waits for them, hear of changes, and look at the clock."""
        from klientura.kernel.approvals import filtering, hearing, telling, upkeep
        from klientura.kernel.store import marks

        telling.register()
        hearing.attach()
        upkeep.attach()
        marks.register(filtering.KEY, filtering.compile_state)
