"""The past of a record on its card: how it stood on a day, and one change put back."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from klientura.kernel.access.gate import readable, require
from klientura.kernel.errors import BadRequest, Denied, Invalid
from klientura.kernel.history.past import as_of, made_at, put_back
from klientura.kernel.history.read import History, titles_of_changes
from klientura.kernel.history.take_back import take_back
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.arranged import sections_of
from klientura.kernel.screens.card import fact
from klientura.kernel.screens.changes import changed_value
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kernel.web.toasts import toast
from klientura.kit.formats import format_date


@open_to(Door.SIGNED_IN)
@require_GET
def past(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """GET /{object}/{id}/past?on=2026-05-01: the fields as they stood at the end of that day; what differs is marked."""
    asked, shape = of(request), shape_of(object)
    row = read.get(asked.actor, shape, record_id)
    today = timezone.localdate()
    day = _day(request.GET.get("on", ""), today)
    moment = timezone.make_aware(dt.datetime.combine(day, dt.time.max))
    made = made_at(shape, record_id)
    there = made is None or made <= moment
    return show(
        request, "screens/past.html", active=shape.key, shape=shape, record_id=record_id, row=row,
        day=day.isoformat(), today=today.isoformat(), day_in_words=format_date(day, lang()),
        first=timezone.localtime(made).date().isoformat() if made else "", there=there,
        made=format_date(timezone.localtime(made).date(), lang()) if made else "",
        sections=_sections(asked, shape, row, moment) if there else [],
    )  # fmt: skip


def _day(text: str, today: dt.date) -> dt.date:
    if not text:
        return today
    try:
        day = dt.date.fromisoformat(text)
    except ValueError:
        raise BadRequest(_("This is not a date. Choose a day in the calendar."), code="date") from None
    return min(max(day, dt.date(1900, 1, 1)), today)


def _sections(asked: Request, shape: Shape, row: Row, moment: dt.datetime) -> list[dict[str, Any]]:
    """The facts by section, each as it was; `now` stands beside what has changed since."""
    then = as_of(asked.actor, shape, row["id"], moment)
    titles = titles_of_changes(asked.actor, list(then.values()))
    history = History([], None, titles)
    fields = readable(asked.actor, shape)
    made = []
    for section in sections_of(asked.actor, shape, row):
        facts = []
        for key in (k for k in section.fields if k in fields and fields[k].tracked):
            told = fact(asked, shape, row, fields[key], editable=False)
            if key in then:
                changed = then[key]
                told |= {
                    "now": told["value"],
                    "value": changed_value(asked, history, changed, changed.old, row),
                    "differs": True,
                }
            facts.append(told)
        if facts:
            made.append({"title": str(section.label), "facts": facts})
    return made


@open_to(Door.SIGNED_IN)
@require_POST
def revert(request: HttpRequest, object: str, record_id: int, change_id: int) -> HttpResponse:
    """POST /{object}/{id}/changes/{change}/back: put back what one change did, where it still stands."""
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "edit")
    try:
        done = put_back(asked.actor, shape, record_id, change_id)
    except Invalid as refused:
        raise Denied(" ".join(f"{_label(shape, e.field)}: {e.message}" for e in refused.errors)) from refused
    text = _("Put back: {fields}").format(fields=", ".join(f.heading for f in done.fields))
    if done.left:
        text += ". " + _("Left as changed since: {fields}").format(
            fields=", ".join(f.heading for f in done.left)
        )
    return toast(_renewed(), text, undo_url=f"/{shape.key}/{record_id}/changes/undo?version={done.version}")


def _label(shape: Shape, key: str) -> str:
    return shape.fields[key].heading if key in shape.fields else key


@open_to(Door.SIGNED_IN)
@require_POST
def undo_revert(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """POST /{object}/{id}/changes/undo?version=…: take back one's own putting back."""
    asked, shape = of(request), shape_of(object)
    take_back(asked.actor, shape, record_id, number(request.GET.get("version")) or 0)
    return toast(_renewed(), _("As it was"))


def _renewed() -> HttpResponse:
    """Have the page show the record and its history as they are now."""
    response = HttpResponse(status=200)
    response["HX-Reswap"] = "none"
    response["HX-Trigger"] = '{"historyChanged": true, "stageChanged": true}'
    return response
