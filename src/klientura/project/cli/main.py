"""`klientura COMMAND`: find the command's file and run it.

A new command is a new file with `HELP`, `add_arguments(parser)` and `run(arguments) -> int`, and one
line in COMMANDS. The file imports what is heavy inside `run`, because `--help` reads every file.
"""

from __future__ import annotations

import argparse
import sys
from importlib import import_module, metadata
from typing import Protocol, cast

from klientura.project.embedded.refusal import Refusal

from .language import one_command, say

COMMANDS = {
    "run": "run",
    "doctor": "doctor",
    "migrate": "migrate",
    "import": "import_",
    "export": "export",
    "demo": "demo",
    "user": "user",
    "token": "token",
}
"""Command → name of its file in this package."""

EXIT_REFUSED = 1


class Command(Protocol):
    """What a command's file holds. `HELP` is the code of a message."""

    HELP: str

    def add_arguments(self, parser: argparse.ArgumentParser) -> None: ...

    def run(self, arguments: argparse.Namespace) -> int: ...


def main(arguments: list[str] | None = None) -> int:
    """Run a command; returns 0 when done, 1 when refused with a message, 2 when wrongly called."""
    with one_command():
        return _command(sys.argv[1:] if arguments is None else arguments)


def _command(arguments: list[str]) -> int:
    # Only the file of the command that was asked for is read.
    asked = arguments[:1] if arguments[:1] and arguments[0] in COMMANDS else list(COMMANDS)
    parser = argparse.ArgumentParser(prog="klientura", description=say("help"))
    parser.add_argument("--version", action="version", version=f"klientura {metadata.version('klientura')}")
    commands = parser.add_subparsers(dest="command", metavar=say("help_command"), required=True)
    modules: dict[str, Command] = {}
    for name in asked:
        module = cast("Command", import_module(f"{__package__}.{COMMANDS[name]}"))
        modules[name] = module
        module.add_arguments(commands.add_parser(name, help=say(module.HELP), description=say(module.HELP)))
    parsed = parser.parse_args(arguments)
    try:
        return modules[parsed.command].run(parsed)
    except Refusal as refusal:
        print(say(refusal.code, **refusal.params), file=sys.stderr)
        return EXIT_REFUSED
    except KeyboardInterrupt:
        return EXIT_REFUSED


if __name__ == "__main__":
    sys.exit(main())
