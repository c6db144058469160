"""When the company works: its hours, its week, its holidays."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

import orjson
from django.db import connection

from klientura.kernel.settings.models import Installation
from klientura.kit.working_days import COUNTRIES, WorkingTime

USUAL = WorkingTime()


def working_time() -> WorkingTime:
    """The working time of the company; what was never set is as usual."""
    with connection.cursor() as cursor:
        cursor.execute("select working_time from kernel_installation where id = 1")
        row = cursor.fetchone()
    raw = row[0] if row else {}
    said: dict[str, Any] = orjson.loads(raw) if isinstance(raw, str) else raw or {}
    country = said.get("country", USUAL.country)
    return WorkingTime(
        begins=dt.time.fromisoformat(said.get("begins", USUAL.begins.isoformat())),
        ends=dt.time.fromisoformat(said.get("ends", USUAL.ends.isoformat())),
        week=frozenset(said.get("week", USUAL.week)),
        country=country if country in COUNTRIES else "",
        off=_dates(said.get("off", ())),
        on=_dates(said.get("on", ())),
    )


def set_working_time(time: WorkingTime) -> None:
    """Keep the working time of the company."""
    said = {
        "begins": time.begins.isoformat("minutes"),
        "ends": time.ends.isoformat("minutes"),
        "week": sorted(time.week),
        "country": time.country,
        "off": sorted(d.isoformat() for d in time.off),
        "on": sorted(d.isoformat() for d in time.on),
    }
    Installation.objects.update_or_create(id=1, defaults={"working_time": said})


def _dates(texts: Iterable[str]) -> frozenset[dt.date]:
    return frozenset(dt.date.fromisoformat(text) for text in texts)
