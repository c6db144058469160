"""When some colleagues are all free: within working hours, over all that stands in their calendars, open to the reader or not."""

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.kernel.settings.days import company_zone
from klientura.kit.working_days import WorkingTime
from klientura.modules.activities.queries.calendar import Item, events_of

QUARTER: Final = dt.timedelta(minutes=15)
HALF_HOUR: Final = dt.timedelta(minutes=30)
DAY: Final = dt.timedelta(days=1)
AHEAD: Final = 60
"""Days that are looked through for working ones."""
WORKING_DAYS: Final = 10

type Span = tuple[dt.datetime, dt.datetime]


@dataclass(frozen=True, slots=True)
class FreeDay:
    """A working day of some colleagues, in the reader's zone: its hours, when all are free, and what takes each one's time."""

    hours: Span
    slots: Sequence[Span]
    busy: Mapping[int, Sequence[Span]]


def free_days(
    actor: Actor,
    user_ids: Sequence[int],
    lasting: dt.timedelta,
    working: WorkingTime,
    *,
    after: dt.datetime,
    besides: int | None = None,
    most: int = WORKING_DAYS,
) -> list[FreeDay]:
    """The working days from a moment on, so many of them, with the stretches in which all of them are free; one statement.

    `besides` is an event that is being moved: it is in nobody's way.
    """
    here, office = ZoneInfo(timezone.get_current_timezone_name()), company_zone()
    first = after.astimezone(office).date()
    days = [span for n in range(AHEAD) if (span := working.hours(first + DAY * n)) is not None][:most]
    if not days:
        return []
    last = days[-1][0].date()
    taken = [i for i in events_of(actor, user_ids, first - DAY, last + DAY * 2) if occupies(i, besides)]
    found = []
    for bare in days:
        span = (
            bare[0].replace(tzinfo=office).astimezone(here),
            bare[1].replace(tzinfo=office).astimezone(here),
        )
        mine = [i for i in taken if i.ends > span[0] and i.begins < span[1]]
        slots = _gaps(span, sorted((i.begins, i.ends) for i in mine), lasting, after)
        busy = {
            u: [(max(i.begins, span[0]), min(i.ends, span[1])) for i in mine if i.user_id == u]
            for u in user_ids
        }
        found.append(FreeDay(span, [(b.astimezone(here), e.astimezone(here)) for b, e in slots], busy))
    return found


def occupies(item: Item, besides: int | None) -> bool:
    """Whether something takes the time of whose calendar it stands in."""
    if item.is_open and item.id == besides and besides is not None:
        return False
    return not item.free and item.status not in {"cancelled", "held"} and item.answer != "declined"


def _gaps(span: Span, busy: Sequence[Span], lasting: dt.timedelta, after: dt.datetime) -> Iterator[Span]:
    """Stretches of a day that no busy one touches, one behind the other, each at a quarter of an hour."""
    at = _quarter(max(span[0], after))
    while at + lasting <= span[1]:
        hit = next((b for b in busy if b[0] < at + lasting and b[1] > at), None)
        if hit is None:
            yield at, at + lasting
            at += max(lasting, HALF_HOUR)
        else:
            at = _quarter(max(hit[1], at + QUARTER))


def _quarter(at: dt.datetime) -> dt.datetime:
    """The next full quarter of an hour."""
    over = dt.timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
    return at - over + QUARTER if over else at
