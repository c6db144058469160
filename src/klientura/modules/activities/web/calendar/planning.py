"""Finding an hour when everybody is free, and choosing when to be reminded."""

import datetime as dt
from itertools import groupby
from operator import itemgetter
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from klientura.kernel.access.models import User
from klientura.kernel.errors import BadRequest, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.settings.working import working_time
from klientura.kernel.store import read
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kit.formats import format_date
from klientura.modules.activities.queries.free_time import free_slots
from klientura.modules.activities.services import reminders
from klientura.modules.activities.web.calendar.answers import done
from klientura.modules.activities.web.calendar.state import MOST_PEOPLE

LENGTHS: Final = (15, 30, 45, 60, 90, 120, 180, 240)


@open_to(Door.SIGNED_IN)
@require_GET
def free(request: HttpRequest) -> HttpResponse:
    """GET /calendar/free?user=&minutes=&from=&event=: the first hours when all of them are free."""
    asked = of(request)
    users = [n for text in asked.GET.getlist("user")[:MOST_PEOPLE] if (n := number(text)) is not None]
    moved = number(asked.GET.get("event"))
    row = read.get(asked.actor, shape_of("event"), moved) if moved is not None else None
    if row is not None and not users:
        owner = row.get("owner")
        users = [*([owner.id] if owner else []), *(each.id for each in row.get("attendees") or ())]
    users = users or [asked.actor.user_id or 0]
    names = dict(User.objects.filter(pk__in=users, is_active=True).values_list("pk", "name"))
    usual = (
        int((row["ends_at"] - row["starts_at"]).total_seconds() // 60)
        if row is not None and not row.get("all_day") and row.get("starts_at") and row.get("ends_at")
        else 60
    )
    minutes = number(asked.GET.get("minutes")) or usual
    if not 1 <= minutes <= 24 * 60:
        raise BadRequest(_("It is not clear how long it shall last."), code="minutes")
    begins = _from(asked.GET.get("from", ""))
    slots = free_slots(
        asked.actor, list(names), dt.timedelta(minutes=minutes), working_time(), after=max(begins, timezone.now()), besides=moved
    )  # fmt: skip
    return show(
        asked, "activities/free.html", slots=_by_days([_slot(asked, s, list(names), moved) for s in slots]), moved=moved or "",
        people={"type": "picks", "name": "user", "id": "d-user", "label": _("Colleagues"), "url": "/search/users",
                "chosen": [{"value": pk, "label": name, "hue": "gray"} for pk, name in names.items()]},
        lengths={"type": "select", "name": "minutes", "id": "d-minutes", "label": _("How long it lasts"), "required": True, "value": minutes,
                 "options": [{"value": n, "label": _length(n)} for n in sorted({*LENGTHS, minutes})]},
        since={"type": "date", "name": "from", "id": "d-from", "label": _("Not before"), "value": timezone.localtime(begins).date().isoformat()},
    )  # fmt: skip


def _from(text: str) -> dt.datetime:
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        return timezone.now()
    return timezone.make_aware(
        dt.datetime.combine(min(max(day, dt.date(2000, 1, 1)), dt.date(2190, 1, 1)), dt.time())
    )


def _length(minutes: int) -> str:
    if minutes % 60:
        return ngettext("{n} minute", "{n} minutes", minutes).format(n=minutes)
    return ngettext("{n} hour", "{n} hours", minutes // 60).format(n=minutes // 60)


def _by_days(slots: list[dict[str, Any]]) -> list[list[dict[str, Any]]]:
    """The slots of each day together, in their order."""
    return [list(of_day) for _day, of_day in groupby(slots, key=itemgetter("day"))]


def _slot(
    asked: Request, span: tuple[dt.datetime, dt.datetime], users: list[int], moved: int | None
) -> dict[str, Any]:
    begins, ends = span
    times = {"starts_at": f"{begins:%Y-%m-%dT%H:%M}", "ends_at": f"{ends:%Y-%m-%dT%H:%M}"}
    others = [u for u in users if u != asked.actor.user_id]
    url = (
        f"/calendar/event/{moved}/change?{urlencode(times)}"
        if moved is not None
        else f"/event/new?{urlencode([('dialog', 1), ('stay', 1), *times.items(), *(('attendees', u) for u in others)])}"
    )
    return {"day": format_date(begins.date(), lang()), "label": f"{begins:%H:%M}–{ends:%H:%M}", "url": url}


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def remind(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """GET /calendar/remind/{object}/{id}: when one is reminded of it. POST: set that, for oneself alone."""
    asked = of(request)
    if object not in reminders.REMINDED:
        raise NotFound
    row = read.get(asked.actor, shape_of(object), record_id, keys=["title"])
    if request.method == "POST":
        minutes = {n for text in asked.POST.getlist("minutes") if (n := number(text)) is not None}
        reminders.choose(asked.actor, object, record_id, minutes)
        return done(_("Reminders are set"))
    control = {
        "type": "options", "name": "minutes", "id": "d-minutes", "label": _("Remind me"), "value": reminders.chosen(asked.actor, object, record_id),
        "options": [{"value": n, "label": _before(n)} for n in reminders.CHOICES],
    }  # fmt: skip
    return show(
        asked,
        "activities/remind.html",
        row=row,
        control=control,
        action=f"/calendar/remind/{object}/{record_id}",
    )


def _before(minutes: int) -> str:
    if not minutes:
        return _("when it begins")
    for size, text in ((10080, ngettext("{n} week before", "{n} weeks before", minutes // 10080)),
                       (1440, ngettext("{n} day before", "{n} days before", minutes // 1440)),
                       (60, ngettext("{n} hour before", "{n} hours before", minutes // 60))):  # fmt: skip
        if minutes >= size and minutes % size == 0:
            return text.format(n=minutes // size)
    return ngettext("{n} minute before", "{n} minutes before", minutes).format(n=minutes)
