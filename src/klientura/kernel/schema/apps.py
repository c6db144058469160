"""Django registration."""

from django.apps import AppConfig


class SchemaConfig(AppConfig):
    """Fields and kinds of record that are added at run time."""

    name = "klientura.kernel.schema"
    label = "schema"

    def ready(self) -> None:
        """Make the work in the background known."""
        from klientura.kernel.schema import (
            conditions,
            formulas,
            indexing,
            orders,
            rollup_work,
            rollups,
            searching,
            uses,
        )

        indexing.register()
        formulas.register()
        rollup_work.register()
        searching.register()
        uses.register(formulas.uses)
        uses.register(rollups.uses)
        uses.register(conditions.uses)
        uses.register(orders.uses)
