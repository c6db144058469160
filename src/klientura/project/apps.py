"""Django registration of the whole; after each migration what is generated from Shapes is brought up to date."""

from typing import Any

from django.apps import AppConfig
from django.db import connections
from django.db.models.signals import post_migrate, pre_migrate


class ProjectConfig(AppConfig):
    """The project. Listed last, so that its post-migrate step sees every table."""

    name = "klientura.project"
    label = "project"

    def ready(self) -> None:
        """Offer the demo data; attach the schema's own steps to Django's migrate command (these are not model signals)."""
        from klientura.kernel.events.outbox import subscribe
        from klientura.kernel.screens.home_panels import register_beginning
        from klientura.project.demo.turn import demo_taken_back
        from klientura.project.firstrun.beginning import DEMO

        register_beginning(DEMO)
        subscribe("party.undone", demo_taken_back)
        pre_migrate.connect(_prepare, sender=self)
        post_migrate.connect(_finish, sender=self)


def _prepare(using: str, **_more: Any) -> None:
    from klientura.project.upgrade import prepare_schema

    prepare_schema(connections[using])


def _finish(**_more: Any) -> None:
    from klientura.project.upgrade import synchronise_generated

    synchronise_generated()
