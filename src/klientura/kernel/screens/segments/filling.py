"""Filling lists: with selected records, with all that a list shows, with a pasted list of numbers and addresses."""

import json

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST

from klientura.kernel.access.gate import require
from klientura.kernel.errors import BadRequest, Denied, Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.context import show
from klientura.kernel.screens.listing import selection_of
from klientura.kernel.screens.segments.page import go
from klientura.kernel.segments import keeping, members, pasting, reading
from klientura.kernel.segments.members import Filled
from klientura.kernel.segments.models import Segment
from klientura.kernel.store import bulk
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kernel.web.toasts import toast

UNKNOWN_SHOWN = 200


def _lists(asked: Request, shape: Shape) -> list[Segment]:
    return [s for s in reading.of_object(asked.actor, shape) if reading.may_fill(asked.actor, s)]


@open_to(Door.SIGNED_IN)
@require_POST
def dialog(request: HttpRequest, object: str) -> HttpResponse:
    """POST /{object}/segments/fill: the dialog that asks into which list the selected records go."""
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "read")
    if not reading.may_work(asked.actor, shape):
        raise Denied
    return _dialog(asked, shape)


def _dialog(asked: Request, shape: Shape, refused: Invalid | None = None) -> HttpResponse:
    selection = selection_of(asked, asked, shape)
    errors = {e.field: str(e.message) for e in refused.errors} if refused else {}
    lists = [s for s in _lists(asked, shape) if s.object == shape.key]
    return show(
        asked,
        "segments/fill.html",
        status=refused.status if refused else 200,
        shape=shape,
        number=len(bulk.select_ids(asked.actor, shape, selection, "read")),
        lists=[{"value": s.pk, "label": s.name} for s in lists],
        given={k: asked.POST.get(k, "") for k in ("segment", "name", "how")},
        ids=asked.POST.getlist("ids"),
        all_matching=asked.POST.get("all_matching", ""),
        sealed=asked.POST.get("list", ""),
        errors=errors,
    )


@open_to(Door.SIGNED_IN)
@require_POST
def put(request: HttpRequest, object: str) -> HttpResponse:
    """POST /{object}/segments/put: put the selected records into a list, or take them out; the toast offers Undo."""
    asked, shape = of(request), shape_of(object)
    require(asked.actor, shape, "read")
    selection = selection_of(request, asked, shape)
    chosen, taking = request.POST.get("segment", ""), request.POST.get("how") == "remove"
    if not chosen:
        if taking:
            raise BadRequest(_("Choose the list from which to take them."), code="segment")
        try:
            target = keeping.create(asked.actor, shape, name=request.POST.get("name"), kind="static")
        except Invalid as refused:
            return _dialog(asked, shape, refused)
    else:
        target = reading.one(asked.actor, number(chosen) or 0)
        if target.object != shape.key:
            raise BadRequest(_("This list holds records of another kind."), code="segment")
    done = (members.remove if taking else members.add)(asked.actor, target.pk, selection)
    return _done(target, done, taking=taking)


def _done(target: Segment, done: Filled, *, taking: bool) -> HttpResponse:
    if taking:
        text = ngettext(
            "%(count)s record taken out of “%(name)s”",
            "%(count)s records taken out of “%(name)s”",
            done.changed,
        )
    else:
        text = ngettext(
            "%(count)s record put into “%(name)s”", "%(count)s records put into “%(name)s”", done.changed
        )
    text %= {"count": done.changed, "name": target.name}
    if same := done.chosen - done.changed:
        text += ". " + (
            ngettext("%(count)s was not in it", "%(count)s were not in it", same)
            if taking
            else ngettext("%(count)s was in it already", "%(count)s were in it already", same)
        ) % {"count": same}
    response = HttpResponse(status=200)
    response["HX-Reswap"] = "none"
    response["HX-Trigger"] = json.dumps({"closeDialog": True, "segmentsChanged": True, "listChanged": True})
    return toast(response, text, undo_url=f"/operations/{done.operation_id}/undo" if done.changed else "")


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def paste(request: HttpRequest, segment_id: int) -> HttpResponse:
    """GET, POST /segments/{id}/paste: fill a list by tax numbers, e-mails, phones or numbers; what was not found is told."""
    asked = of(request)
    target = reading.one(asked.actor, segment_id)
    if not reading.may_fill(asked.actor, target):
        raise Denied
    shape = shape_of(target.object)
    if request.method == "GET":
        return show(request, "segments/paste.html", segment=target, shape=shape, text="", result=None)
    text = request.POST.get("entries", "")
    found = pasting.recognise(asked.actor, shape, text)
    if not found.ids:
        return show(
            request, "segments/paste.html", status=422, segment=target, shape=shape, text=text,
            result={"none": True},
        )  # fmt: skip
    done = members.add(asked.actor, target.pk, bulk.Selection(ids=tuple(found.ids)))
    if not found.unknown:
        return go(f"/segments/{target.pk}")
    result = {
        "added": done.changed, "found": done.chosen, "unknown": found.unknown[:UNKNOWN_SHOWN],
        "more": max(0, len(found.unknown) - UNKNOWN_SHOWN), "undo_url": f"/operations/{done.operation_id}/undo",
    }  # fmt: skip
    return show(request, "segments/paste.html", segment=target, shape=shape, text="", result=result)
