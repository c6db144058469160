"""GET /forecast/model: what models say of the months to come, with bounds, beside the plan and the deals; how they did on the past."""

import datetime as dt
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_POST

from klientura.kernel.errors import Denied, NotFound
from klientura.kernel.screens.context import show
from klientura.kernel.screens.figures import as_file
from klientura.kernel.screens.imports.tray import bar
from klientura.kernel.screens.language import lang
from klientura.kernel.settings.days import company_today
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, of
from klientura.kit.forecasting.running import is_installed
from klientura.kit.formats import format_datetime
from klientura.modules.planning.enums import Dimension
from klientura.modules.planning.models import ModelRun, ModelSeries
from klientura.modules.planning.queries.asked import Asked
from klientura.modules.planning.queries.modelled import (
    last_run,
    names_of,
    said_before,
    sales_of,
    series_of,
    values_of,
)
from klientura.modules.planning.queries.outlook import Ahead, outlook, sees_forecast
from klientura.modules.planning.queries.plans import monthly_plans
from klientura.modules.planning.queries.sold import open_to_reader, sees_all_sales
from klientura.modules.planning.queries.standing import money_for
from klientura.modules.planning.rules import last_day, moved
from klientura.modules.planning.services.modelling_job import begin, job_at_work, last_trouble, may_reckon
from klientura.modules.planning.web import model_shown as shown
from klientura.modules.planning.web.frame import PLACE, may_export, tabs

FORMATS: Final = ("csv", "xlsx")
NEEDS: Final = "klientura[analysis]"
COUNTED: Final = ("commit", "best", "pipeline")


@dataclass(frozen=True, slots=True)
class Found:
    """What there is to be seen: the last reckoning, the forecasts that are open to the reader, and the one that is looked at."""

    run: ModelRun
    series: list[ModelSeries]
    chosen: ModelSeries
    names: dict[tuple[str, int | None], str]

    def label(self, each: ModelSeries) -> str:
        """What a forecast is called."""
        if each.dimension == Dimension.CURRENCY:
            return _("Sales in {currency}").format(currency=each.currency)
        if each.dimension == Dimension.COMPANY:
            return _("The whole company")
        return self.names.get((each.dimension, each.key), "") or _("Closed to you")


@open_to(Door.SIGNED_IN)
@require_GET
def model(request: HttpRequest) -> HttpResponse:
    """GET /forecast/model?of=&format=: the forecast by models of the company, of a currency, a team, a person or a group of products."""
    asked = of(request)
    if not _sees_any(asked):
        return show(
            request, "planning/model.html", active=PLACE.key, closed=True, tabs=tabs(asked.actor, "model")
        )
    found = _found(asked)
    wanted = asked.GET.get("format", "")
    exports = may_export(asked.actor, "order")
    context = _context(asked, found)
    if found is None:
        return show(request, "planning/model.html", **context)
    picture = _picture(asked, found)
    if wanted in FORMATS:
        if not exports:
            raise Denied
        return as_file(shown.for_files(picture), wanted, f"model-{found.run.through:%Y-%m}")
    files = [
        {
            "label": k.upper(),
            "url": f"/forecast/model?{urlencode({'of': shown.name_of(found.chosen), 'format': k})}",
        }
        for k in FORMATS
    ]
    return show(
        request, "planning/model.html", **context, **shown.page(picture), files=files if exports else [],
        all=shown.table_of_all(found.series, values_of(found.series), found.label, found.chosen),
        left_out=shown.left_out_said(found.run.left_out) if sees_all_sales(asked.actor) else "",
    )  # fmt: skip


@open_to(Door.SIGNED_IN)
@require_POST
def reckon_now(request: HttpRequest) -> HttpResponse:
    """POST /forecast/model/reckon: reckon the models now; the page shows how far it is."""
    begin(of(request).actor)
    return HttpResponseRedirect("/forecast/model")


def _sees_any(asked: Request) -> bool:
    """Whether any forecast could be open to the reader: all, or at least their own."""
    return sees_all_sales(asked.actor) or open_to_reader(asked.actor, Dimension.OWNER, asked.actor.user_id)


