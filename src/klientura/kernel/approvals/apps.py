"""Django registration."""

from django.apps import AppConfig


class ApprovalsConfig(AppConfig):
    """Approval of records by the routes of the company."""

    name = "klientura.kernel.approvals"
    label = "approvals"

    def ready(self) -> None:
        """Tell people what waits for them, hear of changes, and look at the clock."""
        from klientura.kernel.access.rights import register_kept
        from klientura.kernel.approvals import filtering, hearing, routes, telling, upkeep
        from klientura.kernel.store import marks

        register_kept(routes.KEPT, routes.concerned)
        telling.register()
        hearing.attach()
        upkeep.attach()
        marks.register(filtering.KEY, filtering.compile_state)
