"""What the columns of an event mean: its zone, its beginning by the clock on the wall, its recurrence, one occurrence of it."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from django.utils import timezone

from klientura.kit.recurrence.expanding import moment, wall
from klientura.kit.recurrence.rules import Recurrence, parse

HOST: Final = "klientura"
"""What the names of our events end with in other programs."""


def zone_of(name: str | None) -> ZoneInfo:
    """The zone an event was planned in; one that is not known (any more) is that of the moment."""
    try:
        return ZoneInfo(name or "")
    except (ZoneInfoNotFoundError, ValueError, OSError):
        return ZoneInfo(timezone.get_current_timezone_name())


def start_of(row: Mapping[str, Any]) -> dt.datetime:
    """The beginning of an event, or of the first of its series, as the clocks where it was planned show it."""
    if row["all_day"] and row["first_day"]:
        return dt.datetime.combine(row["first_day"], dt.time())
    return wall(row["starts_at"], zone_of(row["zone"]))


def recurrence_of(row: Mapping[str, Any]) -> Recurrence | None:
    """The rule of a row that repeats."""
    return parse(row["repeats"]) if row["repeats"] else None


def span_at(row: Mapping[str, Any], at: dt.datetime) -> dict[str, Any]:
    """The span of one occurrence, as the columns of an event hold it."""
    zone, lasting = zone_of(row["zone"]), row["ends_at"] - row["starts_at"]
    if row["all_day"] and row["first_day"] and row["last_day"]:
        days = row["last_day"] - row["first_day"]
        first, last = at.date(), at.date() + days
        ends = moment(dt.datetime.combine(last + dt.timedelta(days=1), dt.time()), zone)
        return {"first_day": first, "last_day": last, "starts_at": moment(at, zone), "ends_at": ends}
    starts = moment(at, zone)
    return {"starts_at": starts, "ends_at": starts + lasting, "first_day": None, "last_day": None}
