"""API tokens: one's own, and for the administrator everybody's."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from klientura.kernel.access.models import ApiToken
from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.screens.language import lang
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.kit.formats import format_date
from klientura.modules.administration.services.tokens import LIFETIMES, make_token, revoke_token
from klientura.modules.administration.web.frame import filled, settings_page


def _rows(tokens: Any) -> list[dict[str, Any]]:
    now = timezone.now()
    return [
        {
            "id": t.pk,
            "name": t.name,
            "user": t.user.name,
            "device": t.purpose == ApiToken.DEVICE,
            "prefix": t.prefix,
            "created": format_date(timezone.localtime(t.created_at).date(), lang()),
            "ends": format_date(timezone.localtime(t.expires_at).date(), lang())
            if t.expires_at
            else _("no end"),
            "used": format_date(timezone.localtime(t.last_used_at).date(), lang())
            if t.last_used_at
            else _("never"),
            "ended": bool(t.expires_at and t.expires_at <= now),
        }
        for t in tokens.select_related("user").filter(revoked_at=None).order_by("-pk")[:500]
    ]


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def my_tokens(request: HttpRequest) -> HttpResponse:
    """GET /me/tokens: one's own tokens. POST: make one and show it, this once."""
    actor = of(request).actor
    values: Any = {"lifetime": "90"}
    errors: tuple[FieldError, ...] = ()
    made = ""
    if request.method == "POST":
        try:
            made = make_token(actor, request.POST)
        except Invalid as refused:
            values, errors = request.POST, refused.errors
    fields: list[dict[str, Any]] = [
        {"type": "text", "name": "name", "label": _("What it is for"), "required": True, "maxlength": 120,
         "placeholder": _("Web site, exchange with accounting…")},
        {"type": "select", "name": "lifetime", "label": _("Valid for"), "required": True,
         "options": [{"value": v, "label": str(label)} for v, label in LIFETIMES.items()]},
    ]  # fmt: skip
    return settings_page(
        request, "my-tokens", "tokens", status=422 if errors else 200, fields=filled(fields, values, errors),
        made=made, tokens=_rows(ApiToken.objects.filter(user_id=actor.user_id or 0, purpose=ApiToken.API)), everybody=False,
        api_url=request.build_absolute_uri("/api/v1/"),
    )  # fmt: skip


@open_to(Door.ADMIN)
@require_GET
def all_tokens(request: HttpRequest) -> HttpResponse:
    """GET /settings/tokens: everybody's tokens."""
    return settings_page(request, "tokens", "tokens", tokens=_rows(ApiToken.objects.all()), everybody=True)


@open_to(Door.SIGNED_IN)
@require_POST
def revoke(request: HttpRequest, token_id: int) -> HttpResponse:
    """POST /me/tokens/{id}/revoke: take a token out of use."""
    revoke_token(of(request).actor, token_id)
    return HttpResponseRedirect(
        "/settings/tokens" if request.POST.get("from") == "settings" else "/me/tokens"
    )
