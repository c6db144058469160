"""Run the server programs without the rights of root, which PostgreSQL refuses to have.

An ordinary user needs nothing. Root gets a user namespace in which it is `nobody`: the files stay
owned by root and nothing on the machine changes. Where namespaces are refused (Docker's default
profile, some hardened kernels) the programs run as an existing unprivileged user instead, and only
the server's own directories are handed to that user.
"""

from __future__ import annotations

import ctypes
import os
import pwd
import signal
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from .refusal import Refusal

_NAMESPACE_USER = 65534
"""`nobody` inside the namespace: the id must have a name, because initdb looks it up."""

_FALLBACK_USERS = ("klientura", "postgres", "nobody")
_PR_SET_PDEATHSIG = 1
# Loaded before any fork: the child of a fork must not load libraries.
_libc = ctypes.CDLL(None, use_errno=True) if sys.platform == "linux" else None


@dataclass(frozen=True)
class Runner:
    """How to start a server program. `kind` is plain, namespace or user; `uid` owns the files."""

    kind: str
    uid: int
    gid: int

    def before_exec(self, *, death_signal: int | None = None) -> Callable[[], None]:
        """What the child does between fork and exec; `death_signal` comes when its parent dies."""

        def prepare() -> None:
            if self.kind == "namespace":
                _enter_namespace()
            elif self.kind == "user":
                os.setgroups([])
                os.setgid(self.gid)
                os.setuid(self.uid)
            # Last, because a change of identity clears it.
            if death_signal is not None:
                die_with_parent(death_signal)

        return prepare

    def own(self, directory: Path) -> None:
        """Give a directory and all in it to the server's user; nothing happens when it already is."""
        if os.geteuid() != 0 or directory.lstat().st_uid == self.uid:
            return
        for parent, _, files in directory.walk(top_down=False):  # the top last: it tells that all is done
            for name in files:
                os.lchown(parent / name, self.uid, self.gid)
            os.lchown(parent, self.uid, self.gid)


def choose_runner(postgres: str) -> Runner:
    """Return the first way that really works for this program.

    Raises Refusal `postgres_not_runnable` when root has no way to run it.
    """
    if os.geteuid() != 0:
        return Runner("plain", os.geteuid(), os.getegid())
    candidates = []
    if hasattr(os, "unshare") and not os.environ.get("KLIENTURA_NO_USER_NAMESPACE"):
        candidates.append(Runner("namespace", 0, 0))
    for name in _FALLBACK_USERS:
        try:
            entry = pwd.getpwnam(name)
        except KeyError:
            continue
        candidates.append(Runner("user", entry.pw_uid, entry.pw_gid))
    for runner in candidates:
        if _works(runner, postgres):
            return runner
    raise Refusal("postgres_not_runnable", path=postgres)


def possible_owners() -> frozenset[int]:
    """Whose a directory of ours may be: for root also the users that an earlier start ran as."""
    if os.geteuid() != 0:
        return frozenset({os.geteuid()})
    owners = {0}
    for name in _FALLBACK_USERS:
        with suppress(KeyError):
            owners.add(pwd.getpwnam(name).pw_uid)
    return frozenset(owners)


def die_with_parent(death_signal: int = signal.SIGTERM) -> None:
    """Ask the kernel for a signal when the thread that started this process dies (Linux only)."""
    if _libc is not None:
        _libc.prctl(_PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)


def _works(runner: Runner, postgres: str) -> bool:
    try:
        answer = subprocess.run(  # noqa: S603  # the program that locate.py found
            [postgres, "-V"],
            capture_output=True,
            timeout=20,
            check=False,
            cwd="/",
            preexec_fn=runner.before_exec(),
        )
    except (OSError, subprocess.SubprocessError):
        return False
    return answer.returncode == 0


def _enter_namespace() -> None:
    uid, gid = os.geteuid(), os.getegid()
    os.unshare(os.CLONE_NEWUSER)
    for name, text in (
        ("setgroups", "deny"),
        ("uid_map", f"{_NAMESPACE_USER} {uid} 1"),
        ("gid_map", f"{_NAMESPACE_USER} {gid} 1"),
    ):
        Path(f"/proc/self/{name}").write_text(text, encoding="ascii")
