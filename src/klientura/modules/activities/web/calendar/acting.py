"""An event in the calendar: looked at, changed, moved, taken away; of a series one occurrence, what follows, or all."""

import datetime as dt
from collections.abc import Mapping
from typing import Any, Final
from urllib.parse import urlencode

from django.db import transaction
from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.access.gate import readable, writable
from klientura.kernel.errors import BadRequest, Conflict, Invalid, NotFound, Text
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens import inputs
from klientura.kernel.screens.cells import cell
from klientura.kernel.screens.conflicts import seen_version
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of
from klientura.kernel.web.requests import number as number_of
from klientura.kernel.web.toasts import refused
from klientura.kit.formats import format_date
from klientura.kit.recurrence.rules import BadRule, parse, stamp
from klientura.kit.recurrence.words import describe
from klientura.modules.activities.errors import Moved
from klientura.modules.activities.rules import recurrence_of, span_at, start_of
from klientura.modules.activities.services import guests, invitations, occurrences
from klientura.modules.activities.services.occurrences import WHICH, Place, Which
from klientura.modules.activities.web.calendar.answers import done
from klientura.modules.activities.web.calendar.clashing import word_after
from klientura.modules.activities.web.participants import participants

FIELDS: Final = ("name", "starts_at", "ends_at", "all_day", "kind", "place", "attendees", "guest_addresses")
TIMES: Final = ("starts_at", "ends_at")
TOLD: Final = ("place", "party", "description", "result")
VERBS: Final = {
    "accept": invitations.accept, "perhaps": invitations.perhaps, "decline": invitations.decline,
    "invite": guests.invite, "hold": invitations.hold, "cancel": invitations.cancel, "again": invitations.plan_again,
}  # fmt: skip
FIRST: Final = dt.datetime(1000, 1, 1)
LAST: Final = dt.datetime(9000, 1, 1)
BY_ITSELF: Final = frozenset({"hold", "cancel"})


@open_to(Door.SIGNED_IN)
@require_GET
def event(request: HttpRequest, record_id: int) -> HttpResponse:
    """GET /calendar/event/{id}?at=: what it is, and what may be done with it here."""
    asked = of(request)
    row, place = _meant(asked, record_id)
    shape = shape_of("event")
    fields = readable(asked.actor, shape)
    told = [
        {
            "label": fields[k].heading,
            "value": cell(fields[k], row[k], row, lang(), company_currency=asked.installation.currency),
        }
        for k in TOLD
        if k in fields and row[k] not in (None, [], "")
    ]
    verbs = read.verbs_on(asked.actor, shape, record_id, ("edit", "delete"))
    actions = [
        {"label": str(a.label), "icon": a.icon, "url": _url(place, f"do/{a.key}")}
        for a in shape.spec.actions
        if a.key in VERBS and a.fits and (a.fits(asked.actor, row)) and ("edit" in verbs or a.needs == "read")
    ]
    return show(
        asked, "activities/event_dialog.html", row=row, told=told, when=_when(row), repeats=_words(row, place),
        participants=participants(asked, row),
        actions=actions, card_url=f"/event/{record_id}", change_url=_url(place, "change") if "edit" in verbs else "",
        free_url=f"/calendar/free?event={record_id}" if "edit" in verbs and place.at is None else "",
        remind_url=f"/calendar/remind/event/{record_id}",
        remove_url=_url(place, "remove") if "delete" in verbs else "", series=place.at is not None,
    )  # fmt: skip


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def change(request: HttpRequest, record_id: int) -> HttpResponse:
    """GET /calendar/event/{id}/change?at=: the short form. POST: change it; `which` says how much of a series."""
    asked = of(request)
    row, place = _meant(asked, record_id)
    read.require_on(asked.actor, shape_of("event"), record_id, "edit")
    if request.method == "GET":
        return _form(asked, row, place, typed=inputs.values_from(asked.GET, _fields(asked)))
    values = inputs.values_from(asked.POST, _fields(asked))
    which = _which(asked, place)
    if which is None:
        return _form(asked, row, place, typed=values, status=200)
    seen = seen_version(asked, row)
    try:
        number, operation = occurrences.change_as_one(
            asked.actor, place, which, values, expected_version=seen
        )
    except Invalid as refused:
        return _form(asked, row, place, typed=values, errors={e.field: e.message for e in refused.errors})
    except (Conflict, Moved):
        return _form(asked, row, place, typed=values, errors={"": Moved.default_message})
    back, clash = (
        f"/operations/{operation}/undo",
        word_after(asked.actor, row, values, number, alone=which == "one"),
    )
    if place.at is not None and which == "one":
        own = read.get(asked.actor, shape_of("event"), number)
        moved = _when(own) != _when(row)
        if all(own.get(k) == row[k] for k in FIELDS if k not in {*TIMES, "all_day"}):  # times only
            back = f"/calendar/event/{number}/back?version={own['version']}"
        said = (
            _("Only this one was moved: it was {before}, now it is {after}")
            if moved
            else _("Only this one was changed: {before}")
        )
        return done(said.format(before=_when(row), after=_when(own)) + clash, undo_url=back)
    if place.at is None:
        now = read.get(asked.actor, shape_of("event"), number, keys=["version"])["version"]
        back = f"/event/{number}/reschedule/back?version={now}" if now != row["version"] else ""
    return done(_("Changed: {title}").format(title=row["title"]) + clash, undo_url=back)


