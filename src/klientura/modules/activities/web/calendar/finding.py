"""Finding an hour when everybody is free: the working days ahead, what each has, and the hours that all have in common.

In a dialog an hour leads to the form of a new event or of the one that is moved; within the form of an event it fills that in.
"""

import datetime as dt
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from klientura.kernel.access.models import User
from klientura.kernel.errors import BadRequest
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.settings.working import working_time
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kit.formats import format_date
from klientura.modules.activities.queries.free_time import DAY, FreeDay, Span, free_days
from klientura.modules.activities.web.calendar.state import MOST_PEOPLE

LENGTHS: Final = (15, 30, 45, 60, 90, 120, 180, 240)
QUARTER: Final = dt.timedelta(minutes=15)
HOUR: Final = dt.timedelta(hours=1)
FIRST: Final = dt.date(2000, 1, 1)
LAST: Final = dt.date(2190, 1, 1)


@dataclass(frozen=True, slots=True)
class Wanted:
    """What is looked for: whose time, how much of it, from when on, for which event that is moved; within its form or not."""

    users: dict[int, str]
    minutes: int
    begins: dt.datetime
    moved: int | None
    inside: bool

    def url(self, begins: dt.date) -> str:
        """The address of the days that follow."""
        said: list[tuple[str, Any]] = [("more", 1), ("minutes", self.minutes), ("from", begins.isoformat())]
        said += [("user", u) for u in self.users]
        said += [("event", self.moved)] if self.moved is not None else []
        said += [("inside", 1)] if self.inside else []
        return f"/calendar/free?{urlencode(said)}"


@open_to(Door.SIGNED_IN)
@require_GET
def free(request: HttpRequest) -> HttpResponse:
    """GET /calendar/free?user=&minutes=&from=&event=&inside=&more=: the working days ahead and the hours when all of them are free."""
    asked = of(request)
    wanted = _wanted(asked)
    found = free_days(
        asked.actor, list(wanted.users), dt.timedelta(minutes=wanted.minutes), working_time(),
        after=max(wanted.begins, timezone.now()), besides=wanted.moved,
    )  # fmt: skip
    template = "free_days" if asked.GET.get("more") else "free_inside" if wanted.inside else "free"
    return show(
        asked, f"activities/{template}.html", days=[_day(asked, wanted, day) for day in found], moved=wanted.moved or "",
        more_url=wanted.url(found[-1].hours[0].date() + DAY) if found else "",
        people={"type": "picks", "name": "user", "id": "d-user", "label": _("Colleagues"), "url": "/search/users",
                "chosen": [{"value": pk, "label": name, "hue": "gray"} for pk, name in wanted.users.items()]},
        lengths={"type": "select", "name": "minutes", "id": "d-minutes", "label": _("How long it lasts"), "required": True, "value": wanted.minutes,
                 "options": [{"value": n, "label": _length(n)} for n in sorted({*LENGTHS, wanted.minutes})]},
        since={"type": "date", "name": "from", "id": "d-from", "label": _("Not before"),
               "value": timezone.localtime(wanted.begins).date().isoformat()},
    )  # fmt: skip


def _wanted(asked: Request) -> Wanted:
    given = asked.GET
    moved, inside = number(given.get("event")), bool(given.get("inside"))
    row = read.get(asked.actor, shape_of("event"), moved) if moved is not None else {}
    named = [
        *given.getlist("user"),
        *([given.get("owner", ""), *given.getlist("attendees")] if inside else ()),
    ]
    users = [n for text in named[:MOST_PEOPLE] if (n := number(text)) is not None]
    if inside and not given.get("owner") and not given.getlist("user"):
        owner = row.get("owner")
        users.insert(0, owner.id if owner else asked.actor.user_id or 0)
    if row and not users:
        owner = row.get("owner")
        users = [*([owner.id] if owner else []), *(each.id for each in row.get("attendees") or ())]
    users = list(dict.fromkeys(users)) or [asked.actor.user_id or 0]
    known = dict(User.objects.filter(pk__in=users, is_active=True).values_list("pk", "name"))
    minutes = number(given.get("minutes")) or _usual(given if inside else {}, row)
    if not 1 <= minutes <= 24 * 60:
        raise BadRequest(_("It is not clear how long it shall last."), code="minutes")
    begins = _from(given.get("from") or (given.get("starts_at", "")[:10] if inside else ""))
    return Wanted({u: known[u] for u in users if u in known}, minutes, begins, moved, inside)


def _usual(typed: Mapping[str, str], row: Row) -> int:
    """As long as what is being planned; an hour where that is not known, or takes whole days."""
    span: Any = (row.get("starts_at"), row.get("ends_at"))
    try:
        span = tuple(dt.datetime.fromisoformat(typed[k]) for k in ("starts_at", "ends_at")) if typed else span
        minutes = int((span[1] - span[0]).total_seconds() // 60)
    except (KeyError, TypeError, ValueError):  # nothing is said yet, or nothing that makes sense
        return 60
    return minutes if 0 < minutes <= LENGTHS[-1] and not row.get("all_day") else 60


def _from(text: str) -> dt.datetime:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return timezone.now()
    return timezone.make_aware(dt.datetime.combine(min(max(day, FIRST), LAST), dt.time()))


def _length(minutes: int) -> str:
    if minutes % 60:
        return ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)
    return ngettext("{n} hour", "{n} hours", minutes // 60).format(n=minutes // 60)


def _day(asked: Request, wanted: Wanted, day: FreeDay) -> dict[str, Any]:
    begins, ends = day.hours
    name = str(WEEKDAYS[begins.weekday()])
    return {
        "label": f"{name[:1].upper()}{name[1:]}, {format_date(begins.date(), lang())}", "hours": f"{begins:%H:%M}–{ends:%H:%M}",
        "length": (ends - begins) / QUARTER, "scale": [f"{at:%H:%M}" for at in (begins, begins + (ends - begins) / 2, ends)],
        "full_hours": [(at - begins) / QUARTER for n in range(1, 24) if (at := begins + HOUR * n) < ends],
        "people": [_strip(wanted.users[u], begins, day.busy.get(u, ())) for u in wanted.users],
        "slots": [_slot(asked, wanted, span) for span in day.slots],
    }  # fmt: skip


def _strip(name: str, begins: dt.datetime, busy: Any) -> dict[str, Any]:
    """What one of them has on a day: as stretches to draw, and in words."""
    spans: list[Span] = sorted(busy)
    words = ", ".join(f"{b:%H:%M}–{e:%H:%M}" for b, e in spans)
    return {
        "name": name,
        "busy": [{"from": (b - begins) / QUARTER, "length": (e - b) / QUARTER} for b, e in spans],
        "words": _("{name} is busy: {times}").format(name=name, times=words) if spans else _("{name} is free").format(name=name),
    }  # fmt: skip


def _slot(asked: Request, wanted: Wanted, span: Span) -> dict[str, str]:
    begins, ends = span
    times = {"starts_at": f"{begins:%Y-%m-%dT%H:%M}", "ends_at": f"{ends:%Y-%m-%dT%H:%M}"}
    others = [u for u in wanted.users if u != asked.actor.user_id]
    url = (
        f"/calendar/event/{wanted.moved}/change?{urlencode(times)}"
        if wanted.moved is not None
        else f"/event/new?{urlencode([('dialog', 1), ('stay', 1), *times.items(), *(('attendees', u) for u in others)])}"
    )
    return {**times, "label": f"{begins:%H:%M}–{ends:%H:%M}", "url": "" if wanted.inside else url}
