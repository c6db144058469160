"""The page of a calendar: one statement reads what is drawn."""

import datetime as dt
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlencode

from django.http import HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klientura.kernel.access.gate import may, readable, writable
from klientura.kernel.errors import NotFound
from klientura.kernel.objects.shape import FieldShape, Shape
from klientura.kernel.screens import view_bar
from klientura.kernel.screens.boarding import stages_of
from klientura.kernel.screens.builder import filter_fields_json
from klientura.kernel.screens.calendar import days
from klientura.kernel.screens.calendar.weeks import first_weekday
from klientura.kernel.screens.cells import cell
from klientura.kernel.screens.context import show
from klientura.kernel.screens.kinds import kinds
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.state import ListState
from klientura.kernel.store import spans
from klientura.kernel.store.read import Ref, Row
from klientura.kernel.views.calendars import SPANS, colour_fields, date_fields
from klientura.kernel.web.requests import Request
from klientura.kit.formats import format_date

LANES = {"month": 4, "week": 14}
PER_DAY = {"month": 8, "week": 30}
LONG = 200
"""Records of a day by itself, or of a day of the agenda."""


def calendar_page(asked: Request, shape: Shape, state: ListState) -> HttpResponse:
    """The whole calendar around the day of the address, today if it names none."""
    dates = date_fields(asked.actor, shape)
    by = dates.get(state.calendar.get("by", "")) or next(iter(dates.values()), None)
    if by is None:
        raise NotFound
    end = dates.get(state.calendar.get("end", ""))
    span, on = state.calendar.get("span") or "month", day_of(asked.GET.get("on", ""))
    first, after = days.stretch(span, on, first_weekday(asked))
    colour = colour_fields(asked.actor, shape).get(state.calendar.get("colour", ""))
    found, numbers = spans.in_days(
        asked.actor, shape, start=by, end=end, first=first, last=after, most=PER_DAY.get(span, LONG),
        keys=_keys(asked, shape, by, end, colour), tree=state.tree, more=state.more,
    )  # fmt: skip
    hues = _hues(asked, shape, state, colour)
    movable = may(asked.actor, shape, "edit") and _writable(asked, shape, by)
    events = [_event(asked, shape, row, by, end, colour, hues, movable=movable) for row in found]
    return show(
        asked, "calendar/page.html", active=shape.key, shape=shape, state=state, span=span, on=on,
        title=days.title(span, on, lang(), first_weekday(asked)), weekdays=days.weekdays(first_weekday(asked)), today=timezone.localdate(),
        weeks=[
            [_day(asked, shape, state, by, day, on, span) for day in week]
            for week in days.weeks(first, after, events, numbers, LANES.get(span, LONG))
        ],
        stretches=bool(end) and movable and _writable(asked, shape, end), moves=movable,
        by=by, legend=_legend(found, colour, hues), menus=_menus(asked, shape, state, by, end, colour, on),
        views=view_bar.bar(asked, shape, state), kinds=kinds(asked.actor, shape, state),
        filter_fields_json=filter_fields_json(asked.actor, shape, state.tree),
        may={v: may(asked.actor, shape, v) for v in ("create", "edit", "delete", "export", "import")},
        **_ways(shape, state, span, on),
    )  # fmt: skip


def day_of(text: str) -> dt.date:
    """The day that an address names; today for none."""
    try:
        day = dt.date.fromisoformat(text[:10])
    except ValueError:
        return timezone.localdate()
    return max(days.FAR[0], min(day, days.FAR[1]))


def _writable(asked: Request, shape: Shape, field: FieldShape | None) -> bool:
    return field is not None and field.changeable and writable(asked.actor, shape, field.key)


def _keys(
    asked: Request, shape: Shape, by: FieldShape, end: FieldShape | None, colour: FieldShape | None
) -> list[str]:
    wanted = ["title", by.key, *([end.key] if end else []), *([colour.key] if colour else []), "owner"]
    return [k for k in dict.fromkeys(wanted) if k in readable(asked.actor, shape)]


def _event(
    asked: Request, shape: Shape, row: Row, by: FieldShape, end: FieldShape | None, colour: FieldShape | None,
    hues: Mapping[Any, str], *, movable: bool,
) -> days.Event:  # fmt: skip
    first, last = _local(row[by.key]), _local(row.get(end.key) if end else None)
    last_day = max(_date(last), _date(first)) if last else _date(first)
    if isinstance(last, dt.datetime) and last_day > _date(first) and last.time() == dt.time.min:
        last_day -= days.DAY  # what ends at midnight takes nothing of that day
    value = row.get(colour.key) if colour else None
    owner = row.get("owner")
    shown = {
        "id": row["id"], "title": row["title"] or f"№ {row['id']}", "url": f"/{shape.key}/{row['id']}",
        "peek_url": f"/{shape.key}/{row['id']}?peek=1", "version": row["version"],
        "time": f"{first:%H:%M}" if isinstance(first, dt.datetime) else "",
        "hue": hues.get(value.id if isinstance(value, Ref) else value, ""),
        "owner": owner.title if isinstance(owner, Ref) else "",
        "move_url": f"/{shape.key}/{row['id']}/reschedule" if movable else "",
    }  # fmt: skip
    return days.Event(_date(first), last_day, shown)


