"""What colleagues have already in a stretch of time for which something is being planned; one statement."""

import datetime as dt
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils import timezone

from klientura.kernel.access.actor import Actor
from klientura.modules.activities.queries.calendar import Item, events_of
from klientura.modules.activities.queries.free_time import Span, occupies

DAY = dt.timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Clash:
    """Something that is in the way of some colleagues. Without a title it is not open to the reader: they are busy."""

    user_ids: tuple[int, ...]
    begins: dt.datetime
    ends: dt.datetime
    all_day: bool
    title: str = ""


def clashes(actor: Actor, user_ids: Sequence[int], span: Span, *, besides: int | None = None) -> list[Clash]:
    """What some colleagues have at the same time, the earliest first; an event of several stands once.

    `besides` is the event that is being planned: it is in nobody's way.
    """
    begins, ends = (timezone.localtime(m) for m in span)
    if not begins < ends:
        return []
    found: dict[tuple[object, ...], list[Item]] = {}
    for item in events_of(actor, user_ids, begins.date(), ends.date() + DAY):
        if item.begins < ends and item.ends > begins and occupies(item, besides):
            of_one = (item.id, item.at) if item.is_open else (item.user_id, item.begins, item.ends)
            found.setdefault(of_one, []).append(item)
    return [
        Clash(tuple(i.user_id for i in same), same[0].begins, same[0].ends, same[0].all_day, same[0].title)
        for same in found.values()
    ]