@open_to(Door.SIGNED_IN)
@require_POST
def back_again(request: HttpRequest, record_id: int) -> HttpResponse:
    """POST /calendar/event/{id}/back?version=: an occurrence that was moved is where its series has it."""
    asked = of(request)
    read.require_on(asked.actor, shape_of("event"), record_id, "edit")
    occurrences.back_to_its_time(
        asked.actor, record_id, expected_version=number_of(asked.GET.get("version")) or 0
    )
    return done(_("The time is as it was"))


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def remove(request: HttpRequest, record_id: int) -> HttpResponse:
    """GET /calendar/event/{id}/remove?at=: how much of a series goes. POST: to the trash with it."""
    asked = of(request)
    row, place = _meant(asked, record_id)
    which = _which(asked, place)
    if request.method == "GET" or which is None:
        return show(asked, "activities/event_remove.html", row=row, action=_url(place, "remove"), which=_choices(), version=row["version"],
                    series=place.at is not None)  # fmt: skip
    told = any(not g["error"] for g in guests.guests_of(record_id))
    done_by = occurrences.remove(
        asked.actor, place, which, expected_version=seen_version(asked, row) if place.at else None
    )
    texts = {
        "one": _("Only this one was removed: {when}"),
        "following": _("Removed from {when} on: {title}"),
        "all": _("The whole series was removed: {title}"),
    }
    text = texts[which] if place.at is not None else _("Removed: {title}")
    said = text.format(title=row["title"], when=_when(row))
    if told:
        said += ". " + _("Guests are told by letter; taken back, they are written to again.")
    return done(said, undo_url=f"/operations/{done_by}/undo")


@open_to(Door.SIGNED_IN)
@require_POST
def act(request: HttpRequest, record_id: int, verb: str) -> HttpResponse:
    """POST /calendar/event/{id}/do/{verb}?at=: an answer, or that it was held; an occurrence is held by itself."""
    asked = of(request)
    row, place = _meant(asked, record_id)
    if verb not in VERBS:
        raise NotFound
    try:
        with transaction.atomic():  # what is refused leaves the series as it was
            number = occurrences.by_itself(asked.actor, place) if verb in BY_ITSELF else record_id
            VERBS[verb](asked.actor, number)
    except Invalid as wrong:
        return refused(wrong.errors)
    if verb != "cancel":
        return done(_("Done"))
    back = f"/calendar/event/{number}/do/again"
    if place.at is None:
        return done(_("Called off: {when}").format(when=_when(row)), undo_url=back)
    return done(_("Only this one was called off: {when}").format(when=_when(row)), undo_url=back)


