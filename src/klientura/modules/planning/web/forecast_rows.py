"""GET /forecast/rows: the deals behind a figure of the forecast."""

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET

from klientura.kernel.access.gate import readable
from klientura.kernel.access.models import User
from klientura.kernel.errors import NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.settings.days import company_today
from klientura.kernel.store import read
from klientura.kernel.ui.charts import told
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.kit.formats import format_date, format_decimal, format_money
from klientura.modules.planning.queries.outlook import Ahead, deals_of, sees_forecast
from klientura.modules.planning.web.forecast import LABELS, OPENED
from klientura.modules.planning.web.frame import PLACE, day, given_by


@open_to(Door.SIGNED_IN)
@require_GET
def forecast_rows(request: HttpRequest) -> HttpResponse:
    """GET /forecast/rows?category=&from=&to=&owner=&team=: the deals behind a figure; without one, the forecast itself."""
    asked = of(request)
    if "category" not in asked.GET:
        return HttpResponseRedirect("/forecast")
    given = given_by(asked) if sees_forecast(asked.actor) else None
    category, first, last = (
        asked.GET.get("category", ""),
        day(asked.GET.get("from")),
        day(asked.GET.get("to")),
    )
    if given is None or category not in OPENED or first is None or last is None:
        raise NotFound
    ahead = Ahead(first, last, company_today(), "company", given.asked.owner, given.asked.team)
    found = deals_of(given.actor, ahead, given.money, category)
    number = ngettext("%(count)s deal", "%(count)s deals", found.number) % {
        "count": format_decimal(found.number, lang(), places=0)
    }
    fields = set(readable(given.actor, shape_of("opportunity")))
    for row in found.rows:
        row["party"] = row["party"] if "party" in fields else None
    names = dict(
        User.objects.filter(pk__in={r["owner_id"] for r in found.rows if r["owner_id"]}).values_list(
            "pk", "name"
        )
    )
    titles = read.titles(given.actor, shape_of("opportunity"), [r["id"] for r in found.rows])
    lines = [
        {
            "title": titles.get(row["id"]) or f"№ {row['id']}", "url": f"/opportunity/{row['id']}", "party": row["party"] or "",
            "party_url": f"/party/{row['party_id']}" if row["party"] else "",
            "owner": names.get(row["owner_id"], "") if "owner" in fields else "",
            "day": format_date(row["day"], lang()) if row["day"] else "—", "chance": told(row["chance"], "percent", lang()),
            "category": str(LABELS[row["category"]]), "sum": format_money(row["sum"], given.currency, lang()) if row["sum"] is not None else "—",
        }
        for row in found.rows
    ]  # fmt: skip
    return show(
        request, "planning/forecast_rows.html", active=PLACE.key, title=str(LABELS[category]), lines=lines, cut=found.number > len(lines),
        meta=[number, format_money(found.total, given.currency, lang())], back=given.url("/forecast", on=first.isoformat()),
    )  # fmt: skip
