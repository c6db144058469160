"""`klientura doctor`: look at everything the product needs, and say what to do."""

from __future__ import annotations

import argparse
import os
import shutil
import stat
import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from klientura.project.embedded.refusal import Refusal
from klientura.project.server.place import choose_data_dir

from .django_ready import add_data_argument, with_django
from .language import say

HELP = "help_doctor"
OLDEST_PYTHON = (3, 12)
LEAST_FREE_GB = 1.0
STATIC = Path(__file__).parents[2] / "static"


@dataclass(frozen=True)
class Finding:
    """One line of the answer. `level` is ok, warning or broken."""

    level: str
    code: str
    params: dict[str, object] = field(default_factory=dict)


def add_arguments(parser: argparse.ArgumentParser) -> None:
    add_data_argument(parser)


def run(arguments: argparse.Namespace) -> int:
    data_dir = choose_data_dir(arguments.data)
    broken = 0
    for finding in examine(data_dir):
        mark = {"ok": "✓", "warning": "!", "broken": "✗"}[finding.level]
        print(f"{mark} {say(finding.code, **finding.params)}", flush=True)
        broken += finding.level == "broken"
    print(say("doctor_broken", count=broken) if broken else say("doctor_fine"))
    return 1 if broken else 0


def examine(data_dir: Path) -> Iterator[Finding]:
    """Yield the findings one by one, as they are made."""
    yield from _python()
    looks: list[Callable[[Path], Iterator[Finding]]] = [_postgres, _directory, _port, _assets, _database]
    for look in looks:
        try:
            yield from look(data_dir)
        except Refusal as refusal:
            yield Finding("broken", refusal.code, refusal.params)


def _python() -> Iterator[Finding]:
    level, code = ("ok", "doctor_python")
    if sys.version_info[:2] < OLDEST_PYTHON:
        level, code = ("broken", "doctor_python_old")
    yield Finding(level, code, {"version": ".".join(map(str, sys.version_info[:3]))})


def _postgres(data_dir: Path) -> Iterator[Finding]:
    from klientura.project.embedded.instance import cluster_major
    from klientura.project.embedded.locate import find_binaries
    from klientura.project.embedded.unprivileged import choose_runner

    if os.environ.get("DATABASE_URL"):
        yield Finding("ok", "doctor_external")
        return
    binaries = find_binaries(cluster_major(data_dir))
    choose_runner(binaries.program("postgres"))
    yield Finding("ok", "doctor_postgres", {"version": binaries.version, "path": binaries.directory})


def _directory(data_dir: Path) -> Iterator[Finding]:
    existing = next(path for path in [data_dir, *data_dir.parents] if path.exists())
    free = shutil.disk_usage(existing).free / 1e9
    params: dict[str, object] = {"path": data_dir, "free": f"{free:.1f}"}
    if not os.access(existing, os.W_OK | os.X_OK):
        raise Refusal("directory_not_writable", path=existing, reason=os.strerror(13))
    yield Finding("ok", "doctor_data" if existing == data_dir else "doctor_data_new", params)
    if existing == data_dir and stat.S_IMODE(data_dir.stat().st_mode) & 0o066:
        yield Finding("broken", "doctor_data_open", params)
    if free < LEAST_FREE_GB:
        yield Finding("broken", "doctor_disk_full", params)


def _port(data_dir: Path) -> Iterator[Finding]:
    from klientura.project.embedded.locks import LockBusyError
    from klientura.project.server.database import holder_lock
    from klientura.project.server.ports import choose_port

    if data_dir.exists():
        try:
            with holder_lock(data_dir).held(wait=False):
                pass
        except LockBusyError as busy:
            yield Finding("ok", "doctor_running", {"holder": busy.holder})
            return
    yield Finding("ok", "doctor_port", {"port": choose_port("127.0.0.1", None)})


def _assets(_data_dir: Path) -> Iterator[Finding]:
    present = (STATIC / "manifest.json").exists()
    yield Finding("ok", "doctor_assets") if present else Finding("broken", "doctor_assets_missing")


def _database(data_dir: Path) -> Iterator[Finding]:
    """Look into the database, but make none that is not there yet."""
    from klientura.project.embedded.layout import cluster_dir
    from klientura.project.server.database import external_url, inspect_database

    if external_url() is None and not cluster_dir(data_dir).exists():
        return
    with with_django(data_dir, "doctor", migrate=False):
        problems = inspect_database(os.environ["DATABASE_URL"])
        for problem in problems:
            yield Finding("broken" if problem.fatal else "warning", problem.code, problem.params)
        if any(problem.fatal for problem in problems):
            return
        yield Finding("ok", "doctor_server")
        pending = _pending_migrations()
        if pending:
            yield Finding("warning", "doctor_migrations_pending", {"count": pending})
        else:
            yield Finding("ok", "doctor_migrations_done")


def _pending_migrations() -> int:
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    executor = MigrationExecutor(connection)
    return len(executor.migration_plan(executor.loader.graph.leaf_nodes()))
