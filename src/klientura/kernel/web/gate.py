"""The gate before every page: finds out who acts, in which language, and whether this door is open to them."""

import zoneinfo
from typing import Any
from urllib.parse import urlencode

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.http.response import HttpResponseBase
from django.utils import timezone, translation
from django.utils.translation import gettext_lazy as _

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.sessions import actor_of
from klientura.kernel.errors import Denied, NotFound
from klientura.kernel.objects.registry import follow
from klientura.kernel.settings.installation import Current, current
from klientura.kernel.settings.maps import origin
from klientura.kernel.web.bodies import TooLarge, is_too_much
from klientura.kernel.web.caching import keep_private
from klientura.kernel.web.doors import Door
from klientura.kernel.web.errors import answer
from klientura.kernel.web.languages import SUPPORTED, language_of

SIGN_IN = "/sign-in"
SETUP = "/setup"


class GateMiddleware:
    """Default deny: a view without a declared door is answered as if it were not there."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        """Pass the request on; its view is met in process_view. What comes back is for this reader only."""
        if is_too_much(request):
            return answer(request, TooLarge())
        response: HttpResponseBase = self.get_response(request)
        keep_private(response)
        _allow_tiles(request, response)
        return response

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        """Let the request through to its view, or answer it here."""
        door = getattr(view, "door", None)
        if door is None:
            return answer(request, NotFound())
        if door in {Door.TOKEN, Door.DEVICE}:
            return None  # they find their actors by themselves
        recognise(request)
        return _refusal(request, door, request.installation)


def _allow_tiles(request: Any, response: Any) -> None:
    """Let pages show the tiles of the chosen map, and images of no other host.

    Every page, not that of the map alone: htmx puts the map into the page that is open, whose policy stays.
    """
    installation = getattr(request, "installation", None)
    if installation is None or not installation.map_tiles or hasattr(response, "_csp_config"):
        return
    policy = settings.SECURE_CSP
    response._csp_config = {**policy, "img-src": [*policy["img-src"], origin(installation.map_tiles)]}


def recognise(request: Any) -> None:
    """Find out who asks, and speak their language."""
    request.installation = current()
    follow(request.installation.schema_version)
    request.actor = _actor(request, request.installation)
    _speak(request, request.installation)


def _actor(request: Any, installation: Current) -> Actor:
    user = request.user
    if not user.is_authenticated:
        return Actor(user_id=None, language=language_of(request, installation))
    if not user.is_active:
        logout(request)
        return Actor(user_id=None, language=language_of(request, installation))
    return actor_of(user, installation.access_version)


def _refusal(request: Any, door: Door, installation: Current) -> HttpResponseBase | None:
    is_set_up = installation.set_up_at is not None
    if door is Door.PUBLIC:
        return None
    if door is Door.SETUP:
        if not is_set_up:
            return None
        over = _(
            "The first start is over: somebody has set this installation up. Sign in, or ask them for an account."
        )
        return answer(request, NotFound(over))
    if not is_set_up:
        return _redirect(request, SETUP)
    if request.actor.user_id is None:
        here = (
            request.get_full_path()
            if request.method == "GET" and not request.htmx
            else request.htmx.current_url_abs_path
        )
        return _redirect(request, f"{SIGN_IN}?{urlencode({'next': here or '/'})}")
    if door is Door.ADMIN and not request.actor.is_admin:
        return answer(request, Denied())
    return None


def _redirect(request: Any, address: str) -> HttpResponseBase:
    if request.htmx:
        response = HttpResponse(status=204)
        response["HX-Redirect"] = address
        return response
    return HttpResponseRedirect(address)


def _speak(request: Any, installation: Current) -> None:
    actor: Actor = request.actor
    translation.activate(actor.language if actor.language in SUPPORTED else "ru")
    name = actor.time_zone if actor.user_id else installation.time_zone
    try:
        timezone.activate(zoneinfo.ZoneInfo(name))
    except (zoneinfo.ZoneInfoNotFoundError, ValueError):
        timezone.activate(zoneinfo.ZoneInfo("Europe/Moscow"))
