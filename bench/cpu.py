"""CPU time of other processes, from /proc."""

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


def median_cpu(
    pids: Callable[[], Iterable[int]], act: Callable[[], object], *, rounds: int = 15, batch: int = 8
) -> float:
    """Median milliseconds of CPU that one run of `act` costs these processes; runs are counted in batches."""
    for _warm in range(batch * 3):
        act()
    known = list(pids())
    spent = []
    for _round in range(rounds):
        before = cpu_ms(known)
        for _run in range(batch):
            act()
        spent.append((cpu_ms(known) - before) / batch)
    return statistics.median(spent)
