"""The server's settings: sound for a desktop and for a small server, written anew at each start.

An administrator changes a value with `ALTER SYSTEM`: postgresql.auto.conf wins over this file.
"""

from __future__ import annotations

import os
from pathlib import Path

from .unprivileged import Runner

FILE = "klientura.conf"
_MB = 1024 * 1024


def settings(memory: int, log_directory: Path, *, fast: bool) -> dict[str, str]:
    """Server settings for a machine with `memory` bytes. `fast` trades safety for speed (tests only)."""
    values = {
        "listen_addresses": "",
        "max_connections": "100",
        "shared_buffers": _megabytes(memory // 4, 128, 4096),
        "effective_cache_size": _megabytes(memory // 2, 256, 65536),
        "maintenance_work_mem": _megabytes(memory // 32, 64, 512),
        "work_mem": "16MB",
        "jit": "off",  # costs more than it gives on short statements
        "random_page_cost": "1.1",
        "max_wal_size": "4GB",
        "checkpoint_timeout": "15min",
        "wal_compression": "off",  # pglz, the only one in this build, takes ten times as long as writing the page
        "timezone": "UTC",
        # A client that went away in the middle keeps its locks; nobody thinks for five minutes.
        "idle_in_transaction_session_timeout": "5min",
        "log_lock_waits": "on",
        "log_min_duration_statement": "2s",
        "log_parameter_max_length": "0",  # values are people's data
        "log_line_prefix": "%m [%p] %q%d ",
    }
    if fast:
        return values | {
            "max_connections": "200",
            "shared_buffers": "128MB",
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "wal_level": "minimal",
            "max_wal_senders": "0",
            "log_min_duration_statement": "-1",
        }
    return values | {
        "logging_collector": "on",
        "log_directory": str(log_directory),
        "log_filename": "postgresql-%a.log",  # a week of logs, each day overwritten a week later
        "log_rotation_age": "1d",
        "log_rotation_size": "0",
        "log_truncate_on_rotation": "on",
    }


def write_settings(cluster: Path, values: dict[str, str], runner: Runner) -> None:
    """Write the file and make the cluster's own configuration read it."""
    main = cluster / "postgresql.conf"
    line = f"include_if_exists = '{FILE}'"
    text = main.read_text(encoding="utf-8")
    if line not in text:
        # Root's file in the server's directory keeps the server's owner: it is written in place.
        main.write_text(f"{text.rstrip()}\n\n{line}\n", encoding="utf-8")
    target = cluster / FILE
    lines = [f"{name} = '{value.replace(chr(39), chr(39) * 2)}'" for name, value in values.items()]
    target.write_text(
        "# Written at each start; use ALTER SYSTEM instead.\n" + "\n".join(lines) + "\n", encoding="utf-8"
    )
    target.chmod(0o600)
    if os.geteuid() == 0:
        os.lchown(target, runner.uid, runner.gid)


def machine_memory() -> int:
    """Bytes of memory this process may use: the machine's, or the container's limit when smaller."""
    try:
        memory = os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE")
    except (OSError, ValueError):
        memory = 2048 * _MB
    try:
        limit = Path("/sys/fs/cgroup/memory.max").read_text(encoding="ascii").strip()
    except OSError:
        return memory
    return min(memory, int(limit)) if limit.isdigit() else memory


def _megabytes(size: int, least: int, most: int) -> str:
    return f"{max(least, min(most, size // _MB))}MB"
