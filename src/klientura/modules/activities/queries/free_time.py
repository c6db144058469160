"""When some colleagues are all free: within working hours, over all that stands in their calendars, open to the reader or not."""

import datetime as dt
from collections.abc import Iterator, Sequence
from typing import Final
from zoneinfo import ZoneInfo

from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.kernel.settings.days import company_zone
from klientura.kit.working_days import WorkingTime
from klientura.modules.activities.queries.calendar import Item, events_of

QUARTER: Final = dt.timedelta(minutes=15)
DAY: Final = dt.timedelta(days=1)
AHEAD: Final = 21
"""Days that are looked through."""
A_DAY: Final = 3
MOST: Final = 12

type Span = tuple[dt.datetime, dt.datetime]


def free_slots(
    actor: Actor,
    user_ids: Sequence[int],
    lasting: dt.timedelta,
    working: WorkingTime,
    *,
    after: dt.datetime,
    besides: int | None = None,
) -> list[Span]:
    """The first stretches in which all of them are free, a few of each day, in the reader's zone.

    `besides` is an event that is being moved: it is in nobody's way.
    """
    here, office = ZoneInfo(timezone.get_current_timezone_name()), company_zone()
    first = after.astimezone(office).date()
    busy = [
        (i.begins, i.ends) for i in events_of(actor, user_ids, first - DAY, first + DAY * (AHEAD + 2)) if occupies(i, besides)
    ]  # fmt: skip
    found: list[Span] = []
    for number in range(AHEAD):
        hours = working.hours(first + DAY * number)
        if hours is None:
            continue
        span = (hours[0].replace(tzinfo=office), hours[1].replace(tzinfo=office))
        of_day = [s for s, _n in zip(_gaps(span, busy, lasting, after), range(A_DAY), strict=False)]
        found += [(begins.astimezone(here), ends.astimezone(here)) for begins, ends in of_day]
        if len(found) >= MOST:
            break
    return found[:MOST]


def occupies(item: Item, besides: int | None) -> bool:
    """Whether something takes the time of whose calendar it stands in."""
    if item.is_open and item.id == besides and besides is not None:
        return False
    return not item.free and item.status not in {"cancelled", "held"} and item.answer != "declined"


def _gaps(span: Span, busy: Sequence[Span], lasting: dt.timedelta, after: dt.datetime) -> Iterator[Span]:
    """Stretches of a day that no busy one touches, one behind the other, each at a quarter of an hour."""
    at = _quarter(max(span[0], after))
    in_the_way = sorted(b for b in busy if b[1] > span[0] and b[0] < span[1])
    while at + lasting <= span[1]:
        hit = next((b for b in in_the_way if b[0] < at + lasting and b[1] > at), None)
        if hit is None:
            yield at, at + lasting
            at += max(lasting, QUARTER)
        else:
            at = _quarter(max(hit[1], at + QUARTER))


def _quarter(at: dt.datetime) -> dt.datetime:
    """The next full quarter of an hour."""
    over = dt.timedelta(minutes=at.minute % 15, seconds=at.second, microseconds=at.microsecond)
    return at - over + QUARTER if over else at