def _local(value: Any) -> Any:
    return timezone.localtime(value) if isinstance(value, dt.datetime) else value


def _date(value: dt.date) -> dt.date:
    return value.date() if isinstance(value, dt.datetime) else value


def _hues(asked: Request, shape: Shape, state: ListState, colour: FieldShape | None) -> dict[Any, str]:
    if colour is None:
        return {}
    if colour.type.key == "option":
        return {c.code: c.hue for c in colour.params.choices}
    return {s["id"]: s["hue"] for s in stages_of(asked.actor, shape, state.chosen)}


def _legend(found: list[Row], colour: FieldShape | None, hues: Mapping[Any, str]) -> list[dict[str, Any]]:
    """What the colours mean, as far as they are seen."""
    if colour is None:
        return []
    seen: dict[Any, dict[str, Any]] = {}
    for row in found:
        value = row[colour.key]
        code = value.id if isinstance(value, Ref) else value
        if code is not None and code not in seen:
            shown = cell(colour, value, row, lang(), company_currency="")
            seen[code] = {
                "text": shown["text"] if isinstance(shown, dict) else shown,
                "hue": hues.get(code, "gray"),
            }
    return [seen[code] for code in hues if code in seen]


def _day(
    asked: Request,
    shape: Shape,
    state: ListState,
    by: FieldShape,
    day: dict[str, Any],
    on: dt.date,
    span: str,
) -> dict[str, Any]:
    date: dt.date = day["date"]
    value = f"{date.isoformat()}T09:00" if by.type.key == "datetime" else date.isoformat()
    creates = may(asked.actor, shape, "create") and _writable(asked, shape, by)
    return {
        **day,
        "iso": date.isoformat(),
        "label": format_date(date, lang()),
        "weekday": days.weekdays(0)[date.weekday()],
        "other": span == "month" and date.month != on.month,
        "url": f"/{shape.key}?{state.query(view='calendar', span='day')}&{urlencode({'on': date.isoformat()})}",
        "new_url": f"/{shape.key}/new?{urlencode({'dialog': 1, 'stay': 1, by.key: value})}"
        if creates
        else "",
    }


def _ways(shape: Shape, state: ListState, span: str, on: dt.date) -> dict[str, Any]:
    """Where the arrows and the choice of a span lead."""

    def address(day: dt.date, of: str = "") -> str:
        shown = state.query(view="calendar", span=of) if of else state.query(view="calendar")
        return f"/{shape.key}?{shown}&{urlencode({'on': day.isoformat()})}"

    words = {
        "month": pgettext("calendar", "Month"), "week": pgettext("calendar", "Week"),
        "day": pgettext("calendar", "Day"), "agenda": pgettext("calendar", "Agenda"),
    }  # fmt: skip
    return {
        "here_url": address(on),
        "before_url": address(days.turned(span, on, -1)),
        "after_url": address(days.turned(span, on, 1)),
        "today_url": address(timezone.localdate()),
        "spans": [{"label": words[s], "url": address(on, s), "active": s == span} for s in SPANS],
    }


def _menus(
    asked: Request, shape: Shape, state: ListState, by: FieldShape, end: FieldShape | None,
    colour: FieldShape | None, on: dt.date,
) -> list[dict[str, Any]]:  # fmt: skip
    """The choices of dates and of the colour; a choice of one is no choice."""

    def line(label: str, part: str, key: str, *, checked: bool) -> dict[str, Any]:
        query = state.query(
            view="calendar", **{"by": by.key, part: key, **({"end": ""} if part == "by" else {})}
        )
        url = f"/{shape.key}?{query}&{urlencode({'on': on.isoformat()})}"
        return {"label": label, "url": url, "checked": checked}

    dates, colours = date_fields(asked.actor, shape), colour_fields(asked.actor, shape)
    ends = [f for f in dates.values() if f.type.key == by.type.key and f.key != by.key]
    made = [
        {
            "id": "calendar-by", "icon": "calendar", "label": _("Which date"), "text": by.heading,
            "lines": [line(f.heading, "by", f.key, checked=f.key == by.key) for f in dates.values()],
        }
    ]  # fmt: skip
    if ends:
        made.append(
            {
                "id": "calendar-end", "icon": "move-horizontal", "label": _("Until which date"),
                "text": end.heading if end else _("Without an end"),
                "lines": [line(_("Without an end"), "end", "", checked=end is None)]
                + [line(f.heading, "end", f.key, checked=f is end) for f in ends],
            }
        )  # fmt: skip
    if colours:
        made.append(
            {
                "id": "calendar-colour", "icon": "palette", "label": _("Colour"),
                "text": colour.heading if colour else _("One colour"),
                "lines": [line(_("One colour"), "colour", "", checked=colour is None)]
                + [line(f.heading, "colour", f.key, checked=f is colour) for f in colours.values()],
            }
        )  # fmt: skip
    return made
