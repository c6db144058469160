"""`klientura token EMAIL`: print an API token: a program that has it acts as this user."""

from __future__ import annotations

import argparse

from klientura.project.embedded.refusal import Refusal
from klientura.project.server.place import choose_data_dir

from .django_ready import add_data_argument, with_django
from .language import say, speaking
from .user import find_user

HELP = "help_token"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("email", metavar="EMAIL", help=say("help_user_email"))
    parser.add_argument("--name", default="CLI", metavar="NAME", help=say("help_token_name"))
    parser.add_argument("--days", type=int, metavar="N", help=say("help_token_days"))
    add_data_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """0 when the token is made; it alone goes to the standard output, so that scripts may take it from there."""
    with with_django(choose_data_dir(arguments.data), "token"), speaking():
        from datetime import timedelta

        from django.utils import timezone

        from klientura.kernel.access.sessions import issue_token

        user = find_user(arguments.email)
        if not user.is_active:
            raise Refusal("user_unknown", email=arguments.email)
        days = arguments.days
        if days is not None and not 1 <= days <= 3650:
            raise Refusal("token_days")
        expires = timezone.now() + timedelta(days=days) if days else None
        print(issue_token(user, arguments.name[:120], expires_at=expires))
    return 0
