"""One's own profile and password."""

from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from klientura.kernel.access.passwords import password_hints
from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.notify import devices
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.languages import remember_language
from klientura.kernel.web.requests import of
from klientura.modules.administration.enums import Language, Theme, WeekStart, time_zones
from klientura.modules.administration.services.users import change_password, change_profile
from klientura.modules.administration.web.frame import filled, settings_page


@open_to(Door.SIGNED_IN)
@require_http_methods(["GET", "POST"])
def me(request: HttpRequest) -> HttpResponse:
    """GET /me: name, language, time zone, theme. POST: save them."""
    if request.method == "GET":
        return _page(request, saved=request.GET.get("saved", ""))
    try:
        change_profile(of(request).actor, request.POST)
    except Invalid as refused:
        return _page(request, request.POST, refused.errors)
    response = HttpResponseRedirect("/me?saved=profile")
    remember_language(request, response, request.POST["language"])
    return response


@open_to(Door.SIGNED_IN)
@require_POST
def password(request: HttpRequest) -> HttpResponse:
    """POST /me/password: a new password instead of the old one; all other sign-ins of this user end."""
    try:
        device_id = request.session.get(devices.IN_SESSION)
        user = change_password(of(request).actor, request.POST, device_id=device_id)
    except Invalid as refused:
        return _page(request, None, refused.errors)
    update_session_auth_hash(request, user)
    devices.go_on(None, request, user)
    return HttpResponseRedirect("/me?saved=password")


def _page(
    request: HttpRequest, typed: Any = None, errors: tuple[FieldError, ...] = (), *, saved: str = ""
) -> HttpResponse:
    actor = of(request).actor
    eye = {"data-reveal": _("Show the password"), "data-reveal-hide": _("Hide the password")}
    profile: list[dict[str, Any]] = [
        {"type": "text", "name": "name", "label": _("Name"), "required": True, "autocomplete": "name", "maxlength": 120},
        {"type": "select", "name": "language", "label": _("Language"), "required": True,
         "options": [{"value": v, "label": label} for v, label in Language.choices]},
        {"type": "select", "name": "time_zone", "label": _("Time zone"), "required": True, "options": time_zones()},
        {"type": "select", "name": "week_start", "label": _("First day of the week"), "required": True,
         "options": [{"value": v, "label": str(label)} for v, label in WeekStart.choices]},
        {"type": "select", "name": "theme", "label": _("Theme"), "required": True,
         "options": [{"value": v, "label": str(label)} for v, label in Theme.choices]},
    ]  # fmt: skip
    secret: list[dict[str, Any]] = [
        {"type": "password", "name": "old", "label": _("Present password"), "required": True, "autocomplete": "current-password", "attrs": eye},
        {"type": "password", "name": "new", "label": _("New password"), "required": True, "autocomplete": "new-password", "attrs": eye},
    ]  # fmt: skip
    stored = {
        "name": actor.name,
        "language": actor.language,
        "time_zone": actor.time_zone,
        "week_start": actor.week_start,
        "theme": actor.theme,
    }
    return settings_page(
        request, "me", "me", status=422 if errors else 200, email=actor.email, saved=saved,
        profile=filled(profile, stored if typed is None else typed, errors), secret=filled(secret, {}, errors),
        password_hints=password_hints(),
    )  # fmt: skip
