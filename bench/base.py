"""The base that benchmarks run on, made by the product's own demo data, and the product running on it."""

import argparse
import http.client
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING

from bench.cpu import command_of, descendants

if TYPE_CHECKING:
    from klientura.kernel.access.actor import Actor
    from klientura.kernel.access.models import User

ROOT = Path(__file__).parents[1]
PEOPLE, ORGANISATIONS, DEALS, INTERACTIONS = 1_000_000, 200_000, 500_000, 200_000
EMAIL = "bench@example.org"
PATIENCE = 120.0
ENVIRONMENT = dict(os.environ)
"""As it was before Django was set up here: a product that is started gets no address of another database."""


@dataclass(slots=True)
class Site:
    """The running product: its address, its processes, and an administrator's two ways in."""

    data: Path
    port: int
    process: subprocess.Popen[bytes]
    token: str = ""
    cookie: str = ""
    connection: http.client.HTTPConnection = field(init=False)

    def __post_init__(self) -> None:
        self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)

    def get(self, path: str, *, api: bool = False) -> bytes:
        """One request as the administrator, over a connection that is kept open."""
        return self.send("GET", path, api=api)

    def send(self, method: str, path: str, *, api: bool, body: bytes | None = None) -> bytes:
        """A request; raises RuntimeError unless it succeeds."""
        headers: Mapping[str, str] = (
            {"Authorization": f"Bearer {self.token}", "Content-Type": "application/json"}
            if api
            else {"Cookie": self.cookie}
        )
        self.connection.request(method, path, body=body, headers=dict(headers))
        answer = self.connection.getresponse()
        content = answer.read()
        if answer.status not in {200, 201}:
            raise RuntimeError(f"{method} {path}: {answer.status} {content[:300]!r}")
        return content

    def web(self) -> list[int]:
        """The processes of the web server."""
        return [p for p in descendants(self.process.pid) if "server.web" in command_of(p)]

    def pids(self) -> list[int]:
        """What a request costs is spent here: the web server and the database's backends, but for our own."""
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute(
                "select pid from pg_stat_activity where backend_type = 'client backend' and pid <> pg_backend_pid()"
            )
            return [*self.web(), *(row[0] for row in cursor.fetchall())]


def arguments(description: str | None) -> argparse.ArgumentParser:
    """The options that every benchmark has."""
    parser = argparse.ArgumentParser(description=description)
    parser.add_argument("--scale", type=float, default=1.0, help="share of a million people (default 1)")
    parser.add_argument("--data", type=Path, help="a data directory that holds a base already")
    return parser


def free_port() -> int:
    """A port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def product(*command: str, data: Path) -> list[str]:
    """The command line of the product."""
    return [sys.executable, "-m", "klientura.project.cli.main", *command, "--data", str(data)]


def make(data: Path, scale: float) -> float:
    """Fill an empty data directory; return the seconds that took."""
    data.parent.mkdir(parents=True, exist_ok=True)
    volume = {
        "organisations": ORGANISATIONS, "people": PEOPLE, "deals": DEALS, "interactions": INTERACTIONS,
    }  # fmt: skip
    options = [p for k, v in volume.items() for p in (f"--{k}", str(max(20, int(v * scale))))]
    began = time.monotonic()
    subprocess.run(product("demo", *options, data=data), check=True, cwd=ROOT, stdout=subprocess.DEVNULL)
    return time.monotonic() - began


@contextmanager
def running(data: Path, port: int, workers: int = 1) -> Iterator[subprocess.Popen[bytes]]:
    """The product on a data directory, with so many web processes, until the end of the block."""
    command = product("run", "--port", str(port), "--no-browser", "--workers", str(workers), data=data)
    process = subprocess.Popen(command, cwd=ROOT, env=ENVIRONMENT, stdout=subprocess.DEVNULL)
    try:
        wait_for(port, "/health", process)
        yield process
    finally:
        process.send_signal(signal.SIGINT)
        process.wait(60)


def wait_for(port: int, path: str, process: subprocess.Popen[bytes]) -> None:
    """Wait until a server answers. Raises RuntimeError when its process ends or it takes too long."""
    deadline = time.monotonic() + PATIENCE
    while time.monotonic() < deadline and process.poll() is None:
        try:
            probe = http.client.HTTPConnection("127.0.0.1", port, timeout=5)
            probe.request("GET", path)
            probe.getresponse().read()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"nothing answers on port {port}")


@contextmanager
def site(options: argparse.Namespace, workers: int = 1) -> Iterator[Site]:
    """The product running on the base of the asked scale (made when missing); Django works in this process too."""
    data = options.data or ROOT / ".cache" / "bench" / f"{options.scale:g}"
    if not (data / "pg").exists():
        print(f"making the base: {make(data, options.scale):.0f} s", flush=True)
    port = free_port()
    with running(data, port, workers) as process:
        from klientura.project.cli.django_ready import with_django

        with with_django(data, "bench"):
            made = Site(data, port, process)
            _let_in(made)
            yield made


@contextmanager
def database(options: argparse.Namespace) -> Iterator[None]:
    """Django on the base of the asked scale (made when missing), without the product running."""
    data = options.data or ROOT / ".cache" / "bench" / f"{options.scale:g}"
    if not (data / "pg").exists():
        print(f"making the base: {make(data, options.scale):.0f} s", flush=True)
    from klientura.project.cli.django_ready import with_django

    with with_django(data, "bench"):
        yield


def _user() -> "User":
    from klientura.kernel.access.models import User
    from klientura.kernel.access.users import create_user

    return User.objects.filter(email=EMAIL).first() or create_user(
        email=EMAIL, name="Bench", password=None, role="administrator", language="ru"
    )


def _let_in(made: Site) -> None:
    from django.test import Client
    from django.utils import timezone

    from klientura.kernel.access.sessions import issue_token
    from klientura.kernel.settings.installation import change, current

    if current().set_up_at is None:
        change(set_up_at=timezone.now())
    user = _user()
    client = Client(SERVER_NAME="127.0.0.1")
    client.force_login(user)
    made.cookie = "; ".join(f"{k}={v.value}" for k, v in client.cookies.items())
    made.token = issue_token(user, "bench")


def actor() -> "Actor":
    """The administrator as the services know them."""
    from klientura.kernel.access.sessions import actor_of
    from klientura.kernel.settings.installation import current

    return actor_of(_user(), current().access_version)
