"""GET /sales-analysis: what was sold, in several views; every table goes out as a file, every number leads to what is behind it."""

from collections.abc import Callable
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
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
from klientura.kernel.web.requests import of
from klientura.modules.analytics.queries.sold.asked import first_day, order, sees, sees_products, this_month
from klientura.modules.analytics.queries.sold.dimensions import offered
from klientura.modules.analytics.web.sold import classes, cross, dynamics, effect, repeat, season
from klientura.modules.analytics.web.sold.frame import PLACE, VIEWS, Given, given_by
from klientura.modules.analytics.web.tables import View, as_file, table_shown

MAKERS: Final[dict[str, Callable[[Given], View]]] = {
    "dynamics": dynamics.view,
    "classes": classes.view,
    "moves": classes.view_of_moves,
    "repeat": repeat.view,
    "effect": effect.view,
    "cross": cross.view,
    "season": season.view,
}
CHOICES: Final[dict[str, Callable[[Given], list[dict[str, Any]]]]] = {
    "dynamics": dynamics.choices,
    "classes": classes.choices,
    "moves": classes.choices,
    "effect": effect.choices,
    "cross": cross.choices,
}
LIMITS: Final[dict[str, str | tuple[str, ...]]] = {"classes": "abxy", "moves": "abxy", "cross": ("least",)}
"""The limits that a view is shown within; they are typed at its head."""
SHOWN: Final = (
    "from",
    "to",
    "company",
    "owner",
    "team",
    "group",
    "product",
    "segment",
    "city",
    "source",
    "currency",
)
FORMATS: Final = ("csv", "xlsx")
MOST_CHOICES: Final = 200


@open_to(Door.SIGNED_IN)
@require_GET
def analysis(request: HttpRequest) -> HttpResponse:
    """GET /sales-analysis?view=&from=&to=&…&format=csv: what was sold, by whatever is asked."""
    asked = of(request)
    if not sees(asked.actor):
        return show(request, "analytics/sales.html", active=PLACE.key, closed=True)
    given = given_by(asked)
    wrong = bool(given.errors.keys() & set(LIMITS.get(given.view, ())))
    found = View() if wrong else MAKERS[given.view](given)
    wanted = asked.GET.get("format", "")
    if wanted in FORMATS and found.tables:
        if not may(asked.actor, order(), "export"):
            raise Denied
        return as_file(found.tables, wanted, f"sales-{given.view}")
    return show(
        request,
        "analytics/sales.html",
        status=422 if wrong else 200,
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
        any_orders=bool(read.page(asked.actor, order(), limit=1, keys=["id"]).rows),
        form=_form(given),
        limits=_limits(given) if given.view in LIMITS else [],
        periods=_periods(given),
        choices=CHOICES[given.view](given) if given.view in CHOICES else [],
        files=[{"label": kind.upper(), "url": given.url(format=kind)} for kind in FORMATS]
        if found.tables and may(asked.actor, order(), "export")
        else [],
    )


def _tabs(given: Given) -> list[dict[str, Any]]:
    return [
        {"label": str(label), "url": given.url(view=key), "active": key == given.view}
        for key, label in VIEWS.items()
        if key in MAKERS
    ]


def _periods(given: Given) -> list[dict[str, Any]]:
    """The usual stretches of whole months."""
    now, here = this_month(), (given.asked.first, given.asked.last)
    stretches = [
        (_("This year"), now // 12 * 12, now),
        (_("12 whole months"), now - 12, now - 1),
        (_("24 whole months"), now - 24, now - 1),
    ]
    return [
        {
            "label": label,
            "url": given.url(**{"from": _month(first), "to": _month(last)}),
            "active": here == (first, last),
        }
        for label, first, last in stretches
    ]


def _month(number: int) -> str:
    return f"{first_day(number):%Y-%m}"


def _limits(given: Given) -> list[dict[str, Any]]:
    """The limits of a view, as they were typed, each with what is wrong with it."""
    if given.view == "cross":
        return cross.limits(given)
    limits = given.question.limits
    labels = {"a": _("A up to, %"), "b": _("B up to, %"), "x": _("X up to, %"), "y": _("Y up to, %")}
    return [
        {
            "type": "number", "name": key, "label": label, "value": given.said.get(key, f"{getattr(limits, key):f}"),
            "error": given.errors.get(key), "attrs": {"maxlength": "12"},
        }
        for key, label in labels.items()
    ]  # fmt: skip


def _form(given: Given) -> dict[str, Any]:
    """What one may choose by, with what is chosen. Beyond the months it is folded away as long as nothing is."""
    asked, actor = given.asked, given.actor
    fields, dimensions = readable(actor, order()), set(offered(actor))
    segments = (
        {s.pk: s.name for k in ("party", "organisation", "person") for s in of_object(actor, shape_of(k))}
        if "segment" in dimensions
        else {}
    )
    more = (
        asked.company,
        asked.owner,
        asked.team,
        asked.group,
        asked.product,
        asked.segment,
        asked.city,
        asked.source,
    )
    return {
        "from": _month(asked.first), "to": _month(asked.last),
        "companies": _listed(given, "own_company") if "company" in fields else [],
        "teams": list(Team.objects.order_by("name").values("id", "name")) if "team" in dimensions else [],
        "groups": _listed(given, "product_category") if "group" in dimensions else [],
        "segments": [{"value": pk, "label": name} for pk, name in sorted(segments.items(), key=lambda pair: pair[1])],
        "currencies": [{"value": c.value, "label": str(c.label)} for c in Currency] if given.money_seen else [],
        "owner": _chosen("owner", _("Owner"), "/search/users", asked.owner, dict(User.objects.filter(pk=asked.owner or 0).values_list("pk", "name")))
        if "owner" in dimensions else None,
        "product": _chosen("product", _("Product"), "/search/reference/product?only=1", asked.product, _product(given))
        if sees_products(actor) else None,
        "source": "source" in dimensions, "city": "city" in dimensions,
        "kept": {k: v for k, v in given.said.items() if k not in SHOWN and k not in LIMITS.get(given.view, ())},
        "open": any(value not in (None, "") for value in more),
    }  # fmt: skip


def _listed(given: Given, key: str) -> list[dict[str, Any]]:
    shape = shape_of(key)
    if not may(given.actor, shape, "read"):
        return []
    rows = read.page(given.actor, shape, sort="title", limit=MOST_CHOICES, keys=["title"]).rows
    return [{"value": row["id"], "label": row["title"]} for row in rows]


def _product(given: Given) -> dict[int, str]:
    product = given.asked.product
    return dict(read.titles(given.actor, shape_of("product"), [product])) if product else {}


def _chosen(name: str, label: str, url: str, value: int | None, titles: dict[int, str]) -> dict[str, Any]:
    return {
        "type": "user" if name == "owner" else "ref", "name": name, "id": f"sales-{name}", "url": url, "value": value or "",
        "display": titles.get(value, f"№ {value}") if value else "", "label": label, "aria_label": label,
    }  # fmt: skip
