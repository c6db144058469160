"""One's devices: how to connect one, its password shown once, whose clients stand in its address book."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_http_methods, require_POST

from klientura.connectors.dav.books import BOOKS
from klientura.connectors.dav.models import WHOSE, DavCollection
from klientura.kernel.access.actor import Actor
from klientura.kernel.access.models import ApiToken
from klientura.kernel.errors import BadRequest, FieldError, Invalid
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.kit.formats import format_date
from klientura.modules.administration.services.tokens import make_device_password, revoke_token


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def devices(request: HttpRequest) -> HttpResponse:
    """GET /me/devices: what to type into a phone, and the devices connected. POST: make a password and show it, this once."""
    actor = of(request).actor
    made, errors = "", tuple[FieldError, ...]()
    if request.method == "POST":
        try:
            made = make_device_password(actor, request.POST)
        except Invalid as refused:
            errors = refused.errors
    answer = show(
        request, "dav/devices.html", status=422 if errors else 200, active="settings", main_width="text", made=made, email=actor.email,
        server=request.get_host(), address=request.build_absolute_uri("/dav/"), secure=request.is_secure(),
        name=request.POST.get("name", "") if errors else "", error=str(errors[0].message) if errors else "",
        devices=_devices(actor), books=_books(actor), saved=request.GET.get("saved") == "1",
    )  # fmt: skip
    answer["Cache-Control"] = "no-store"  # a password may stand on it
    return answer


@open_to(Door.SIGNED_IN)
@require_POST
def choose(request: HttpRequest) -> HttpResponse:
    """POST /me/devices/choose: whose records stand in which address book."""
    actor = of(request).actor
    for book in BOOKS.values():
        wish = request.POST.get(book.key)
        if wish is None or not book.choosable:
            continue
        if wish not in WHOSE:
            raise BadRequest(_("Choose one of the options."), code="whose")
        DavCollection.objects.update_or_create(
            user_id=actor.user_id or 0, collection=book.key, defaults={"whose": wish}
        )
    return HttpResponseRedirect("/me/devices?saved=1")


@open_to(Door.SIGNED_IN)
@require_POST
def disconnect(request: HttpRequest, token_id: int) -> HttpResponse:
    """POST /me/devices/{id}/disconnect: the password of a device opens nothing any more."""
    revoke_token(of(request).actor, token_id)
    return HttpResponseRedirect("/me/devices")


def _devices(actor: Actor) -> list[dict[str, Any]]:
    mine = ApiToken.objects.filter(user_id=actor.user_id or 0, purpose=ApiToken.DEVICE, revoked_at=None)
    return [
        {
            "id": d.pk,
            "name": d.name,
            "made": format_date(timezone.localtime(d.created_at).date(), lang()),
            "used": format_date(timezone.localtime(d.last_used_at).date(), lang()) if d.last_used_at else _("never"),
        }
        for d in mine.order_by("-pk")
    ]  # fmt: skip


def _books(actor: Actor) -> list[dict[str, Any]]:
    wishes = dict(DavCollection.objects.filter(user_id=actor.user_id or 0).values_list("collection", "whose"))
    options = [
        {"value": "mine", "label": pgettext("whose", "Mine")},
        {"value": "team", "label": pgettext("whose", "My team's")},
        {"value": "all", "label": pgettext("whose", "All that I see")},
    ]
    return [
        {"key": book.key, "label": str(book.label), "value": wishes.get(book.key, "mine"), "options": options}
        for book in BOOKS.values()
        if book.choosable
    ]
