"""An entry of a calendar as programs exchange it."""

import datetime as dt
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Guest:
    """Somebody named in an entry by their address, and what they have answered (accepted, tentative, declined, waiting)."""

    address: str
    name: str = ""
    answer: str = "waiting"


@dataclass(frozen=True, slots=True)
class Entry:
    """One VEVENT. Times are wall-clock times of `zone`; of a whole day `starts` is its midnight and `ends` the one after.

    `occurrence` names the moment of a series that this entry takes the place of. `notes` are codes of what had to be
    guessed while it was read.
    """

    uid: str
    name: str
    starts: dt.datetime
    ends: dt.datetime
    zone: str
    all_day: bool = False
    recurrence: str = ""
    occurrence: dt.datetime | None = None
    place: str = ""
    description: str = ""
    sequence: int = 0
    stamp: dt.datetime | None = None
    cancelled: bool = False
    free: bool = False
    private: bool = False
    organiser: Guest | None = None
    guests: tuple[Guest, ...] = ()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class BadEntry:
    """One VEVENT that could not be read, and why: no_start, broken, rule."""

    name: str
    code: str


class BadCalendar(ValueError):
    """A text that is no calendar. Codes: none, too_large."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


@dataclass(frozen=True, slots=True)
class Calendar:
    """What a text holds: its METHOD (empty for a plain calendar), the entries, and those that could not be read."""

    method: str
    entries: tuple[Entry, ...]
    bad: tuple[BadEntry, ...] = ()
