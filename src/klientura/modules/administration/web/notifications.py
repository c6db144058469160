"""How one wishes to be told: each kind in the product and by e-mail, hours of quiet, the time of the digest."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.notify import mail, wishes
from klientura.kernel.notify.kinds import KINDS
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.modules.administration.web.frame import filled, settings_page

HOURS = ("quiet_from", "quiet_until", "digest_at")


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
        }
        for key in KINDS
    }
    try:
        wishes.change(actor, {"kinds": kinds, **{k: request.POST.get(k, "") for k in HOURS}})
    except Invalid as refused:
        return _page(request, refused.errors)
    return HttpResponseRedirect("/me/notifications?saved=1")


def _page(request: HttpRequest, errors: tuple[FieldError, ...] = (), *, saved: bool = False) -> HttpResponse:
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
        product, letters = wished.kinds[key]
        if typed is not None:
            product, letters = typed.get(f"product-{key}") == "1", typed.get(f"mail-{key}", "")
        kinds.append(
            {
                "key": key,
                "label": str(kind.label),
                "icon": kind.icon,
                "product": product,
                "mail": letters,
                "ways": ways,
            }
        )
    stored = {
        key: value.strftime("%H:%M") if (value := getattr(wished, key)) is not None else "" for key in HOURS
    }
    hours: list[dict[str, Any]] = [
        {"type": "time", "name": "digest_at", "label": _("Digest at"), "hint": _("One letter a day with all that waits for it.")},
        {"type": "time", "name": "quiet_from", "label": _("Quiet from"), "optional": True},
        {"type": "time", "name": "quiet_until", "label": _("Quiet until"), "optional": True,
         "hint": _("In these hours no letter is sent; it comes afterwards.")},
    ]  # fmt: skip
    row = mail.server()
    return settings_page(
        request, "my-notifications", "notifications", status=422 if errors else 200, kinds=kinds, saved=saved,
        hours=filled(hours, stored if typed is None else typed, errors), mailing=row is not None and row.active,
        email=actor.email, zone=actor.time_zone,
        wrong=[str(e.message) for e in errors if e.field.startswith("kinds")],
    )  # fmt: skip
