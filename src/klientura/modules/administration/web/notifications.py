"""How one wishes to be told: each kind in the product, by e-mail and on devices, hours of quiet, the time of the digest; and
the devices that take notifications."""

import hashlib
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.dates import WEEKDAYS
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy as _l
from django.views.decorators.http import require_http_methods, require_POST

from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.notify import devices, mail, wishes
from klientura.kernel.notify.kinds import KINDS
from klientura.kernel.screens.language import lang
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.kit.formats import format_datetime
from klientura.modules.administration.web.frame import filled, settings_page

HOURS = ("quiet_from", "quiet_until", "digest_at")


TOLD = {
    "on": _l("Notifications come to this device now."),
    "tested": _l(
        "A test notification was sent. If it does not show, look into the settings of the browser and of the system."
    ),
    "off": _l("Nothing is sent to that device any more."),
}


@open_to(Door.SIGNED_IN)
@require_POST
def add_device(request: HttpRequest) -> HttpResponse:
    """POST /me/notifications/devices: have notifications come to the browser that sends its address and keys."""
    given = request.POST
    made = devices.add(
        of(request).actor, endpoint=given.get("endpoint", ""), p256dh=given.get("p256dh", ""), auth=given.get("auth", ""),
        browser=request.headers.get("User-Agent", "")[:500], site=f"{request.scheme}://{request.get_host()}",
        session_key=request.session.session_key,
    )  # fmt: skip
    request.session[devices.IN_SESSION] = made.pk
    return HttpResponse(status=204)


@open_to(Door.SIGNED_IN)
@require_POST
def test_device(request: HttpRequest, device_id: int) -> HttpResponse:
    """POST /me/notifications/devices/{id}/test: send it a notification."""
    from klientura.kernel.notify.pushing import send_test  # what seals messages is not needed to show a page

    if failed := send_test(devices.device_of(of(request).actor, device_id)):
        return _page(request, trouble=failed)
    return HttpResponseRedirect("/me/notifications?told=tested#devices")


@open_to(Door.SIGNED_IN)
@require_POST
def remove_device(request: HttpRequest, device_id: int) -> HttpResponse:
    """POST /me/notifications/devices/{id}/remove: send it nothing any more."""
    devices.remove(of(request).actor, device_id)
    return HttpResponseRedirect("/me/notifications?told=off#devices")


def _devices(request: HttpRequest) -> list[dict[str, Any]]:
    """The reader's devices. A browser knows itself among them by the digest of its address."""
    return [
        {
            "id": each.pk,
            "name": each.name or _("A browser"),
            "digest": hashlib.sha256(each.endpoint.encode()).hexdigest(),
            "made": format_datetime(timezone.localtime(each.made_at), lang()),
            "used": format_datetime(timezone.localtime(each.used_at), lang()) if each.used_at else "",
            "error": each.error,
        }
        for each in devices.devices_of(of(request).actor)
    ]


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def notifications(request: HttpRequest) -> HttpResponse:
    """GET /me/notifications: what one is told, and how. POST: save it."""
    actor = of(request).actor
    if request.method == "GET":
        return _page(request, saved=request.GET.get("saved") == "1")
    kinds = {
        key: {
            "product": request.POST.get(f"product-{key}") == "1",
            "mail": request.POST.get(f"mail-{key}", ""),
            "push": request.POST.get(f"push-{key}") == "1",
        }
        for key in KINDS
    }
    try:
        wishes.change(actor, {"kinds": kinds, **{k: request.POST.get(k, "") for k in (*HOURS, "digest_day")}})
    except Invalid as refused:
        return _page(request, refused.errors)
    return HttpResponseRedirect("/me/notifications?saved=1")


def _page(
    request: HttpRequest, errors: tuple[FieldError, ...] = (), *, saved: bool = False, trouble: str = ""
) -> HttpResponse:
    from klientura.kernel.notify.pushing import (
        public_key,
    )  # what seals messages is not needed to show other pages

    actor = of(request).actor
    wished = wishes.wishes_of(actor)
    typed = request.POST if errors else None
    ways = [
        {"value": "", "label": _("No letter")},
        {"value": "now", "label": _("A letter at once")},
        {"value": "digest", "label": _("In the digest")},
    ]
    kinds: list[dict[str, Any]] = []
    for key, kind in KINDS.items():
        product, letters, push = wished.kinds[key]
        if typed is not None:
            product, letters = typed.get(f"product-{key}") == "1", typed.get(f"mail-{key}", "")
            push = typed.get(f"push-{key}") == "1"
        kinds.append(
            {
                "key": key,
                "label": str(kind.label),
                "icon": kind.icon,
                "product": product,
                "mail": letters,
                "push": push,
                "ways": ways,
            }
        )
    stored = {
        key: value.strftime("%H:%M") if (value := getattr(wished, key)) is not None else "" for key in HOURS
    }
    stored["digest_day"] = "" if wished.digest_day is None else str(wished.digest_day)
    days = [{"value": str(n), "label": str(name)} for n, name in WEEKDAYS.items()]
    hours: list[dict[str, Any]] = [
        {"type": "select", "name": "digest_day", "label": _("Digest on"), "empty": _("every day"), "options": days},
        {"type": "time", "name": "digest_at", "label": _("Digest at"), "hint": _("One letter with all that waits for it.")},
        {"type": "time", "name": "quiet_from", "label": _("Quiet from"), "optional": True},
        {"type": "time", "name": "quiet_until", "label": _("Quiet until"), "optional": True,
         "hint": _("In these hours nothing comes by e-mail or to devices; it comes afterwards.")},
    ]  # fmt: skip
    row = mail.server()
    told = TOLD.get(request.GET.get("told", "")) if request.method == "GET" else None
    return settings_page(
        request, "my-notifications", "notifications", status=422 if errors or trouble else 200, devices=_devices(request),
        push_key=public_key(), told=str(told or ""), trouble=trouble, kinds=kinds, saved=saved,
        hours=filled(hours, stored if typed is None else typed, errors), mailing=row is not None and row.active,
        email=actor.email, zone=actor.time_zone,
        wrong=[str(e.message) for e in errors if e.field.startswith("kinds")],
    )  # fmt: skip
