"""What a command that works with records needs: the database open and Django set up."""

from __future__ import annotations

import argparse
import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from klientura.project.server.place import choose_data_dir

from .language import say


def add_data_argument(parser: argparse.ArgumentParser) -> None:
    """The option --data, the same in every command."""
    parser.add_argument("--data", metavar="DIR", help=say("help_data", default=choose_data_dir(None)))


@contextmanager
def with_django(data_dir: Path, command: str, *, migrate: bool = True) -> Iterator[None]:
    """Inside, Django's models work: on DATABASE_URL, on the running product's server, or on our own.

    A server started for the command stops with it. `migrate` brings the tables up to date first.
    `command` is told to whoever meets our lock. Raises Refusal.
    """
    import django

    from klientura.project.schema_state import is_current
    from klientura.project.server.database import command_database, inspect_database
    from klientura.project.server.place import child_environment, prepare_data_dir

    prepare_data_dir(data_dir)
    with command_database(data_dir, command) as url:
        inspect_database(url)
        os.environ.update(child_environment(data_dir, url))
        django.setup()
        from klientura.kernel.objects.registry import follow_latest

        try:
            if migrate and not is_current(url):
                from klientura.project.upgrade import ensure_schema

                ensure_schema()
            if migrate:
                follow_latest()
            yield
        finally:
            from django.db import connections

            connections.close_all()
