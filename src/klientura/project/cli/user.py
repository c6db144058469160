"""`klientura user`: add people, list them, give a new password, shut out and let in again."""

from __future__ import annotations

import argparse
import getpass
import sys
from typing import TYPE_CHECKING

from klientura.kernel.access.roles import BUILT_IN
from klientura.project.embedded.refusal import Refusal
from klientura.project.server.place import choose_data_dir

from .django_ready import add_data_argument, with_django
from .language import say, speaking, terminal_language

if TYPE_CHECKING:
    from klientura.kernel.access.models import Team, User

HELP = "help_user"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    deeds = parser.add_subparsers(dest="deed", metavar=say("help_user_deed"), required=True)
    add = deeds.add_parser("add", help=say("help_user_add"), description=say("help_user_add"))
    add.add_argument("email", metavar="EMAIL", help=say("help_user_email"))
    add.add_argument("--name", default="", metavar="NAME", help=say("help_user_name"))
    add.add_argument("--role", default="employee", choices=BUILT_IN, help=say("help_user_role"))
    add.add_argument("--team", default="", metavar="NAME", help=say("help_user_team"))
    _add_piped(add)
    add_data_argument(add)
    add_data_argument(deeds.add_parser("list", help=say("help_user_list"), description=say("help_user_list")))
    for deed in ("password", "disable", "enable"):
        one = deeds.add_parser(deed, help=say(f"help_user_{deed}"), description=say(f"help_user_{deed}"))
        one.add_argument("email", metavar="EMAIL", help=say("help_user_email"))
        if deed == "password":
            _add_piped(one)
        add_data_argument(one)


def _add_piped(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--password-stdin", action="store_true", help=say("help_user_piped"))


def run(arguments: argparse.Namespace) -> int:
    """0 when done. A password is asked at a terminal; without one, or left empty, it is made up and printed."""
    with with_django(choose_data_dir(arguments.data), "user"), speaking():
        from klientura.kernel.errors import Invalid, KernelError

        try:
            if arguments.deed == "add":
                return _add(arguments)
            if arguments.deed == "list":
                return _list()
            user = find_user(arguments.email)
            return (
                _password(user, arguments)
                if arguments.deed == "password"
                else _admit(user, arguments.deed == "enable")
            )
        except Invalid as refused:
            text = " ".join(str(e.message) for e in refused.errors)
            raise Refusal("refused", text=text) from refused
        except KernelError as error:
            raise Refusal("refused", text=error.message) from error


def find_user(email: str) -> User:
    """A user by e-mail, active or not. Raises Refusal."""
    from klientura.kernel.access.models import User

    found = User.objects.select_related("role", "team").filter(email__iexact=email).first()
    if found is None:
        raise Refusal("user_missing", email=email)
    return found


def user_id_of(email: str) -> int | None:
    """The user whose rights a command takes; without an address the command acts for the product itself."""
    if not email:
        return None
    from klientura.kernel.access.models import User

    found = User.objects.filter(email__iexact=email, is_active=True).values_list("pk", flat=True).first()
    if found is None:
        raise Refusal("user_unknown", email=email)
    return found


def _name(typed: str, email: str) -> str:
    """The name that was given, else asked for at a terminal, else what stands before the @ of the address."""
    made_up = email.partition("@")[0]
    if not typed.strip() and sys.stdin.isatty():
        typed = input(say("user_ask_name", name=made_up))
    return typed.strip() or made_up


def _ask(arguments: argparse.Namespace) -> str:
    """The password from standard input where that is wished, else typed twice at a terminal; empty: it shall be made up."""
    if arguments.password_stdin:
        piped = sys.stdin.readline().rstrip("\r\n")
        if not piped:
            raise Refusal("user_no_password")
        return piped
    if not sys.stdin.isatty():
        return ""
    first = getpass.getpass(say("user_ask"))
    if first and getpass.getpass(say("user_ask_again")) != first:
        raise Refusal("user_differ")
    return first


def _tell_password(email: str, password: str) -> None:
    print(say("user_password", email=email, password=password))


def _team_of(name: str) -> Team | None:
    from klientura.kernel.access.models import Team

    if not name:
        return None
    found = Team.objects.filter(name__iexact=name).first()
    if found is None:
        raise Refusal("team_missing", name=name)
    return found


def _add(arguments: argparse.Namespace) -> int:
    from klientura.kernel.access.users import create_user
    from klientura.kernel.settings.installation import current
    from klientura.modules.administration.services.users import generate_password

    team = _team_of(arguments.team)
    name = _name(arguments.name, arguments.email)
    typed = _ask(arguments)
    settings = current()
    language = settings.language if settings.set_up_at else terminal_language()
    password = typed or generate_password()
    user = create_user(
        email=arguments.email, name=name, password=password, role=arguments.role, team=team, language=language,
        time_zone=settings.time_zone,
    )  # fmt: skip
    print(say("user_added", email=user.email))
    if not typed:
        _tell_password(user.email, password)
    return 0


def _list() -> int:
    from klientura.kernel.access.models import User

    for user in User.objects.select_related("role", "team").order_by("email"):
        state = "" if user.is_active else say("user_shut_out")
        team = user.team.name if user.team else ""
        print("\t".join((user.email, user.name, user.role.key, team, state)))
    return 0


def _password(user: User, arguments: argparse.Namespace) -> int:
    from klientura.kernel.access.passwords import password_faults
    from klientura.kernel.notify import devices
    from klientura.modules.administration.services.users import renew_password

    typed = _ask(arguments)
    if not typed:
        _user, password = renew_password(user.pk)
        _tell_password(user.email, password)
        return 0
    if faults := password_faults(typed, user):
        raise Refusal("refused", text=" ".join(faults))
    user.set_password(typed)
    user.save(update_fields=["password"])
    devices.keep_only(user.pk, None)
    print(say("user_password_set", email=user.email))
    return 0


def _admit(user: User, active: bool) -> int:
    from klientura.kernel.access.actor import SystemActor
    from klientura.modules.administration.services.users import set_active

    set_active(SystemActor("command line"), user.pk, active)
    print(say("user_enabled" if active else "user_disabled", email=user.email))
    return 0
