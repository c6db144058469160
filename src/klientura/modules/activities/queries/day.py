"""What one has to do by a time: kinds of record that stand on «My day» and the start page, and panels beside them.

A kind plugs in by a `DaySource`; the page asks each for what is near, and for what the reader has picked by hand.
"""

import datetime as dt
from collections.abc import Callable, Collection
from dataclasses import dataclass
from typing import Literal

from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.kernel.screens.home_panels import HomePanel
from klientura.kernel.store.read import Ref

AHEAD = dt.timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Span:
    """The moments that part a reader's day, in their time zone."""

    now: dt.datetime
    tomorrow: dt.datetime
    horizon: dt.datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DayItem:
    """A matter of a reader's day. `waits` stands for what somebody awaits of the reader, whatever its time."""

    object: str
    id: int
    version: int
    title: str
    icon: str
    at: dt.datetime | None
    ends_at: dt.datetime | None = None
    party: Ref | None = None
    who: str = ""
    what: str = ""
    hue: str = ""
    important: bool | None = None  # None: of this kind nothing is important or not
    done: Literal["at_once", "asks", ""] = ""
    done_url: str = ""
    may_snooze: bool = False
    may_pick: bool = True  # for the focus list
    detail: str = ""  # where it is, say
    all_day: bool = False
    waits: bool = False

    @property
    def passes(self) -> bool:
        """Whether it is over by itself when its time has come: a meeting is not overdue."""
        return self.ends_at is not None


@dataclass(frozen=True, slots=True)
class DaySource:
    """A kind of record of the day: what of it is near, and some of it by their numbers, as long as it is to be done."""

    object: str
    near: Callable[[Actor, Span], list[DayItem]]
    chosen: Callable[[Actor, Collection[int]], list[DayItem]]


_sources: dict[str, DaySource] = {}
_panels: dict[str, HomePanel] = {}


def register_day_source(source: DaySource) -> None:
    """Have a kind of record stand on the day."""
    _sources.setdefault(source.object, source)


def register_day_panel(panel: HomePanel) -> None:
    """Put a panel beside the day."""
    _panels.setdefault(panel.key, panel)


def day_panels() -> tuple[HomePanel, ...]:
    """The panels in their order."""
    return tuple(_panels.values())


def source_of(object_key: str) -> DaySource | None:
    """The source of a kind of record, if it stands on the day."""
    return _sources.get(object_key)


def span_of_now() -> Span:
    """Now, the next midnight and a week from it, by the reader's clock."""
    now = timezone.localtime()
    tomorrow = midnight(now.date() + dt.timedelta(days=1))
    return Span(now, tomorrow, tomorrow + AHEAD)


def midnight(day: dt.date) -> dt.datetime:
    """When a day of the reader begins."""
    return timezone.make_aware(dt.datetime.combine(day, dt.time()))


def near_items(actor: Actor, span: Span) -> list[DayItem]:
    """All that is near, the earliest first."""
    found = [item for source in _sources.values() for item in source.near(actor, span)]
    return sorted(found, key=lambda i: (i.at is None, i.at or span.now, i.id))