def _found(asked: Request) -> Found | None:
    run = last_run()
    series = series_of(asked.actor, run) if run is not None else []
    if run is None or not series:
        return None
    wanted = asked.GET.get("of", "")
    chosen = next((s for s in series if shown.name_of(s) == wanted), None)
    if wanted and chosen is None:
        raise NotFound
    return Found(run, series, chosen or series[0], dict(names_of(asked.actor, series)))


def _context(asked: Request, found: Found | None) -> dict[str, Any]:
    """What the page says of the reckoning itself."""
    job = job_at_work()
    mine = may_reckon(asked.actor)
    made: dict[str, Any] = {
        "active": PLACE.key, "tabs": tabs(asked.actor, "model"), "installed": is_installed(), "needs": NEEDS, "may_reckon": mine and is_installed(),
        "busy": job is not None, "bar": bar(job) if job is not None else None, "trouble": last_trouble() if mine and job is None else "",
    }  # fmt: skip
    if found is not None:
        made |= {
            "name": found.label(found.chosen), "through": shown.month_said(found.run.through),
            "made_at": format_datetime(timezone.localtime(found.run.made_at), lang()), "library": found.run.library,
            "old": moved("month", found.run.through, 1) < company_today().replace(day=1),
        }  # fmt: skip
    return made


def _picture(asked: Request, found: Found) -> "shown.Picture":
    """All that is known of the chosen forecast: two years of facts, what is said, the plan, the deals."""
    each, today = found.chosen, company_today()
    sales = sales_of(each, today.replace(day=1))
    values = values_of([each]).get(each.pk, [])
    first = values[0].month if values else moved("month", found.run.through, 1)
    last = last_day("month", values[-1].month if values else first)
    return shown.Picture(
        series=each, label=found.label(each), through=found.run.through, today=today, sales=sales, values=values,
        plans=_plans(asked, each, first, last), deals=_deals(asked, each, first, last),
        before=said_before(each, sales, moved("month", today.replace(day=1), -1)),
        days=lambda a, b: _rows_url(each, a, b),
    )  # fmt: skip


def _words(each: ModelSeries) -> dict[str, Any]:
    """By which words pages of plans narrow to the same sales."""
    key = {Dimension.OWNER: "owner", Dimension.TEAM: "team", Dimension.GROUP: "category"}.get(
        Dimension(each.dimension)
    )
    return {key: each.key} if key else {}


def _plans(asked: Request, each: ModelSeries, first: dt.date, last: dt.date) -> dict[dt.date, Decimal]:
    if each.dimension == Dimension.CURRENCY:
        return {}
    return monthly_plans(
        asked.actor, Asked("order_sum", first, last, **_words(each)), money_for(each.currency, last)
    )


def _deals(asked: Request, each: ModelSeries, first: dt.date, last: dt.date) -> dict[dt.date, Decimal]:
    """What open deals bring by their probability, month by month, as far as the reader sees them."""
    if each.dimension in (Dimension.CURRENCY, Dimension.GROUP) or not sees_forecast(asked.actor):
        return {}
    words = _words(each)
    found = outlook(
        asked.actor,
        Ahead(first, last, company_today(), "company", words.get("owner"), words.get("team")),
        money_for(each.currency, last),
    )
    made: dict[dt.date, Decimal] = {}
    for (_key, month, category), promise in found.months.items():
        if category in COUNTED:
            made[month] = made.get(month, Decimal(0)) + promise.weighted
    return made


def _rows_url(each: ModelSeries, first: dt.date, last: dt.date) -> str:
    """The address of the orders behind a fact."""
    if each.dimension == Dimension.CURRENCY:
        return shown.orders_in(each.currency, first, last)
    words = {
        "measure": "order_sum",
        "period": "month",
        "on": first,
        "from": first,
        "to": last,
        "currency": each.currency,
        **_words(each),
    }
    return f"/plans/rows?{urlencode({k: str(v) for k, v in words.items()})}"