def _meant(asked: Request, record_id: int) -> tuple[Row, Place]:
    """The event, with the times of the occurrence that the address names."""
    shape = shape_of("event")
    row = {
        **dict.fromkeys(shape.fields),
        **read.get(asked.actor, shape, record_id),
    }  # hidden fields are empty
    recurrence = recurrence_of(row)
    text = asked.GET.get("at", "")
    if not text or recurrence is None:
        return row, Place(record_id)
    try:
        at = parse(f"RDATE:{text}").extra[0]
    except (BadRule, IndexError):
        raise BadRequest(occurrences.NOT_ONE, code="occurrence") from None
    if not FIRST <= at < LAST:
        raise NotFound(occurrences.NOT_ONE)
    if any(row[k] is None for k in ("starts_at", "ends_at", "zone")):
        return row, Place(record_id, at)
    return row | span_at(row, at), Place(record_id, at)


def _url(place: Place, verb: str) -> str:
    at = f"?{urlencode({'at': stamp(place.at)})}" if place.at else ""
    return f"/calendar/event/{place.event_id}/{verb}{at}"


def _which(asked: Request, place: Place) -> Which | None:
    """How much of a series is meant; None: to be asked. Of what does not repeat there is one."""
    said = asked.POST.get("which", "")
    if place.at is None:
        return "all"
    return next((w for w in WHICH if w == said), None)


def _choices() -> list[dict[str, str]]:
    return [
        {"value": "one", "label": pgettext("series", "This one only")},
        {"value": "following", "label": pgettext("series", "This and all that follow")},
        {"value": "all", "label": pgettext("series", "The whole series")},
    ]


def _fields(asked: Request) -> dict[str, Any]:
    shape = shape_of("event")
    fields = readable(asked.actor, shape)
    return {k: fields[k] for k in FIELDS if k in fields and writable(asked.actor, shape, k)}


def _form(
    asked: Request,
    row: Row,
    place: Place,
    *,
    typed: Mapping[str, Any] | None = None,
    errors: Mapping[str, Text] | None = None,
    status: int = 422,
) -> HttpResponse:
    """The short form; after a drop on a series it only asks how much of it is meant."""
    said, wrong = typed or {}, errors or {}
    controls = [
        {
            **inputs.control(f, row.get(k), lang(), company_currency=asked.installation.currency, row=row, raw=said.get(k),
                             error=str(wrong.get(k, ""))),
            "id": f"d-{k}",
        }
        for k, f in _fields(asked).items()
    ]  # fmt: skip
    response = show(
        asked, "activities/event_form.html", status=status if errors else 200, shape=shape_of("event"),
        row=row, controls=controls, action=_url(place, "change"),
        version=row["version"] if not errors or "" not in errors else asked.POST.get("version", row["version"]), which=_choices() if place.at else [],
        chosen=asked.POST.get("which", "one"), errors=[str(m) for k, m in wrong.items() if k not in _fields(asked)],
        full_url=f"/event/{place.event_id}/edit",
    )  # fmt: skip
    if asked.method == "POST":
        response["HX-Retarget"], response["HX-Reswap"] = "#dialog-body", "innerHTML"
    return response


def _when(row: Row) -> str:
    if row["starts_at"] is None or row["ends_at"] is None:
        return ""
    if row["all_day"] and row["first_day"] and row["last_day"]:
        first, last = format_date(row["first_day"], lang()), format_date(row["last_day"], lang())
        return first if first == last else f"{first} – {last}"
    begins, ends = (_local(row[k]) for k in TIMES)
    day = format_date(begins, lang())
    if begins.date() == ends.date():
        return f"{day}, {begins:%H:%M}–{ends:%H:%M}"
    return f"{day} {begins:%H:%M} – {format_date(ends, lang())} {ends:%H:%M}"


def _local(at: dt.datetime) -> dt.datetime:
    return timezone.localtime(at)


def _words(row: Row, place: Place) -> str:
    recurrence = recurrence_of(row)
    if recurrence is None:
        return ""
    start = place.at or (start_of(row) if row["starts_at"] else None)
    return describe(recurrence, start, lang())
