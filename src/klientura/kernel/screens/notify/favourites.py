"""What the reader keeps at hand and opened last: a page of its own, and panels of the start page."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.views.decorators.http import require_GET, require_POST

from klientura.kernel.errors import NotFound
from klientura.kernel.notify.favourites import favourites_of, recent_of, step
from klientura.kernel.notify.models import Visit
from klientura.kernel.notify.naming import Named
from klientura.kernel.screens.context import show
from klientura.kernel.screens.home_panels import HomePanel
from klientura.kernel.screens.language import lang
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of
from klientura.kit.formats import format_datetime

ON_START_PAGE = 8
RECENT = 30
WAYS = {"up": -1, "down": 1}


def _item(name: Named) -> dict[str, Any]:
    return {
        "title": name.title,
        "url": name.url,
        "icon": name.shape.spec.icon,
        "sub": str(name.shape.label),
    }


def _visited(visit: Visit, name: Named) -> dict[str, Any]:
    at = timezone.localtime(visit.at)
    end = {"kind": "date", "iso": at.isoformat(), "text": format_datetime(at, lang()), "ago": True}
    return {**_item(name), "end": end}


def _kept(asked: Request) -> dict[str, Any] | None:
    found = favourites_of(asked.actor, limit=ON_START_PAGE + 1)
    return _panel([_item(name) for _row, name in found])


def _recent(asked: Request) -> dict[str, Any] | None:
    found = recent_of(asked.actor, limit=ON_START_PAGE + 1)
    return _panel([_visited(visit, name) for visit, name in found])


def _panel(items: list[dict[str, Any]]) -> dict[str, Any] | None:
    more = "/favourites" if len(items) > ON_START_PAGE else ""
    return {"items": items[:ON_START_PAGE], "more_url": more} if items else None


FAVOURITES_PANEL = HomePanel("favourites", "side", "notify/home_favourites.html", _kept)
RECENT_PANEL = HomePanel("opened", "side", "notify/home_recent.html", _recent)


@open_to(Door.SIGNED_IN)
@require_GET
def favourites(request: HttpRequest) -> HttpResponse:
    """GET /favourites: what the reader keeps at hand, and what they opened last."""
    return _page(of(request))


@open_to(Door.SIGNED_IN)
@require_POST
def move(request: HttpRequest, favourite_id: int, way: str) -> HttpResponse:
    """POST /favourites/{id}/up or /down: another order."""
    if way not in WAYS:
        raise NotFound
    asked = of(request)
    step(asked.actor, favourite_id, WAYS[way])
    return _page(asked)


def _page(asked: Request) -> HttpResponse:
    kept = [
        {**_item(name), "id": row.pk, "place": f"/{name.shape.key}/{name.id}"}
        for row, name in favourites_of(asked.actor)
    ]
    recent = [_visited(visit, name) for visit, name in recent_of(asked.actor, limit=RECENT)]
    return show(asked, "notify/favourites.html", active="favourites", kept=kept, recent=recent)
