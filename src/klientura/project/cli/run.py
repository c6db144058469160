"""`klientura run`: the whole product, until Ctrl-C."""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
from typing import TYPE_CHECKING

from klientura.project.server.place import choose_data_dir

from .django_ready import add_data_argument
from .language import say

if TYPE_CHECKING:  # it needs the database driver, and `--help` does not
    from klientura.project.embedded.check import Problem

HELP = "help_run"
LOOPBACK = ("127.0.0.1", "::1", "localhost")


def add_arguments(parser: argparse.ArgumentParser) -> None:
    workers = default_workers()
    add_data_argument(parser)
    parser.add_argument("--host", default="127.0.0.1", help=say("help_host"))
    parser.add_argument("--port", type=_port, help=say("help_port"))
    parser.add_argument(
        "--workers", type=_positive, default=workers, help=say("help_workers", default=workers)
    )
    parser.add_argument("--no-browser", action="store_true", help=say("help_no_browser"))


def run(arguments: argparse.Namespace) -> int:
    from klientura.project.server.supervisor import Options, supervise

    data_dir = choose_data_dir(arguments.data)
    print(say("starting", path=data_dir), flush=True)
    if arguments.host not in LOOPBACK and not os.environ.get("KLIENTURA_HOSTS"):
        print(say("warning", text=say("hosts_missing")), file=sys.stderr, flush=True)

    def on_problem(problem: Problem) -> None:
        print(say("warning", text=say(problem.code, **problem.params)), file=sys.stderr, flush=True)

    def on_ready(address: str) -> None:
        print(say("ready", address=address), flush=True)
        if not arguments.no_browser:
            open_browser(address)

    options = Options(data_dir, arguments.host, arguments.port, arguments.workers)
    supervise(options, on_problem=on_problem, on_ready=on_ready)
    print(say("stopped"), flush=True)
    return 0


def default_workers() -> int:
    """One process per processor, two at least, so that one long request does not stop all others."""
    return max(2, min(4, os.cpu_count() or 1))


def open_browser(address: str) -> None:
    """Open the page in the user's browser where there is a screen to show it on."""
    has_screen = sys.platform == "darwin" or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if not has_screen:
        return
    # In a process of its own: some browsers stay in the foreground, and some write to the terminal.
    subprocess.Popen(  # noqa: S603  # our own interpreter
        [sys.executable, "-m", "webbrowser", address],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def _port(text: str) -> int:
    port = int(text)
    if not 1 <= port <= 65535:
        raise argparse.ArgumentTypeError(text)
    return port


def _positive(text: str) -> int:
    number = int(text)
    if number < 1:
        raise argparse.ArgumentTypeError(text)
    return number
