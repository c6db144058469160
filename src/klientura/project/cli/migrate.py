"""`klientura migrate`: bring the tables up to date without starting the product."""

from __future__ import annotations

import argparse

from klientura.project.server.place import choose_data_dir

from .django_ready import add_data_argument, with_django
from .language import say

HELP = "help_migrate"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    with with_django(choose_data_dir(arguments.data), "migrate"):
        print(say("migrated"))
    return 0
