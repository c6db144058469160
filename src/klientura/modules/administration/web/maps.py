"""The tiles of maps in the settings."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.views.decorators.http import require_http_methods, require_POST

from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.settings.maps import OSM_TILES
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.modules.administration.services.maps import change_map, map_fields, take_openstreetmap
from klientura.modules.administration.web.frame import filled, settings_page


@open_to(Door.ADMIN)
@require_http_methods(["GET", "POST"])
def maps(request: HttpRequest) -> HttpResponse:
    """GET /settings/map: the form. POST: save it."""
    settings = of(request).installation
    if request.method == "GET":
        stored = {"map_tiles": settings.map_tiles, "map_credit": settings.map_credit}
        return _page(request, stored, saved=request.GET.get("saved") == "1")
    try:
        change_map(request.POST)
    except Invalid as refused:
        return _page(request, request.POST, refused.errors)
    return HttpResponseRedirect("/settings/map?saved=1")


@open_to(Door.ADMIN)
@require_POST
def openstreetmap(request: HttpRequest) -> HttpResponse:
    """POST /settings/map/openstreetmap: take its tiles and its credit."""
    take_openstreetmap()
    return HttpResponseRedirect("/settings/map?saved=1")


def _page(
    request: HttpRequest, values: Any, errors: tuple[FieldError, ...] = (), *, saved: bool = False
) -> HttpResponse:
    return settings_page(
        request, "map", "map", status=422 if errors else 200, fields=filled(map_fields(), values, errors), saved=saved,
        is_osm=of(request).installation.map_tiles == OSM_TILES,
    )  # fmt: skip
