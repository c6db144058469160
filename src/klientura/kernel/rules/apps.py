"""Django registration."""

from django.apps import AppConfig


class RulesConfig(AppConfig):
    """Rules, their versions and their runs."""

    name = "klientura.kernel.rules"
    label = "rules"

    def ready(self) -> None:
        """Hear the events that rules wait for, and tell whoever removes a field which rules use it."""
        from klientura.kernel.events.outbox import listen
        from klientura.kernel.rules import acts, linked, telling
        from klientura.kernel.rules.definition import rules_using
        from klientura.kernel.rules.hearing import hear
        from klientura.kernel.schema import uses

        acts.register_all()
        linked.register_step()
        telling.register_step()
        listen(hear)
        uses.register(rules_using)
