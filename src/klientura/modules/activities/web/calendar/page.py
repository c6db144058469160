"""GET /calendar: one statement for each kind of thing that is shown, however many colleagues are."""

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dates import WEEKDAYS, WEEKDAYS_ABBR
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET

from klientura.kernel.access.gate import may
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.calendar.days import title as title_of
from klientura.kernel.screens.calendar.weeks import first_weekday
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.places import Place
from klientura.kernel.settings.working import working_time
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of
from klientura.kit.formats import format_date
from klientura.kit.working_days import Day, WorkingTime
from klientura.modules.activities.queries.calendar import Item, due_of, events_of
from klientura.modules.activities.web.calendar import grid
from klientura.modules.activities.web.calendar.drawing import Draw
from klientura.modules.activities.web.calendar.state import KINDS, SPANS, State, is_phone, people_of, state_of

CALENDAR: Final = Place(
    "calendar", gettext_lazy("Calendar"), "calendar", "/calendar", area=pgettext_lazy("navigation", "Work"), by_thumb=True
)  # fmt: skip
HUES: Final = ("violet", "blue", "green", "orange", "pink", "teal", "yellow", "red")
CHIPS: Final = 4
DAY: Final = dt.timedelta(days=1)


@open_to(Door.SIGNED_IN)
@require_GET
def calendar(request: HttpRequest) -> HttpResponse:
    """GET /calendar?span=&on=&who=&off=: the calendar around a day."""
    asked = of(request)
    state = state_of(asked)
    people = people_of(asked.actor, state)
    week_start = first_weekday(asked)
    first, after = state.stretch(week_start)
    items = read_items(asked, state, [pk for pk, _name in people], first, after)
    names = dict(people)
    several = len(people) > 1 and state.span != "team"
    hues = {pk: HUES[n % len(HUES)] for n, (pk, _name) in enumerate(people)} if several else {}
    working = working_time()
    days = [_day(asked, state, first + DAY * n, working) for n in range((after - first).days)]
    draw = Draw(names, hues)
    template = {"month": "month", "agenda": "agenda", "team": "team"}.get(state.span, "hours")
    context: dict[str, Any] = {
        "month": _month, "agenda": _agenda, "team": _team, "hours": _hours,
    }[template](draw, state, days, _merged(items) if several else items)  # fmt: skip
    now = timezone.localtime()
    return show(
        asked, "activities/calendar.html", active="calendar", state=state, part=f"activities/calendar_{template}.html",
        title=_title(state, week_start), days=days, people=[{"id": pk, "name": name, "hue": hues.get(pk, "")} for pk, name in people],
        today_url=state.url(on=timezone.localdate()), before_url=state.turned(-1).url(), after_url=state.turned(1).url(),
        here_url=state.url(),
        new_url=f"/event/new?{urlencode({'dialog': 1, 'stay': 1, **_proposed(state, days)})}", given="span" in asked.GET,
        narrow=is_phone(asked), find_query=urlencode([*(("user", pk) for pk, _name in people[:20]), *_since(state, days)]),
        spans=_spans(state), menus=_menus(state),
        creates=may(asked.actor, shape_of("event"), "create"),
        now={"date": now.date(), "quarter": (now.hour * 60 + now.minute) // 15}, **({"hours": range(24)} | context),
    )  # fmt: skip


def _other(state: State, days: Sequence[Mapping[str, Any]]) -> str:
    """The day for which something new is proposed where other days are shown than those around now; empty: the next hour."""
    if state.span == "day" or (state.span == "team" and not state.wide):
        return "" if days[0]["today"] else str(days[0]["iso"])
    if any(d["today"] for d in days):
        return ""
    shown = [d for d in days if state.span != "month" or d["date"].month == state.on.month]
    return str(next((d["iso"] for d in shown if d["work_to"]), shown[0]["iso"]))


def _proposed(state: State, days: Sequence[Mapping[str, Any]]) -> dict[str, str]:
    day = _other(state, days)
    return {"starts_at": f"{day}T10:00", "ends_at": f"{day}T11:00"} if day else {}


def _since(state: State, days: Sequence[Mapping[str, Any]]) -> list[tuple[str, str]]:
    day = _other(state, days)
    return [("from", day)] if day > timezone.localdate().isoformat() else []


def read_items(
    asked: Request, state: State, users: Sequence[int], first: dt.date, after: dt.date
) -> list[Item]:
    """What is shown of some colleagues."""
    items: list[Item] = []
    if "event" not in state.off:
        items += events_of(asked.actor, users, first, after)
    for what in KINDS[1:]:
        if what not in state.off:
            items += due_of(asked.actor, what, users, first, after)
    return sorted(items, key=lambda i: (i.begins, i.ends))


def _merged(items: Sequence[Item]) -> list[Item]:
    """An event of several of those shown stands once, under the first of them."""
    seen: dict[tuple[str, int, str], Item] = {}
    alone = []
    for item in items:
        if item.id is None:
            alone.append(item)
        else:
            seen.setdefault((item.what, item.id, item.at), item)
    return sorted([*seen.values(), *alone], key=lambda i: (i.begins, i.ends))


def _hours(draw: Draw, _state: State, days: list[dict[str, Any]], items: Sequence[Item]) -> dict[str, Any]:
    columns = []
    for day in days:
        mine = grid.on_day(items, day["date"])
        columns.append({
            **day, "chips": [draw(i) for i in mine if grid.is_whole(i)],
            "timed": [draw(i, **place) for i, place in grid.laid_out([i for i in mine if not grid.is_whole(i)], day["date"])],
        })  # fmt: skip
    return {"columns": columns}


def _month(draw: Draw, state: State, days: list[dict[str, Any]], items: Sequence[Item]) -> dict[str, Any]:
    cells = []
    for day in days:
        mine = grid.on_day(items, day["date"])
        cells.append({
            **day, "other": day["date"].month != state.on.month, "chips": [draw(i) for i in mine[:CHIPS]], "more": len(mine[CHIPS:]),
        })  # fmt: skip
    return {"weeks": [cells[n : n + 7] for n in range(0, len(cells), 7)], "columns": days[:7]}


def _agenda(draw: Draw, _state: State, days: list[dict[str, Any]], items: Sequence[Item]) -> dict[str, Any]:
    listed = [{**day, "chips": [draw(i) for i in grid.on_day(items, day["date"])]} for day in days]
    return {"listed": [d for d in listed if d["chips"]]}


def _team(draw: Draw, state: State, days: list[dict[str, Any]], items: Sequence[Item]) -> dict[str, Any]:
    """A row for each colleague: the hours of a day, or the days of a week."""
    rows = []
    for pk, name in draw.names.items():
        mine = [i for i in items if i.user_id == pk]
        row: dict[str, Any] = {"id": pk, "name": name, "day_url": state.url(span="day", who=str(pk))}
        if state.wide:
            row["cells"] = [
                {**day, "chips": [draw(i, who="") for i in grid.on_day(mine, day["date"])]} for day in days
            ]
        else:
            timed = grid.laid_out([i for i in mine if not grid.is_whole(i)], days[0]["date"])
            row |= {"chips": [draw(i, who="") for i in mine if grid.is_whole(i)], "places": timed}
        rows.append(row)
    if state.wide:
        return {"rows": rows, "wide": True, "columns": days}
    first, after = (
        (0, 24) if state.whole else grid.hours_of(days[0], [p for r in rows for _i, p in r["places"]])
    )
    for row in rows:
        row["timed"] = [draw(i, **grid.moved(p, first) | {"who": ""}) for i, p in row["places"]]
    day = days[0] | {
        k: min(max(days[0][k] - first * 4, 0), (after - first) * 4) for k in ("work_from", "work_to")
    }
    now = timezone.localtime()
    quarter = (now.hour * 60 + now.minute) // 15 - first * 4
    return {
        "rows": rows, "wide": False, "columns": [day], "hours": range(first, after),
        "line": quarter if days[0]["today"] and 0 <= quarter < (after - first) * 4 else None,
    }  # fmt: skip


def _day(asked: Request, state: State, date: dt.date, working: WorkingTime) -> dict[str, Any]:
    kind = working.day(date)
    remark = {Day.HOLIDAY: _("day off"), Day.SHORTENED: _("an hour less")}.get(kind, "")
    return {
        "date": date, "iso": date.isoformat(), "label": format_date(date, lang()), "weekday": str(WEEKDAYS_ABBR[date.weekday()]),
        "whole": str(WEEKDAYS[date.weekday()]), "kind": kind.value, "remark": remark, "url": state.url(span="day", on=date),
        "today": date == timezone.localdate(), **grid.heads(date, working.hours(date)),
    }  # fmt: skip


def _title(state: State, week_start: int) -> str:
    span = {"agenda": "", "team": "week" if state.wide else "day"}.get(state.span, state.span)
    if not span:
        first, after = state.stretch(week_start)
        return f"{format_date(first, lang())} – {format_date(after - DAY, lang())}"
    return title_of(span, state.on, lang(), week_start)


def _spans(state: State) -> list[dict[str, Any]]:
    labels = {
        "day": _("Day"), "week": _("Week"), "month": _("Month"), "agenda": pgettext("calendar", "List"), "team": pgettext("calendar", "Team"),
    }  # fmt: skip
    return [{"label": labels[s], "url": state.url(span=s), "active": s == state.span} for s in SPANS]


def _menus(state: State) -> list[dict[str, Any]]:
    """Whose calendars, and which kinds; each kind is switched off and on by itself."""
    labels = {"event": pgettext("calendar", "Events"), "task": _("Tasks"), "assignment": _("Assignments")}
    chosen = state.who not in {"me", "team"}
    made = [
        {
            "id": "calendar-who", "icon": "users", "label": _("Whose calendar"),
            "text": {"me": _("Only mine"), "team": _("My team")}.get(state.who, _("Chosen colleagues")),
            "lines": [
                {"label": _("Only mine"), "url": state.url(who="me"), "checked": state.who == "me"},
                {"label": _("My team"), "url": state.url(who="team"), "checked": state.who == "team"},
                {"label": _("Choose colleagues…"), "checked": chosen,
                 "attrs": {"hx-get": f"/calendar/people?{urlencode({'back': state.url()})}", "hx-target": "#dialog-body"}},
            ],
        },
        {
            "id": "calendar-kinds", "icon": "filter", "label": _("What is shown"), "text": "",
            "lines": [
                {"label": labels[k], "url": state.url(off=state.off ^ {k}), "checked": k not in state.off} for k in KINDS
            ],
        },
    ]  # fmt: skip
    if state.span == "team":
        made.append({
            "id": "calendar-wide", "icon": "calendar-days", "label": _("How much of it"), "text": _("Week") if state.wide else _("Day"),
            "lines": [
                {"label": _("Day"), "url": state.url(wide=False), "checked": not state.wide},
                {"label": _("Week"), "url": state.url(wide=True), "checked": state.wide},
                {"label": _("All 24 hours"), "url": state.url(wide=False, whole=not state.whole), "checked": state.whole and not state.wide},
            ],
        })  # fmt: skip
    return made
