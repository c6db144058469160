"""Calendars of other programs: the address by which they read this one, files taken in and given out."""

import datetime as dt
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone, translation
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods

from klientura.kernel.access.gate import require
from klientura.kernel.errors import NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.file_answers import made
from klientura.kernel.web.requests import Request, of
from klientura.kit.formats import format_date, format_datetime
from klientura.kit.ics.entries import BadCalendar, Calendar, Entry
from klientura.kit.ics.reading import read as read_calendar
from klientura.kit.ics.writing import write as write_calendar
from klientura.kit.recurrence.rules import parse
from klientura.kit.recurrence.words import describe
from klientura.modules.activities.services import exchange, feeds

BEHIND: Final = dt.timedelta(days=90)
"""So far back a feed reaches: programs keep what they have read."""
LARGEST: Final = 1_000_000
SHOWN: Final = 100


@open_to(Door.PUBLIC)
@require_GET
def feed(request: HttpRequest, token: str) -> HttpResponse:
    """GET /feeds/{token}.ics: the calendar of whose secret this is; any other address is not there."""
    actor = feeds.reader_of(token)
    if actor is None:
        raise NotFound
    with translation.override(actor.language), timezone.override(actor.time_zone):
        entries = exchange.calendar_of(actor, since=timezone.now() - BEHIND)
        text = write_calendar(entries, name=_("Klientura: {name}").format(name=actor.name))
    return _file(text, "calendar.ics", inline=True)


@open_to(Door.SIGNED_IN)
@require_GET
def one(request: HttpRequest, record_id: int) -> HttpResponse:
    """GET /calendar/event/{id}/ics: one event as a file."""
    entries = exchange.one(of(request).actor, record_id)
    return _file(write_calendar(entries), f"event-{record_id}.ics")


def _file(text: bytes, name: str, *, inline: bool = False) -> HttpResponse:
    response = made(text, "text/calendar; charset=utf-8", name, in_place=inline)
    response["Cache-Control"] = "private, no-store"
    response["X-Robots-Tag"] = "noindex"
    return response


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def subscription(request: HttpRequest) -> HttpResponse:
    """GET /calendar/feed: whether programs may read one's calendar. POST act=make|revoke."""
    asked = of(request)
    address = ""
    if request.method == "POST":
        if request.POST.get("act") == "revoke":
            feeds.revoke(asked.actor)
        else:
            address = request.build_absolute_uri(f"/feeds/{feeds.make(asked.actor)}.ics")
    known = feeds.feed_of(asked.actor)
    return show(
        asked, "activities/feed.html", address=address, exists=known is not None,
        read_at=format_datetime(timezone.localtime(known.read_at), lang()) if known and known.read_at else "",
    )  # fmt: skip


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def take_in(request: HttpRequest) -> HttpResponse:
    """GET /calendar/import: the choice of a file. POST: what it holds; then, with `text`, take it in."""
    asked = of(request)
    require(asked.actor, shape_of("event"), "create")
    if request.method == "GET":
        return _choice(asked)
    upload, text = request.FILES.get("file"), request.POST.get("text", "")
    raw = upload.read(LARGEST + 1) if upload else text.encode()
    if not raw:
        return _choice(asked, error=_("Choose a file."))
    if len(raw) > LARGEST:
        return _choice(asked, error=_("The file is too large: 1 MB at most."))
    try:
        found = read_calendar(raw, timezone.get_current_timezone_name())
    except BadCalendar:
        return _choice(asked, error=_("This is no calendar. Choose a file whose name ends in .ics."))
    if upload is None:
        taken = exchange.take_in(asked.actor, found.entries)
        return show(
            asked, "activities/import.html", active="calendar", main_width="text", taken=taken, said=_said(taken), bad=_bad(found),
            step="result",
        )  # fmt: skip
    return show(
        asked, "activities/import.html", active="calendar", main_width="text", step="preview", text=raw.decode("utf-8", "replace"), bad=_bad(found),
        entries=[_line(e) for e in found.entries[:SHOWN]], number=len(found.entries),
        more=max(0, len(found.entries) - SHOWN),
    )  # fmt: skip


def _choice(asked: Request, error: str = "") -> HttpResponse:
    control = {
        "type": "file", "name": "file", "label": _("Calendar file"), "accept": ".ics,text/calendar", "required": True, "error": error,
        "max_text": _("An .ics file of up to 1 MB, as Outlook, Google and phones export it"),
    }  # fmt: skip
    return show(
        asked, "activities/import.html", status=422 if error else 200, active="calendar", main_width="text", step="file", control=control
    )  # fmt: skip


def _bad(found: Calendar) -> list[dict[str, str]]:
    why = {
        "no_start": _("It does not say when it begins."),
        "broken": _("Its dates or its text are broken."),
        "rule": _("Its rule of repetition cannot be followed."),
    }
    return [{"name": b.name or _("Without a name"), "why": why[b.code]} for b in found.bad]


def _line(entry: Entry) -> dict[str, Any]:
    notes = {
        "zone": _("Its time zone is not known: your own holds."),
        "ends": _("Its end was wrong and was set anew."),
    }
    whole = format_date(entry.starts, lang())
    return {
        "name": entry.name or _("Without a name"),
        "when": whole if entry.all_day else format_datetime(entry.starts, lang()),
        "repeats": describe(parse(entry.recurrence), entry.starts, lang()) if entry.recurrence else "",
        "notes": [notes[n] for n in entry.notes],
    }


def _said(taken: exchange.Taken) -> list[str]:
    """What came of it, in words."""
    return [
        ngettext("{n} event was added", "{n} events were added", taken.created).format(n=taken.created),
        ngettext("{n} event was changed", "{n} events were changed", taken.changed).format(n=taken.changed),
        ngettext("{n} event was there already", "{n} events were there already", taken.unchanged).format(
            n=taken.unchanged
        ),
    ]
