"""GET /funnel: the funnel of a pipeline, in five views; every table goes out as a file, every number leads to its deals."""

import datetime as dt
from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from klientura.kernel.access.gate import may, readable
from klientura.kernel.access.models import Team, User
from klientura.kernel.errors import Denied
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.segments.reading import of_object
from klientura.kernel.settings.currencies import Currency
from klientura.kernel.store import read
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of
from klientura.modules.analytics.queries.asked import opportunity, sees
from klientura.modules.analytics.queries.comparing import offered
from klientura.modules.analytics.web import changing, comparison, conversion, standing, timing
from klientura.modules.analytics.web.frame import PLACE, VIEWS, Given, given_by, pipelines_of
from klientura.modules.analytics.web.tables import View, as_file, table_shown

MAKERS: Final[dict[str, Callable[[Given], View]]] = {
    "way": conversion.view,
    "now": standing.view,
    "times": timing.view,
    "by": comparison.view,
    "change": changing.view,
}
SHOWN: Final = ("pipeline", "owner", "team", "product", "source", "city", "segment", "currency")
_DAYS: Final = ("from", "to")
SHOWN_IN: Final[dict[str, tuple[str, ...]]] = {
    "way": (*_DAYS, "entered", "compare"), "now": ("on",), "times": (*_DAYS, "entered"), "by": (*_DAYS, "entered", "compare"),
    "change": (*_DAYS, "close_from", "close_to"),
}  # fmt: skip
"""What the form of each view asks; what an address says beside that is sent along unseen."""
FORMATS: Final = ("csv", "xlsx")


def is_open(asked: Request) -> bool:
    """Whether the reader may ask for a funnel."""
    return sees(asked.actor) and all(may(asked.actor, shape_of(key), "read") for key in ("pipeline", "stage"))


@open_to(Door.SIGNED_IN)
@require_GET
def funnel(request: HttpRequest) -> HttpResponse:
    """GET /funnel?view=&pipeline=&from=&to=&…&format=csv: the funnel, by whatever is asked."""
    asked = of(request)
    if not is_open(asked):
        return show(request, "analytics/funnel.html", active=PLACE.key, closed=True)
    pipelines = pipelines_of(asked.actor)
    if not pipelines:
        return show(request, "analytics/funnel.html", active=PLACE.key, without_pipeline=True)
    given = given_by(asked, pipelines)
    found = MAKERS[given.view](given)
    wanted = asked.GET.get("format", "")
    if wanted in FORMATS and found.tables:
        if not may(asked.actor, opportunity(), "export"):
            raise Denied
        return as_file(found.tables, wanted, f"funnel-{given.view}")
    return show(
        request,
        "analytics/funnel.html",
        active=PLACE.key,
        tabs=_tabs(given),
        given=given,
        asked=given.asked,
        view=given.view,
        stats=found.stats,
        charts=found.charts,
        tables=[table_shown(t, given.asked.currency) for t in found.tables],
        remarks=found.remarks,
        empty=found.empty,
        any_deals=_any_deals(asked),
        form=_form(given, pipelines),
        periods=_periods(given),
        ways=comparison.ways(given) if given.view == "by" else [],
        files=_files(given) if found.tables and may(asked.actor, opportunity(), "export") else [],
    )


def _any_deals(asked: Request) -> bool:
    return bool(read.page(asked.actor, opportunity(), limit=1, keys=["id"]).rows)


def _tabs(given: Given) -> list[dict[str, Any]]:
    return [
        {"label": str(label), "url": given.url(view=key), "active": key == given.view}
        for key, label in VIEWS.items()
    ]


def _files(given: Given) -> list[dict[str, str]]:
    return [{"label": kind.upper(), "url": given.url(format=kind)} for kind in FORMATS]


def _periods(given: Given) -> list[dict[str, Any]]:
    """The usual stretches up to today."""
    today = timezone.localdate()
    begins = [
        (_("This month"), today.replace(day=1)),
        (_("This quarter"), today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1)),
        (_("This year"), today.replace(month=1, day=1)),
        (_("12 months"), today - dt.timedelta(days=365)),
    ]
    here = (given.asked.first, given.asked.last)
    return [
        {"label": label, "url": given.url(**{"from": first, "to": today}), "active": here == (first, today)}
        for label, first in begins
    ]


def _form(given: Given, pipelines: list[read.Row]) -> dict[str, Any]:
    """What one may choose by, with what is chosen. Beyond pipeline and days it is folded away as long as nothing is."""
    asked, actor = given.asked, given.actor
    deal = readable(actor, opportunity())
    dimensions = set(offered(actor))
    segments = (
        {s.pk: s.name for k in ("party", "organisation", "person") for s in of_object(actor, shape_of(k))}
        if "segment" in dimensions
        else {}
    )
    more = (
        asked.owner,
        asked.team,
        asked.product,
        asked.source,
        asked.city,
        asked.segment,
        asked.entered,
        given.compared or None,
    )
    return {
        "pipelines": [{"value": p["id"], "label": p["name"]} for p in pipelines],
        "stages": [{"value": s.id, "label": s.name} for s in given.steps if s.kind == "open"],
        "teams": list(Team.objects.order_by("name").values("id", "name")) if "team" in dimensions else [],
        "segments": [
            {"value": pk, "label": name} for pk, name in sorted(segments.items(), key=lambda pair: pair[1])
        ],
        "currencies": [{"value": c.value, "label": str(c.label)} for c in Currency]
        if given.money.seen
        else [],
        "owner": _chosen(
            "owner",
            _("Owner"),
            "/search/users",
            asked.owner,
            dict(User.objects.filter(pk=asked.owner or 0).values_list("pk", "name")),
        )
        if "owner" in dimensions
        else None,
        "product": _chosen(
            "product", _("Product"), "/search/reference/product?only=1", asked.product, _product(given)
        )
        if "product" in dimensions
        else None,
        "source": "source" in dimensions,
        "city": "city" in dimensions,
        "dates": "close_date" in deal,
        "kept": {
            k: v for k, v in given.said.items() if k not in SHOWN and k not in SHOWN_IN.get(given.view, ())
        },
        "open": any(value not in (None, "") for value in more),
    }


def _product(given: Given) -> dict[int, str]:
    product = given.asked.product
    return dict(read.titles(given.actor, shape_of("product"), [product])) if product else {}


def _chosen(name: str, label: str, url: str, value: int | None, titles: dict[int, str]) -> dict[str, Any]:
    kind = "user" if name == "owner" else "ref"
    told = titles.get(value, f"№ {value}") if value else ""
    return {
        "type": kind,
        "name": name,
        "id": f"funnel-{name}",
        "url": url,
        "value": value or "",
        "display": told,
        "label": label,
        "aria_label": label,
    }
