"""The start page: what is mine to do today. Its panels come from the modules."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.formats import date_format
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_GET

from klientura.kernel.access.gate import may
from klientura.kernel.objects.registry import all_shapes
from klientura.kernel.screens.context import show
from klientura.kernel.screens.emptiness import why_nothing
from klientura.kernel.screens.home_panels import Beginning, beginnings, home_panels
from klientura.kernel.store import read
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of


@open_to(Door.SIGNED_IN)
@require_GET
def home(request: HttpRequest) -> HttpResponse:
    """GET /: the panels of the modules; while nothing is there to see, how to begin."""
    asked = of(request)
    if _is_fresh(asked):
        fresh: dict[str, Any] = {"beginnings": beginnings(asked), "why": why_nothing(asked.actor)}
        return show(request, "screens/home_fresh.html", active="home", **fresh)
    stats: list[dict[str, Any]] = []
    places: dict[str, list[dict[str, Any]]] = {"main": [], "side": []}
    for panel in home_panels():
        context = panel.context(asked)
        if context is not None:
            stats += context.get("stats", [])
            places[panel.place].append({"template": panel.template, "panel": context})
    sheets = sorted({sheet for panel in home_panels() for sheet in panel.sheets})
    return show(
        request, "screens/home.html", active="home", stats=stats, places=places, day=_day(), sheets=sheets
    )


def _day() -> str:
    text = date_format(timezone.localdate(), _("l, j F"))
    return text[:1].upper() + text[1:]


def _is_fresh(asked: Request) -> bool:
    """Whether there is no record at all that this reader could see."""
    return not any(
        read.page(asked.actor, shape, sort="id", limit=1, keys=["title"]).rows
        for shape in all_shapes().values()
        if shape.spec.navigation and may(asked.actor, shape, "read")
    )


IMPORT = Beginning(
    key="import",
    icon="upload",
    title=gettext_lazy("Import your clients"),
    text=gettext_lazy(
        "From Excel, CSV, Google Contacts or a phone's vCard. You will see what comes of it before anything is saved, and you can undo it."
    ),
    label=gettext_lazy("Import a file"),
    url="/imports/new",
    fits=lambda asked: any(
        may(asked.actor, s, "import")
        for s in all_shapes().values()
        if s.spec.navigation and s.spec.match_keys
    ),
)
