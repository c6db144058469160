"""CPU time of other processes, from /proc."""

import os
import statistics
from collections.abc import Callable, Iterable
from pathlib import Path


def cpu_ms(pids: Iterable[int]) -> float:
    """Milliseconds of CPU that all threads of some processes have used so far."""
    total = 0
    for pid in pids:
        for stat in Path(f"/proc/{pid}/task").glob("*/schedstat"):
            try:
                total += int(stat.read_text().split()[0])
            except OSError:  # the thread has just ended
                continue
    return total / 1e6


def both_sides() -> tuple[int, int]:
    """This process and the server process behind its connection to the database."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("select pg_backend_pid()")
        return os.getpid(), cursor.fetchone()[0]


def descendants(pid: int) -> list[int]:
    """The processes that a process has started, and theirs."""
    children: dict[int, list[int]] = {}
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            parent = int(stat.read_text().rpartition(")")[2].split()[1])
        except OSError:
            continue
        children.setdefault(parent, []).append(int(stat.parent.name))
    found: list[int] = []
    queue = [pid]
    while queue:
        for child in children.get(queue.pop(), []):
            found.append(child)
            queue.append(child)
    return found


def command_of(pid: int) -> str:
    """The command line of a process; empty when it has ended."""
    try:
        return Path(f"/proc/{pid}/cmdline").read_bytes().replace(b"\0", b" ").decode(errors="replace")
    except OSError:
        return ""


type Pids = Callable[[], Iterable[int]]
type Act = Callable[[], object]


def median_cpu(pids: Pids, act: Act, *, rounds: int = 15, batch: int = 8) -> float:
    """Median milliseconds of CPU that one run of `act` costs these processes; runs are counted in batches."""
    for _warm in range(batch * 3):
        act()
    known = list(pids())
    return statistics.median(_round(known, act, batch) for _each in range(rounds))


def side_by_side(
    first: tuple[Pids, Act], second: tuple[Pids, Act], *, rounds: int = 21, batch: int = 8
) -> tuple[float, float, float]:
    """The medians of two acts measured in turns, and the median of their ratio: what else the machine does meets both."""
    known = []
    for pids, act in (first, second):
        for _warm in range(batch * 3):
            act()
        known.append(list(pids()))
    pairs = [
        (_round(known[0], first[1], batch), _round(known[1], second[1], batch)) for _each in range(rounds)
    ]
    ones, others = zip(*pairs, strict=True)
    return statistics.median(ones), statistics.median(others), statistics.median(a / b for a, b in pairs)


def _round(pids: Iterable[int], act: Act, batch: int) -> float:
    before = cpu_ms(pids)
    for _run in range(batch):
        act()
    return (cpu_ms(pids) - before) / batch
