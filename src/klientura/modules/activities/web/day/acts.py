"""What one does on «My day» in place: put off, pick for the focus list, mark as important; each can be taken back."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from klientura.kernel.errors import BadRequest, NotFound
from klientura.kernel.history.take_back import take_back
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.store import read, write
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kernel.web.toasts import toast
from klientura.modules.activities.queries.day import source_of
from klientura.modules.activities.services import focus
from klientura.modules.activities.services.snoozing import offered


def _meant(object_key: str) -> Shape:
    """The kind of record of an address; only those of the day have these acts."""
    if source_of(object_key) is None:
        raise NotFound
    return shape_of(object_key)


def _renewed(event: str = "listChanged") -> HttpResponse:
    response = HttpResponse(status=204)
    response["HX-Trigger"] = f'{{"{event}": true}}'
    return response


def _changed(asked: Request, shape: Shape, record_id: int, values: dict[str, Any], said: str) -> HttpResponse:
    """Write, and offer to take it back where anything has changed."""
    before = read.get(asked.actor, shape, record_id, keys=["id"])
    version = write.update(asked.actor, shape, record_id, values)
    undo = f"/day/{shape.key}/{record_id}/undo?version={version}" if version != before["version"] else ""
    return toast(_renewed(), said, undo_url=undo)


@open_to(Door.SIGNED_IN)
@require_POST
def put_off(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """POST /day/{object}/{id}/put-off: `until` one of the ways that are offered."""
    asked, shape = of(request), _meant(object)
    ways = offered(timezone.localtime())
    until = ways.get(asked.POST.get("until", ""))
    if until is None or "snoozed_until" not in shape.fields:
        raise BadRequest(_("It is not clear until when this shall be put off."), code="until")
    said = _("Put off until {when}").format(when=_when(until))
    return _changed(asked, shape, record_id, {"snoozed_until": until.isoformat()}, said)


def _when(moment: dt.datetime) -> str:
    local = timezone.localtime(moment)
    clock = local.strftime("%H:%M")
    return clock if local.date() == timezone.localdate() else f"{date_format(local, _('j M'))}, {clock}"


@open_to(Door.SIGNED_IN)
@require_POST
def mark(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """POST /day/{object}/{id}/important: `on` 1 or 0."""
    asked, shape = of(request), _meant(object)
    if "important" not in shape.fields:
        raise NotFound
    on = asked.POST.get("on") == "1"
    said = _("Marked as important") if on else _("No longer important")
    return _changed(asked, shape, record_id, {"important": on}, said)


@open_to(Door.SIGNED_IN)
@require_POST
def pick(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """POST /day/{object}/{id}/focus: `on` 1 picks it for the focus list, 0 lets it go."""
    asked = of(request)
    focus.pick(asked.actor, _meant(object).key, record_id, wanted=asked.POST.get("on") == "1")
    return _renewed()


@open_to(Door.SIGNED_IN)
@require_POST
def order(request: HttpRequest) -> HttpResponse:
    """POST /day/focus: the order of the focus list, `item` (kind-number) by `item`."""
    found = []
    for text in request.POST.getlist("item")[: focus.MOST]:
        key, _dash, digits = text.partition("-")
        if (record_id := number(digits)) is not None:
            found.append((key, record_id))
    focus.arrange(of(request).actor, found)
    return _renewed()


@open_to(Door.SIGNED_IN)
@require_POST
def undo(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """POST /day/{object}/{id}/undo?version=…: take back one's own change."""
    take_back(of(request).actor, _meant(object), record_id, number(request.GET.get("version")) or 0)
    return toast(_renewed(), _("As it was"))
