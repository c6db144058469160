"""What colleagues have already in a stretch of time for which something is being planned, or in each of a series; one statement."""

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


def clashes(
    actor: Actor, user_ids: Sequence[int], spans: Sequence[Span], *, besides: int | None = None
) -> list[Clash]:
    """What some colleagues have at the same times, the earliest first; an event of several stands once.

    `besides` is the event that is being planned: it is in nobody's way.
    """
    meant = sorted(span for span in spans if span[0] < span[1])
    if not meant:
        return []
    first, last = (timezone.localtime(m).date() for m in (meant[0][0], max(ends for _begins, ends in meant)))
    found: dict[tuple[object, ...], list[Item]] = {}
    for item in events_of(actor, user_ids, first, last + DAY):
        if any(item.begins < ends and item.ends > begins for begins, ends in meant) and occupies(
            item, besides
        ):
            of_one = (item.id, item.at) if item.is_open else (item.user_id, item.begins, item.ends)
            found.setdefault(of_one, []).append(item)
    return [
        Clash(tuple(i.user_id for i in same), same[0].begins, same[0].ends, same[0].all_day, same[0].title)
        for same in found.values()
    ]
