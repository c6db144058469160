"""`klientura demo`: put a made-up company of any size into the base, or take it out again."""

from __future__ import annotations

import argparse
import sys
import time

from klientura.project.embedded.refusal import Refusal
from klientura.project.server.place import choose_data_dir

from .django_ready import add_data_argument, with_django
from .language import say, speaking
from .user import user_id_of

HELP = "help_demo"
MOST = 5_000_000


def _number(text: str) -> int:
    value = int(text)
    if not 0 <= value <= MOST:
        raise ValueError(text)
    return value


def add_arguments(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--organisations", type=_number, default=200, metavar="N", help=say("help_demo_organisations")
    )
    parser.add_argument("--people", type=_number, metavar="N", help=say("help_demo_people"))
    parser.add_argument("--deals", type=_number, metavar="N", help=say("help_demo_deals"))
    parser.add_argument("--interactions", type=_number, metavar="N", help=say("help_demo_interactions"))
    parser.add_argument("--seed", type=int, default=1, metavar="N", help=say("help_demo_seed"))
    parser.add_argument("--user", default="", metavar="EMAIL", help=say("help_demo_user"))
    parser.add_argument("--remove", action="store_true", help=say("help_demo_remove"))
    add_data_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    """0 when the data are in (or out)."""
    with with_django(choose_data_dir(arguments.data), "demo"), speaking():
        from klientura.project.demo.turn import writing_demo

        with writing_demo() as is_ours:
            if not is_ours:
                raise Refusal("demo_running")
            return _remove() if arguments.remove else _write(arguments)


def _write(arguments: argparse.Namespace) -> int:
    from django.utils import timezone

    from klientura.kernel.access.actor import SystemActor
    from klientura.modules.administration.queries import find_demo
    from klientura.modules.administration.services.users import generate_password
    from klientura.project.demo.generate import Volume, generate
    from klientura.project.demo.phrases import phrases_of
    from klientura.project.demo.team import make_colleagues

    if find_demo() is not None:
        raise Refusal("demo_there")
    organisations = max(1, arguments.organisations)
    deals = organisations * 3 // 4 if arguments.deals is None else arguments.deals
    volume = Volume(
        organisations=organisations,
        people=organisations * 2 if arguments.people is None else arguments.people,
        deals=deals,
        interactions=deals * 2 if arguments.interactions is None else arguments.interactions,
        seed=arguments.seed,
    )
    actor = SystemActor("demo", user_id_of(arguments.user))
    from klientura.kernel.settings.installation import current

    language = "en" if current().language == "en" else "ru"
    began = time.monotonic()
    colleagues = make_colleagues(phrases_of(language), language, generate_password)
    made = generate(
        actor, volume, colleagues.owners, language=language, now=timezone.now(), tell=lambda done, of: _tell(done, of, began)
    )  # fmt: skip
    for email, password in colleagues.passwords:
        print(f"  {email}  {password}")
    if colleagues.passwords:
        print(say("demo_passwords"))
    names = _names_of_tables()
    for table, number in made.rows.items():
        print(f"  {names[table]}: {number}")
    print(say("demo_done", count=made.records, seconds=round(time.monotonic() - began)))
    return 0


def _names_of_tables() -> dict[str, str]:
    from klientura.kernel.objects.registry import all_shapes

    shapes = all_shapes().values()
    parts = {part.table: str(part.label) for shape in shapes for part in shape.parts.values()}
    return parts | {shape.table: str(shape.plural) for shape in shapes if shape.key == shape.table}


def _tell(done: int, of: int, began: float) -> None:
    if sys.stderr.isatty() or done == of or done % 10 == 0:
        end = "\r" if sys.stderr.isatty() and done < of else "\n"
        seconds = round(time.monotonic() - began)
        print(say("demo_progress", percent=done * 100 // of, seconds=seconds), end=end, file=sys.stderr)


def _remove() -> int:
    from klientura.kernel.access.actor import SystemActor
    from klientura.project.demo.turn import remove_demo

    undone = remove_demo(SystemActor("demo"))
    if undone is None:
        raise Refusal("demo_absent")
    print(say("demo_removed", count=undone.restored, kept=len(undone.kept)))
    return 0
