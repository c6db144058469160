"""On a card: keep it at hand, follow it, and note that it was opened."""

from django.http import HttpRequest, HttpResponse
from django.views.decorators.http import require_POST

from klientura.kernel.notify import favourites, following, reading
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.context import show
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of


@open_to(Door.SIGNED_IN)
@require_POST
def favourite(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """POST /{object}/{id}/favourite with on=1 or on=0: keep a record at hand, or no more."""
    asked, shape = of(request), shape_of(object)
    favourites.keep(asked.actor, shape, record_id, wanted=request.POST.get("on") == "1")
    return _buttons(asked, shape, record_id)


@open_to(Door.SIGNED_IN)
@require_POST
def follow(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """POST /{object}/{id}/follow with on=1 or on=0: hear of a record, or no more."""
    asked, shape = of(request), shape_of(object)
    following.follow(asked.actor, shape, record_id, wanted=request.POST.get("on") == "1")
    return _buttons(asked, shape, record_id)


def _buttons(asked: Request, shape: Shape, record_id: int) -> HttpResponse:
    found = following.attention(asked.actor, shape, record_id)
    return show(asked, "notify/attention_made.html", shape=shape, record_id=record_id, attention=found)


@open_to(Door.SIGNED_IN)
@require_POST
def opened(request: HttpRequest, object: str, record_id: int) -> HttpResponse:
    """POST /{object}/{id}/opened: the card stands before the reader's eyes, so what tells of it is read."""
    asked, shape = of(request), shape_of(object)
    favourites.opened(asked.actor, shape, record_id)
    response = HttpResponse(status=204)
    if reading.mark_about(asked.actor, shape, record_id):
        response["HX-Trigger"] = "notified"
    return response
