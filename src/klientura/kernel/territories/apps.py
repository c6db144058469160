"""Django registration."""

from django.apps import AppConfig


class TerritoriesConfig(AppConfig):
    """Distribution of records by rules."""

    name = "klientura.kernel.territories"
    label = "territories"

    def ready(self) -> None:
        """Have new records given away, and make the kind of job known."""
        from klientura.kernel.access.rights import register_distributed
        from klientura.kernel.store.write import register_after_insert
        from klientura.kernel.territories import carrying_out, keeping, newcomers

        register_distributed(keeping.distributed)
        register_after_insert(newcomers.give_away)
        carrying_out.register()
