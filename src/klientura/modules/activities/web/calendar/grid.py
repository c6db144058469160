"""Where items stand in the days of a calendar: quarters of an hour, lanes beside each other, chips of whole days."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final

from klientura.modules.activities.queries.calendar import Item

QUARTERS: Final = 96
MOST_LANES: Final = 6
_QUARTER: Final = dt.timedelta(minutes=15)
_DAY: Final = dt.timedelta(days=1)


def is_whole(item: Item) -> bool:
    """Whether an item is drawn above the hours: of whole days, or as long as one."""
    return item.all_day or item.ends - item.begins >= _DAY


def quarters(item: Item, day: dt.date) -> tuple[int, int]:
    """The first quarter of an hour of an item on a day, and the one after its last; one at least.

    By the clock on the wall: a day with a change of clocks is drawn like any other.
    """
    midnight = dt.datetime.combine(day, dt.time())
    begins, ends = item.begins.replace(tzinfo=None), item.ends.replace(tzinfo=None)
    first = max(0, (begins - midnight) // _QUARTER)
    after = min(QUARTERS, -((midnight - ends) // _QUARTER))
    return min(first, QUARTERS - 1), max(after, min(first, QUARTERS - 1) + 1)


def laid_out(items: Sequence[Item], day: dt.date, *, least: int = 2) -> list[tuple[Item, dict[str, int]]]:
    """The timed items of a day with their places: from, to, lane, of. `least` quarters are drawn of anything."""
    placed: list[tuple[Item, dict[str, int]]] = []
    cluster: list[tuple[Item, dict[str, int]]] = []
    lanes: list[int] = []
    for item in sorted(items, key=lambda i: (quarters(i, day), i.id or 0)):
        first, after = quarters(item, day)
        after = min(QUARTERS, max(after, first + least))
        first = min(first, after - least)
        if cluster and all(first >= end for end in lanes):
            placed += _closed(cluster, len(lanes))
            cluster, lanes = [], []
        lane = next((n for n, end in enumerate(lanes) if end <= first), len(lanes))
        if lane == len(lanes):
            lanes.append(after)
        lanes[lane] = after
        cluster.append((item, {"from": first, "to": after, "lane": lane}))
    return placed + _closed(cluster, len(lanes))


def _closed(cluster: list[tuple[Item, dict[str, int]]], lanes: int) -> list[tuple[Item, dict[str, int]]]:
    """A bundle of items that overlap, each told how many stand side by side; of too many the last share a lane."""
    number = min(lanes, MOST_LANES)
    for _item, place in cluster:
        place["of"] = number
        place["lane"] = min(place["lane"], number - 1)
    return cluster


def on_day(items: Sequence[Item], day: dt.date) -> list[Item]:
    """The items that touch a day."""
    return [i for i in items if i.first <= day <= i.last]


def heads(day: dt.date, hours: tuple[dt.datetime, dt.datetime] | None) -> dict[str, Any]:
    """The quarters of an hour in which one works on a day."""
    if hours is None:
        return {"work_from": 0, "work_to": 0}
    midnight = dt.datetime.combine(day, dt.time())
    return {"work_from": (hours[0] - midnight) // _QUARTER, "work_to": (hours[1] - midnight) // _QUARTER}


def hours_of(day: Mapping[str, Any], places: Sequence[Mapping[str, int]]) -> tuple[int, int]:
    """The hours of a day that are drawn: those in which one works, and as many besides as something stands in."""
    work = (day["work_from"], day["work_to"]) if day["work_to"] else (36, 72)
    first = min([work[0], *(p["from"] for p in places)]) // 4
    return first, -(-max([work[1], *(p["to"] for p in places)]) // 4)


def moved(place: Mapping[str, int], first: int) -> dict[str, int]:
    """A place in a day that is drawn from an hour on."""
    return {**place, "from": place["from"] - first * 4, "to": place["to"] - first * 4}
