"""Make a new cluster: the server's files, before it has ever run."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

from .layout import SUPERUSER, cluster_dir, make_private
from .locate import Binaries
from .refusal import Refusal
from .unprivileged import Runner

BUILTIN_LOCALE_SINCE = 17


def create_cluster(data_dir: Path, binaries: Binaries, runner: Runner, *, fast: bool) -> None:
    """Create `data_dir/pg` whole or not at all. `fast` leaves out flushing to the disk (tests only).

    Raises Refusal `initdb_failed`.
    """
    target = cluster_dir(data_dir)
    unfinished = target.with_name(target.name + ".new")
    shutil.rmtree(unfinished, ignore_errors=True)
    make_private(unfinished)
    runner.own(unfinished)
    command = [
        binaries.program("initdb"),
        f"--pgdata={unfinished}",
        f"--username={SUPERUSER}",
        # Whoever reaches the socket is let in, and only the owner of the 0700 directory round it
        # reaches it. `peer` would say the same with one more table of names to keep right: inside a
        # user namespace the client's name is another one.
        "--auth-local=trust",
        "--auth-host=reject",
        "--data-checksums",
        "--no-instructions",
        *(["--no-sync"] if fast else []),
        *locale_options(binaries.major),
    ]
    answer = subprocess.run(  # noqa: S603  # our own programs
        command,
        env=server_environment(),
        capture_output=True,
        text=True,
        errors="replace",
        cwd="/",
        check=False,
        preexec_fn=runner.before_exec(),
    )
    if answer.returncode != 0:
        raise Refusal("initdb_failed", path=target, log=answer.stderr.strip()[-2000:])
    unfinished.rename(target)


def locale_options(major: int) -> list[str]:
    """UTF-8 with characters classed by Unicode and sorted by code point, the same on every machine.

    The builtin provider alone is not enough: pg_trgm asks LC_CTYPE, and with ctype C it silently
    makes no trigrams of Cyrillic.
    """
    ctype = "en_US.UTF-8" if sys.platform == "darwin" else "C.UTF-8"
    options = ["--encoding=UTF8", "--lc-messages=C", "--lc-monetary=C", "--lc-numeric=C", "--lc-time=C"]
    if major >= BUILTIN_LOCALE_SINCE:
        return [
            *options,
            "--locale-provider=builtin",
            "--builtin-locale=C.UTF-8",
            "--lc-collate=C",
            f"--lc-ctype={ctype}",
        ]
    return [*options, f"--lc-collate={ctype}", f"--lc-ctype={ctype}"]


def server_environment() -> dict[str, str]:
    """Our environment without what would change the server: PG*, the locale, and our own secrets."""
    foreign = ("PG", "LC_", "LANG", "KLIENTURA_", "DATABASE_URL")
    return {name: value for name, value in os.environ.items() if not name.startswith(foreign)}
