"""What the pages of plans share: their place, what an address asks for, the addresses they lead to."""

import datetime as dt
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from klientura.kernel.access.actor import Actor
from klientura.kernel.access.gate import may
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.places import Place
from klientura.kernel.settings.currencies import Currency
from klientura.kernel.settings.days import company_today
from klientura.kernel.ui.charts import Unit
from klientura.kernel.web.requests import Request, number
from klientura.kit.formats import format_date
from klientura.modules.catalog.queries.money import Money
from klientura.modules.planning.enums import Dimension
from klientura.modules.planning.enums import Measure as MeasureChoice
from klientura.modules.planning.queries.asked import MEASURES, Asked, By, Measure, sees, ways
from klientura.modules.planning.queries.outlook import sees_forecast
from klientura.modules.planning.queries.sold import open_to_reader
from klientura.modules.planning.queries.standing import money_for
from klientura.modules.planning.rules import MONTHS, PeriodKind, first_day, last_day, moved

PLACE: Final = Place(
    "plans", gettext_lazy("Plans and facts"), "target", "/plans", area=pgettext_lazy("navigation", "Sales")
)
MOST_LETTERS: Final = 120
KEPT: Final = ("measure", "period", "on", "by", "owner", "team", "product", "category", "city", "currency")
BY_LABELS: Final[dict[By, Any]] = {
    "owner": pgettext_lazy("plans by", "People"), "team": pgettext_lazy("plans by", "Teams"), "company": pgettext_lazy("plans by", "Company"),
    "product": pgettext_lazy("plans by", "Products"), "category": pgettext_lazy("plans by", "Product groups"),
    "city": pgettext_lazy("plans by", "Cities"),
}  # fmt: skip
HEADS: Final[dict[By, Any]] = {
    "owner": pgettext_lazy("plans by", "Person"), "team": pgettext_lazy("plans by", "Team"), "company": pgettext_lazy("plans by", "Company"),
    "product": pgettext_lazy("plans by", "Product"), "category": pgettext_lazy("plans by", "Product group"),
    "city": pgettext_lazy("plans by", "City"),
}  # fmt: skip
PERIOD_LABELS: Final[dict[PeriodKind, Any]] = {
    "month": pgettext_lazy("period", "Month"), "quarter": pgettext_lazy("period", "Quarter"), "year": pgettext_lazy("period", "Year"),
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Given:
    """All that an address asks for."""

    request: Request
    asked: Asked
    kind: PeriodKind
    currency: str
    money: Money
    said: dict[str, str]

    @property
    def actor(self) -> Actor:
        """Who reads."""
        return self.request.actor

    @property
    def unit(self) -> Unit:
        """In what the measure is told."""
        return "count" if self.asked.measure == "won_count" else "money"

    def url(self, path: str = "/plans", **more: Any) -> str:
        """The address of a page with something else asked for; None leaves a word away."""
        words = {k: v for k, v in {**self.said, **more}.items() if v not in (None, "")}
        return f"{path}?{urlencode(words)}" if words else path

    def rows(self, **more: Any) -> str:
        """The address of the records behind a figure."""
        first, last = more.pop("first", self.asked.first), more.pop("last", self.asked.last)
        return self.url(
            "/plans/rows", **{"from": first.isoformat(), "to": last.isoformat(), "by": None, **more}
        )


def measures_of(actor: Actor) -> list[Measure]:
    """The measures that the reader may ask for."""
    return [each for each in MEASURES if sees(actor, each)]


def may_export(actor: Actor, key: str) -> bool:
    """Whether the reader may take the figures away: the records and, where plans stand beside them, the plans too."""
    quota = shape_of("quota")
    return may(actor, shape_of(key), "export") and (
        not may(actor, quota, "read") or may(actor, quota, "export")
    )


def given_by(request: Request) -> Given | None:
    """What an address asks for; what makes no sense in it is as usual. None: the reader may ask for nothing."""
    measures = measures_of(request.actor)
    if not measures:
        return None
    said = {k: v for k in KEPT if (v := request.GET.get(k, "").replace("\x00", "").strip()[:MOST_LETTERS])}
    measure = next((m for m in measures if m == said.get("measure")), measures[0])
    offered = ways(request.actor, measure)
    usual: By = "owner" if "owner" in offered else "company"
    by = next((b for b in offered if b == said.get("by")), usual)
    kind: PeriodKind = next((k for k in MONTHS if k == said.get("period")), "month")
    first = first_day(kind, day(said.get("on")) or company_today())
    goods = "product" in offered
    asked = Asked(
        measure, first, last_day(kind, first), by, owner=number(said.get("owner")) if "owner" in offered else None,
        team=number(said.get("team")) if "team" in offered else None, product=number(said.get("product")) if goods else None,
        category=number(said.get("category")) if goods else None, city=said.get("city", "") if "city" in offered else "",
    )  # fmt: skip
    wanted = said.get("currency", "")
    currency = wanted if wanted in Currency.values else request.installation.currency
    return Given(request, asked, kind, currency, money_for(currency, asked.last), said)


def day(text: str | None) -> dt.date | None:
    """A day of an address, or nothing."""
    try:
        found = dt.date.fromisoformat(text or "")
    except ValueError:
        return None
    return found if 1990 <= found.year <= 2100 else None


def period_name(kind: PeriodKind, first: dt.date) -> str:
    """«November 2026», «IV quarter 2026», «2026»."""
    if kind == "year":
        return str(first.year)
    if kind == "quarter":
        return _("Quarter {number}, {year}").format(number=(first.month + 2) // 3, year=first.year)
    return f"{month_name(first)} {first.year}"


def month_name(first: dt.date) -> str:
    """The month of a day, in words."""
    names = (
        _("January"), _("February"), _("March"), _("April"), _("May"), _("June"), _("July"), _("August"), _("September"), _("October"),
        _("November"), _("December"),
    )  # fmt: skip
    return names[first.month - 1]


def steps(given: Given) -> dict[str, str]:
    """The addresses of the stretch before and of that behind."""
    first = given.asked.first
    return {
        "before": given.url(on=moved(given.kind, first, -1)),
        "after": given.url(on=moved(given.kind, first, 1)),
    }


def tabs(actor: Actor, active: str) -> list[dict[str, Any]]:
    """The pages of plans that are open to the reader."""
    found = [{"key": "plans", "label": _("Plan and fact"), "url": "/plans"}]
    if sees_forecast(actor):
        found.append({"key": "forecast", "label": _("Forecast"), "url": "/forecast"})
        found.append({"key": "board", "label": _("Forecast board"), "url": "/forecast/board"})
    if open_to_reader(actor, Dimension.COMPANY, None) or open_to_reader(
        actor, Dimension.OWNER, actor.user_id
    ):
        found.append({"key": "model", "label": _("Forecast by models"), "url": "/forecast/model"})
    if may(actor, shape_of("quota"), "read"):
        found.append({"key": "sheet", "label": _("Set plans"), "url": "/plans/sheet"})
        found.append({"key": "quota", "label": _("List of plans"), "url": "/quota"})
    return [{**each, "active": each["key"] == active} for each in found]


def told_day(value: dt.date) -> str:
    """A day as the reader writes it."""
    return format_date(value, lang())


def measure_label(measure: Measure) -> str:
    """A measure in words."""
    return str(MeasureChoice(measure).label)


def without_rate_said(count: int) -> str:
    """How many records stand in no sum, and why."""
    text = ngettext(
        "%(count)s record is in a currency without an exchange rate: its sum is in no figure.",
        "%(count)s records are in currencies without an exchange rate: their sums are in no figure.",
        count,
    )
    return text % {"count": count}
