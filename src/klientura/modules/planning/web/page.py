"""GET /plans: plan and fact side by side, what is furthest behind on top; every figure opens its rows."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import pgettext
from django.views.decorators.http import require_GET

from klientura.kernel.access.gate import may
from klientura.kernel.access.models import Team, User
from klientura.kernel.errors import Denied
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.screens.figures import Cell, Column, Line, Table, as_file
from klientura.kernel.screens.language import lang
from klientura.kernel.settings.currencies import Currency
from klientura.kernel.settings.days import company_today
from klientura.kernel.store import read
from klientura.kernel.ui.charts import Chart, Point, Series, chart_shown, told
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.modules.planning.queries.asked import OBJECTS, By, ways
from klientura.modules.planning.queries.facts import by_day
from klientura.modules.planning.queries.plans import planned
from klientura.modules.planning.queries.standing import Report, Standing, report
from klientura.modules.planning.rules import MONTHS, beginnings, last_day
from klientura.modules.planning.web.frame import (
    BY_LABELS,
    HEADS,
    PERIOD_LABELS,
    PLACE,
    Given,
    given_by,
    may_export,
    measure_label,
    measures_of,
    period_name,
    steps,
    tabs,
    told_day,
    without_rate_said,
)
from klientura.modules.planning.web.lights import light_shown

FORMATS: Final = ("csv", "xlsx")
IN_CHART: Final = 12
NARROWED: Final = ("owner", "team", "product", "category", "city")


@open_to(Door.SIGNED_IN)
@require_GET
def plans(request: HttpRequest) -> HttpResponse:
    """GET /plans?measure=&period=&on=&by=&owner=&team=&…&format=: what was planned and what came, line by line."""
    asked = of(request)
    given = given_by(asked)
    if given is None:
        return show(request, "planning/plans.html", active=PLACE.key, closed=True)
    found = report(given.actor, given.asked, given.money)
    exports = may_export(given.actor, OBJECTS[given.asked.measure])
    wanted = asked.GET.get("format", "")
    if wanted in FORMATS:
        if not exports:
            raise Denied
        return as_file([_table(given, found)], wanted, f"plans-{given.asked.first.isoformat()}")
    planner = may(given.actor, shape_of("quota"), "create")
    return show(
        request, "planning/plans.html", active=PLACE.key, tabs=tabs(given.actor, "plans"), given=given, asked=given.asked,
        name=period_name(given.kind, given.asked.first), steps=steps(given), stats=_stats(given, found), charts=_charts(given, found),
        head=str(HEADS[given.asked.by]), lines=[line_shown(given, each) for each in found.lines],
        whole=line_shown(given, found.whole) if found.whole and given.asked.by != "company" else None,
        remarks=_remarks(given, found), form=_form(given), planner=planner,
        files=[{"label": kind.upper(), "url": given.url(format=kind)} for kind in FORMATS] if exports else [],
        sheet_url="/plans/sheet", unplanned=not any(each.target is not None for each in found.lines),
    )  # fmt: skip


def told_value(given: Given, value: Decimal | int | None) -> str:
    """A number of the measure in words; sums without kopecks."""
    if value is None:
        return "—"
    return told(round(value), given.unit, lang(), given.currency)


def line_shown(given: Given, each: Standing) -> dict[str, Any]:
    """A line as its template takes it."""
    return {
        "label": each.label.strip() or str(given.request.installation.company or _("Company")),
        "plan": told_value(given, each.target), "actual": told_value(given, each.actual),
        "url": given.rows(**key_words(given, each)) if each.records else "",
        "done": told(each.done, "percent", lang()), "bar": float(min(each.done or Decimal(0), Decimal(100))),
        "expected": told_value(given, each.expected if each.target is not None else None),
        "gap": told_value(given, each.gap if each.gap is not None and each.gap > 0 else None),
        "light": light_shown(each.light), "notes": _notes(given, each), "further": _further(given, each),
    }  # fmt: skip


def key_words(given: Given, each: Standing) -> dict[str, Any]:
    """What an address says to ask for one line alone."""
    return {} if each.key is None else {given.asked.by: each.key}


def _further(given: Given, each: Standing) -> str:
    """From a team to its people."""
    if given.asked.by != "team" or each.key is None or "owner" not in ways(given.actor, given.asked.measure):
        return ""
    return given.url(by="owner", team=each.key)


def _notes(given: Given, each: Standing) -> list[str]:
    """Where plans of one thing do not come to the same: it is said, and nothing is forced."""
    notes = []
    if each.plan.parts is not None:
        notes.append(_("Its shorter plans come to {sum}.").format(sum=told_value(given, each.plan.parts)))
    if each.plan.people_differ:
        notes.append(
            _("The plans of the people come to {sum}.").format(sum=told_value(given, each.plan.of_people))
        )
    elif each.plan.of_people is not None and not each.plan.by_period:
        notes.append(_("Added up from the plans of the people."))
    return notes


def _stats(given: Given, found: Report) -> list[dict[str, Any]]:
    whole = found.whole
    if whole is None:
        return []
    stats = [
        {
            "label": _("Fact"),
            "value": told_value(given, whole.actual),
            "url": given.rows() if whole.records else "",
        }
    ]
    if whole.target is None:
        return stats
    at = found.pace
    pace = _("{passed} of {whole} working days are over").format(passed=at.passed, whole=at.whole)
    stats.insert(
        0, {"label": pgettext("of sales", "Plan"), "value": told_value(given, whole.target), "url": ""}
    )
    stats.append(
        {
            "label": pgettext("of a plan", "Done"),
            "value": told(whole.done, "percent", lang()),
            "url": "",
            "note": light_shown(whole.light)["word"],
        }
    )
    stats.append(
        {
            "label": _("Time gone"),
            "value": told(round(at.percent, 1), "percent", lang()),
            "url": "",
            "note": pace,
        }
    )
    if not at.is_over:
        gap = (
            _("still missing {sum}").format(sum=told_value(given, whole.gap))
            if whole.gap and whole.gap > 0
            else ""
        )
        stats.append(
            {
                "label": _("Expected by the end"),
                "value": told_value(given, whole.expected),
                "url": "",
                "note": gap,
            }
        )
    return stats


def _charts(given: Given, found: Report) -> list[dict[str, Any]]:
    charts = []
    planned_lines = [each for each in found.lines if each.target is not None or each.actual][:IN_CHART]
    if given.asked.by != "company" and planned_lines:
        series = [
            Series(pgettext("of sales", "Plan"), [Point(each.target) for each in planned_lines], "gray"),
            Series(_("Fact"), [Point(each.actual, given.rows(**key_words(given, each)) if each.records else "") for each in planned_lines], "teal"),
        ]  # fmt: skip
        labels = [each.label.strip() for each in planned_lines]
        chart = Chart(
            "plans",
            "bar",
            _("Plan and fact"),
            str(HEADS[given.asked.by]),
            labels,
            series,
            given.unit,
            given.currency,
        )
        charts.append(chart_shown(chart, lang()))
    if found.whole is not None and found.whole.target and found.whole.actual:
        charts.append(chart_shown(_growth(given, found.whole.target), lang()))
    return charts


def _growth(given: Given, target: Decimal) -> Chart:
    """How the fact grew towards the plan: by months of a year or a quarter, by days of a month."""
    came = by_day(given.actor, given.asked, given.money)
    asked, total = given.asked, Decimal(0)
    if given.kind == "month":
        ends = [asked.first.replace(day=n) for n in range(1, asked.last.day + 1)]
    else:
        ends = [
            last_day("month", first)
            for first in beginnings("month", asked.first.year)
            if asked.first <= first <= asked.last
        ]
    today, place, points, plan = company_today(), 0, [], []
    for number, end in enumerate(ends):
        while place < len(came) and came[place][0] <= end:
            total += came[place][1].number if given.unit == "count" else came[place][1].money
            place += 1
        begun = end <= today or (number and ends[number - 1] < today) or (not number and asked.first <= today)
        points.append(Point(total if begun else None))
        plan.append(Point(round(target * (number + 1) / len(ends), 2)))
    labels = [str(end.day) if given.kind == "month" else f"{end:%m.%Y}" for end in ends]
    series = [Series(_("Plan, evenly"), plan, "gray"), Series(_("Fact"), points, "teal")]
    return Chart(
        "growth",
        "line",
        _("How the fact grows"),
        str(PERIOD_LABELS["month"]) if given.kind != "month" else _("Day"),
        labels,
        series,
        given.unit,
        given.currency,
    )


def _remarks(given: Given, found: Report) -> list[str]:
    said = []
    if given.unit == "money" and len(given.money.factors) > 1:
        said.append(
            _("Sums in other currencies are reckoned by the exchange rates of {day}.").format(
                day=told_day(given.money.day)
            )
        )
    if found.without_rate and given.unit == "money":
        said.append(without_rate_said(found.without_rate))
    narrowed = any(getattr(given.asked, key) for key in NARROWED)
    if given.asked.by in ("owner", "team") and not narrowed and found.whole is not None:
        own = planned(given.actor, replace(given.asked, by="company"), given.money).get(None)
        if own and own.by_period and own.whole != found.whole.target:
            said.append(
                _("The plan of the company is {whole}, what stands here comes to {sum}.").format(
                    whole=told_value(given, own.whole), sum=told_value(given, found.whole.target)
                )
            )
    return said


def _table(given: Given, found: Report) -> Table:
    """The lines as numbers, for files."""
    columns = [
        Column(pgettext("of sales", "Plan"), given.unit), Column(_("Fact"), given.unit), Column(_("Done, %"), "percent"),
        Column(_("Expected by the end"), given.unit),
        Column(_("Missing"), given.unit),
    ]  # fmt: skip
    lines = [*found.lines, *([found.whole] if found.whole and given.asked.by != "company" else [])]
    return Table(
        "plans", f"{measure_label(given.asked.measure)}, {period_name(given.kind, given.asked.first)}", str(HEADS[given.asked.by]), columns,
        [
            Line(
                each.label.strip() or (_("Total") if each is found.whole else str(given.request.installation.company or "")),
                [Cell(each.target), Cell(each.actual), Cell(each.done), Cell(each.expected), Cell(each.gap)],
            )
            for each in lines
        ],
    )  # fmt: skip


def _form(given: Given) -> dict[str, Any]:
    """What one may choose by, with what is chosen."""
    actor, asked = given.actor, given.asked
    offered = ways(actor, asked.measure)
    return {
        "measures": [{"value": m, "label": measure_label(m)} for m in measures_of(actor)],
        "ways": [
            {"label": str(BY_LABELS[b]), "url": _by(given, b), "active": b == asked.by}
            for b in offered
        ],
        "periods": [{"label": str(PERIOD_LABELS[k]), "url": given.url(period=k), "active": k == given.kind} for k in MONTHS],
        "teams": list(Team.objects.order_by("name").values("id", "name")) if "team" in offered else [],
        "owner": _chosen("owner", pgettext("plans by", "Person"), "/search/users", asked.owner,
            dict(User.objects.filter(pk=asked.owner or 0).values_list("pk", "name")))
        if "owner" in offered else None,
        "product": _chosen(
            "product", _("Product"), "/search/reference/product?only=1", asked.product,
            dict(read.titles(actor, shape_of("product"), [asked.product])) if asked.product else {},
        ) if "product" in offered else None,
        "city": "city" in offered,
        "currencies": [{"value": c.value, "label": str(c.label)} for c in Currency],
        "kept": {k: v for k, v in given.said.items() if k in ("by", "period", "on", "category")},
        "open": any(getattr(asked, key) for key in NARROWED),
    }  # fmt: skip


def _by(given: Given, by: By) -> str:
    """The same by something else, which then does not narrow it any more."""
    kept = {k: v for k, v in given.said.items() if k not in (by, "by")}
    return replace(given, said={**kept, "by": by}).url()


def _chosen(name: str, label: str, url: str, value: int | None, titles: dict[int, str]) -> dict[str, Any]:
    told_as = titles.get(value, f"№ {value}") if value else ""
    return {
        "type": "user" if name == "owner" else "ref", "name": name, "id": f"plans-{name}", "url": url, "value": value or "", "display": told_as,
        "label": label, "aria_label": label,
    }  # fmt: skip
