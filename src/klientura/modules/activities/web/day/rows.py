"""Matters of the day as rows, for «My day» and the panels of the start page."""

import datetime as dt
from collections.abc import Iterable
from typing import Any

from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _

from klientura.modules.activities.queries.day import DayItem, Span
from klientura.modules.activities.services.snoozing import offered


def row_of(item: DayItem, span: Span, *, focused: frozenset[tuple[str, int]] = frozenset()) -> dict[str, Any]:
    """A matter as its row shows it."""
    url = f"/{item.object}/{item.id}"
    return {
        "key": f"{item.object}-{item.id}",
        "may_pick": item.may_pick,
        "object": item.object,
        "id": item.id,
        "title": item.title,
        "url": url,
        "peek_url": f"{url}?peek=1",
        "icon": item.icon,
        "done_url": item.done_url if item.done else "",
        "done_asks": item.done == "asks",
        "due": _clock(item),
        "iso": item.at.isoformat() if item.at else "",
        "late": is_late(item, span),
        "party": {"title": item.party.title, "url": f"/party/{item.party.id}"} if item.party else None,
        "who": " · ".join(t for t in (item.who, item.detail) if t),
        "what": item.what,
        "hue": item.hue,
        "important": bool(item.important),
        "may_mark": item.important is not None and bool(item.done),
        "snooze": item.may_snooze,
        "focused": (item.object, item.id) in focused,
    }


def ways(span: Span) -> list[dict[str, str]]:
    """The moments to put off until, as the menu of a row offers them."""
    labels = {
        "hour": _("In an hour"), "evening": _("This evening"), "tomorrow": _("Tomorrow morning"), "monday": _("On Monday"),
    }  # fmt: skip
    return [{"key": key, "label": labels[key]} for key in offered(span.now)]


def is_late(item: DayItem, span: Span) -> bool:
    """Whether its time has passed and it does not pass by itself."""
    return item.at is not None and item.at < span.now and not item.passes


def _clock(item: DayItem, *, within_day: bool = False) -> str:
    """When it is: of a matter with an end from and to, of a whole day nothing but that."""
    if item.at is None:
        return ""
    if item.all_day:
        return _("all day")
    begins = timezone.localtime(item.at).strftime("%H:%M") if within_day else due_in_short(item.at)
    return f"{begins}–{timezone.localtime(item.ends_at):%H:%M}" if item.ends_at else begins


def due_in_short(moment: dt.datetime) -> str:
    """The clock time today, else the day."""
    local = timezone.localtime(moment)
    return local.strftime("%H:%M") if local.date() == timezone.localdate() else date_format(local, _("j M"))


def by_day(items: Iterable[DayItem], span: Span, **more: Any) -> list[dict[str, Any]]:
    """Rows under the days they belong to."""
    days: dict[dt.date, list[dict[str, Any]]] = {}
    for item in items:
        if item.at is not None:
            row = row_of(item, span, **more)
            days.setdefault(timezone.localtime(item.at).date(), []).append(
                row | {"due": _clock(item, within_day=True)}
            )
    return [{"label": _weekday(day), "rows": rows} for day, rows in sorted(days.items())]


def _weekday(day: dt.date) -> str:
    if day == timezone.localdate() + dt.timedelta(days=1):
        return _("Tomorrow")
    text = date_format(day, _("l, j F"))
    return text[:1].upper() + text[1:]
