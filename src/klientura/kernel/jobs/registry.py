"""Kinds of background work, by name. Each module registers its own when Django starts."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from klientura.kernel.jobs.handle import JobHandle

type Work = Callable[[JobHandle], Mapping[str, Any] | None]
type Lost = Callable[[JobHandle, str], None]


@dataclass(frozen=True, slots=True)
class Kind:
    """How one kind of job is done. `work` returns its result; `lost` is told when the job has failed for good."""

    work: Work
    lost: Lost | None = None


_kinds: dict[str, Kind] = {}


def register(key: str, work: Work, *, lost: Lost | None = None) -> None:
    """Declare a kind of job."""
    _kinds[key] = Kind(work, lost)


_beginners: list[Callable[[], None]] = []


def before_work(beginner: Callable[[], None]) -> None:
    """Have a function called before any work in the background begins."""
    _beginners.append(beginner)


def begin() -> None:
    """What precedes every piece of work in the background."""
    for beginner in _beginners:
        beginner()


_clocked: dict[str, Callable[[], None]] = {}


def by_the_clock(key: str, work: Callable[[], None]) -> None:
    """Have a function called every five minutes; what it does must be right however often and late it is called."""
    _clocked[key] = work


def clocked() -> Mapping[str, Callable[[], None]]:
    """What is called every five minutes, by name."""
    return _clocked


def kind_of(key: str) -> Kind:
    """The kind of this name. Raises KeyError."""
    return _kinds[key]
