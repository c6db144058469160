"""When things happen: within working hours, more in autumn than in January and July."""

import datetime as dt
from random import Random
from zoneinfo import ZoneInfo

MOSCOW = ZoneInfo("Europe/Moscow")
YEARS = 2
_SEASON = (0.55, 0.9, 1.05, 1.0, 0.7, 0.9, 0.75, 0.75, 1.1, 1.25, 1.3, 1.3)
_HIGHEST = max(_SEASON)
DAY = dt.timedelta(days=1)


def at_work(rng: Random, moment: dt.datetime) -> dt.datetime:
    """A moment of the same working day or the Monday after, between nine and six in Moscow."""
    local = moment.astimezone(MOSCOW)
    weekday = local.isoweekday()
    if weekday > 5:
        local += DAY * (8 - weekday)
    return local.replace(hour=rng.randrange(9, 18), minute=rng.randrange(0, 60, 5), second=0, microsecond=0)


def seasonal(rng: Random, now: dt.datetime) -> dt.datetime:
    """A moment of the last two years."""
    while True:
        moment = now - DAY * (rng.random() * 365 * YEARS)
        if rng.random() * _HIGHEST < _SEASON[moment.month - 1]:
            return moment


def between(rng: Random, start: dt.datetime, end: dt.datetime) -> dt.datetime:
    """A working moment from start to end; the end itself when no such moment lies between."""
    if end <= start:
        return end
    moment = at_work(rng, start + (end - start) * rng.random())
    return moment if start <= moment <= end else start + (end - start) * rng.random()
