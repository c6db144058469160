"""What the page of the models shows: figures, the picture, tables; the same tables as files."""

import datetime as dt
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final
from urllib.parse import urlencode

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from klientura.kernel.screens.figures import Cell, Column, Line, Table, table_shown
from klientura.kernel.screens.language import lang
from klientura.kernel.ui.charts import Chart, Point, Series, chart_shown, told
from klientura.kernel.views.links import list_url
from klientura.kit.forecasting.choosing import LEAST, LEVEL, NAIVE
from klientura.kit.formats import format_decimal
from klientura.modules.planning.enums import Dimension, ForecastModel, SeriesState
from klientura.modules.planning.models import ModelSeries, ModelValue
from klientura.modules.planning.queries.modelled import Before
from klientura.modules.planning.queries.sold import Sales
from klientura.modules.planning.rules import HUNDRED, last_day, moved
from klientura.modules.planning.web.frame import period_name

YEARS_SHOWN: Final = 24


@dataclass(frozen=True, slots=True)
class Picture:
    """Facts and forecast of one series."""

    series: ModelSeries
    label: str
    through: dt.date
    today: dt.date
    sales: Sales
    values: list[ModelValue]
    plans: Mapping[dt.date, Decimal]
    deals: Mapping[dt.date, Decimal]
    before: Sequence[Before]
    days: Callable[[dt.date, dt.date], str]

    @property
    def currency(self) -> str:
        """In what sums are told."""
        return self.series.currency

    def fact(self, month: dt.date) -> Decimal | None:
        """What was sold in a month that is over; None before the first sale."""
        first = min((m for m, v in self.sales.months.items() if v), default=None)
        if first is None or month < first or month >= self.today.replace(day=1):
            return None
        return self.sales.months.get(month, Decimal(0))

    def url(self, month: dt.date) -> str:
        """The orders of a month."""
        return self.days(month, last_day("month", month)) if self.sales.months.get(month) else ""


def month_said(month: dt.date) -> str:
    """«November 2026»."""
    return period_name("month", month)


def orders_in(currency: str, first: dt.date, last: dt.date) -> str:
    """The list of orders in force in one currency."""
    return list_url("order", {"and": [
        {"field": "status", "op": "in", "value": ["confirmed", "done"]}, {"field": "currency", "op": "eq", "value": currency},
        {"field": "issued_on", "op": "gte", "value": first.isoformat()}, {"field": "issued_on", "op": "lte", "value": last.isoformat()},
    ]})  # fmt: skip


def page(p: Picture) -> dict[str, Any]:
    """All of the page but the list of forecasts."""
    return {
        "stats": _stats(p), "why_not": _why_not(p.series), "chart": chart_shown(_chart(p), lang()),
        "tables": [table_shown(t, p.currency) for t in (_ahead(p), _tried(p), _past(p)) if t.lines], "remarks": _remarks(p),
        "no_past": not p.before and p.series.state == SeriesState.TOLD,
    }  # fmt: skip


def for_files(p: Picture) -> list[Table]:
    """The tables of a file."""
    return [t for t in (_ahead(p), _facts(p), _tried(p), _past(p)) if t.lines]


def percent(value: float | None) -> Decimal | None:
    """Per cent as they are told."""
    return None if value is None else Decimal(str(round(value, 1)))


def _best(series: ModelSeries) -> Mapping[str, Any]:
    return next((t for t in series.tried if t["model"] == series.model), {})


def _money(p: Picture, value: Decimal) -> str:
    return told(round(value), "money", lang(), p.currency)


def _stats(p: Picture) -> list[dict[str, Any]]:
    if not p.values:
        return []
    best, n = _best(p.series), len(p.values)
    near, total = p.values[0], sum((v.mean for v in p.values), Decimal(0))
    within = _("from {low} to {high}").format(low=_money(p, near.low), high=_money(p, near.high))
    months = ngettext("%(count)s month ahead", "%(count)s months ahead", n) % {"count": n}
    year = [p.sales.months.get(moved("month", v.month, -12), Decimal(0)) for v in p.values]
    change = round(HUNDRED * (total - sum(year)) / sum(year)) if sum(year) > 0 else None
    grown = (
        ""
        if change is None
        else _("{percent} % to the same months a year before").format(
            percent=f"{change:+d}".replace("-", "−")
        )
    )
    return [
        {"label": month_said(near.month), "value": _money(p, near.mean), "note": within},
        {"label": months, "value": _money(p, total), "note": grown},
        {"label": _("Error on the past"), "value": told(percent(best.get("wape")), "percent", lang()), "note": _("of what was sold (WAPE)")},
        {"label": _("Came between the bounds"), "value": told(percent(best.get("coverage")), "percent", lang()),
         "note": _("meant to be {percent} %").format(percent=LEVEL)},
    ]  # fmt: skip


def _why_not(series: ModelSeries) -> str:
    """Why there is no number."""
    if series.state == SeriesState.SHORT:
        text = ngettext(
            "There is %(count)s month of sales, and a forecast needs %(least)s: with fewer it would be guessing.",
            "There are %(count)s months of sales, and a forecast needs %(least)s: with fewer it would be guessing.",
            series.months,
        )
        return text % {"count": series.months, "least": LEAST}
    return (
        _("Nothing has been sold in the last twelve months: there is nothing to go on.")
        if series.state == SeriesState.SILENT
        else ""
    )


def _chart(p: Picture) -> Chart:
    months = [moved("month", p.through, n) for n in range(1 - YEARS_SHOWN, 1)] + [v.month for v in p.values]
    first = min((m for m, v in p.sales.months.items() if v), default=p.through)
    months = [m for m in months if m >= first]
    said = {v.month: v for v in p.values}
    series = [
        Series(pgettext("forecast", "Sold"), [Point(p.fact(m), p.url(m)) for m in months], "teal"),
    ]  # fmt: skip
    if said:
        year = [moved("month", m, -12) if m in said else None for m in months]
        series += [
            Series(_("A year before"), [Point(p.fact(m), p.url(m)) if m else Point(None) for m in year], "gray", look="dashed"),
            Series(_("Forecast"), [Point(said[m].mean if m in said else None) for m in months], "blue", look="dashed"),
            Series(_("At least"), [Point(said[m].low if m in said else None) for m in months], "blue", look="low"),
            Series(_("At most"), [Point(said[m].high if m in said else None) for m in months], "blue", look="high"),
        ]  # fmt: skip
    note = (
        _("Between the bounds {percent} months of a hundred should come.").format(percent=LEVEL)
        if said
        else ""
    )
    title = _("Sales by month and the forecast") if said else _("Sales by month")
    return Chart(
        "model",
        "line",
        title,
        _("Month"),
        [f"{m:%m.%Y}" for m in months],
        series,
        "money",
        p.currency,
        note=note,
    )


def _ahead(p: Picture) -> Table:
    """Month by month what is said, beside the year before, the plan and the deals."""
    columns = [
        Column(_("Forecast"), "money"),
        Column(_("At least"), "money"),
        Column(_("At most"), "money"),
        Column(_("A year before"), "money"),
    ]
    if p.plans:
        columns.append(Column(pgettext("of sales", "Plan"), "money"))
    if p.deals:
        columns.append(Column(_("Open deals by probability"), "money"))
    lines = []
    for v in p.values:
        year = moved("month", v.month, -12)
        cells = [Cell(v.mean), Cell(v.low), Cell(v.high), Cell(p.fact(year), p.url(year))]
        if p.plans:
            cells.append(Cell(p.plans.get(v.month)))
        if p.deals:
            cells.append(
                Cell(
                    p.deals.get(v.month),
                    f"/forecast?{urlencode({'period': 'month', 'on': v.month.isoformat()})}",
                )
            )
        lines.append(Line(month_said(v.month), cells))
    note = ""
    so_far = p.sales.months.get(p.today.replace(day=1))
    if so_far and any(v.month == p.today.replace(day=1) for v in p.values):
        note = _("{month} is not over; sold so far: {sum}. It enters the forecast when it is over.").format(
            month=month_said(p.today), sum=_money(p, so_far)
        )
    return Table("ahead", _("The months to come"), _("Month"), columns, lines, note=note)


def _facts(p: Picture) -> Table:
    months = sorted(m for m in p.sales.months if p.fact(m) is not None)
    return Table("facts", pgettext("forecast", "Sold"), _("Month"), [Column(pgettext("forecast", "Sold"), "money")],
                 [Line(month_said(m), [Cell(p.fact(m))]) for m in months])  # fmt: skip


def _tried(p: Picture) -> Table:
    """How each model did on the past."""
    columns = [
        Column(_("Error, WAPE"), "percent"),
        Column("MASE", "text"),
        Column(_("Between the bounds"), "percent"),
    ]
    lines = [
        Line(
            model_name(t["model"], p.series.season or 1) + (f" — {_('chosen')}" if t["model"] == p.series.model else ""),
            [Cell(percent(t["wape"])), Cell(None, text="—" if t["mase"] is None else format_decimal(percent2(t["mase"]), lang(), places=2)),
             Cell(percent(t["coverage"]))],
        )
        for t in p.series.tried
    ]  # fmt: skip
    return Table(
        "tried",
        _("How the models did on the past"),
        _("Model"),
        columns,
        lines,
        note=_rule(p.series) if lines else "",
    )


def _rule(series: ModelSeries) -> str:
    tests = ngettext("%(count)s test", "%(count)s tests", series.trials or 0) % {"count": series.trials}
    return _(
        "In {tests} the last months were hidden, and each model said {months} months ahead what would come. WAPE: the errors as a part of"
        " what was sold. MASE: the errors beside those of saying the same as a year before; below 1 is better."
    ).format(tests=tests, months=series.horizon)


def percent2(value: float) -> Decimal:
    """A ratio as it is told."""
    return Decimal(str(round(value, 2)))


def model_name(model: str, season: int) -> str:
    """What a model is called; the simplest says what it repeats."""
    if model == NAIVE and season == 1:
        return _("As in the last month")
    return str(ForecastModel(model).label)


def _past(p: Picture) -> Table:
    """What was said before of months that are over."""
    columns = [
        Column(_("Said three months before"), "money"), Column(_("Said the month before"), "money"), Column(pgettext("forecast", "Sold"), "money"),
        Column(_("Off, %"), "percent"),
    ]  # fmt: skip
    lines = []
    for b in p.before:
        said = b.said if b.said is not None else b.said_early
        off = round(HUNDRED * (b.came - said) / said, 1) if said else None
        lines.append(
            Line(
                month_said(b.month),
                [Cell(b.said_early), Cell(b.said), Cell(b.came, p.url(b.month)), Cell(off)],
            )
        )
    return Table("past", _("What was said and what came"), _("Month"), columns, lines)


def _remarks(p: Picture) -> list[str]:
    made = []
    if p.series.model == NAIVE:
        made.append(
            _("No model did better on the past than repeating what was: so that is what stands here.")
        )
    if p.series.cut:
        made.append(
            _("Some bounds of the model came out below zero; sales never have, so the bound shown is zero.")
        )
    if p.sales.unknown:
        made.append(
            _("Sales in currencies without an exchange rate are left out, in months: {count}.").format(
                count=len(p.sales.unknown)
            )
        )
    return made


def name_of(series: ModelSeries) -> str:
    """How an address names a forecast."""
    if series.dimension == Dimension.CURRENCY:
        return f"currency-{series.currency}"
    return series.dimension if series.key is None else f"{series.dimension}-{series.key}"


def table_of_all(
    series: Sequence[ModelSeries],
    values: Mapping[int, list[ModelValue]],
    label: Callable[[ModelSeries], str],
    chosen: ModelSeries,
) -> list[dict[str, Any]]:
    """The forecasts that are open to the reader, to choose from."""
    made = []
    for each in series:
        said, best = values.get(each.pk, []), _best(each)
        made.append({
            "label": label(each), "url": f"/forecast/model?of={name_of(each)}", "active": each.pk == chosen.pk,
            "what": "" if each.key is None else str(Dimension(each.dimension).label),
            "next": told(round(said[0].mean), "money", lang(), each.currency) if said else "—",
            "model": model_name(each.model, each.season or 1) if each.model else str(SeriesState(each.state).label),
            "wape": told(percent(best.get("wape")), "percent", lang()), "coverage": told(percent(best.get("coverage")), "percent", lang()),
        })  # fmt: skip
    return made


def left_out_said(left_out: Mapping[str, int]) -> str:
    """How many have no forecast of their own."""
    names = {
        Dimension.CURRENCY: _("currencies: {n}"),
        Dimension.TEAM: _("teams: {n}"),
        Dimension.OWNER: _("people: {n}"),
        Dimension.GROUP: _("product groups: {n}"),
    }
    said = [str(names[Dimension(k)]).format(n=n) for k, n in left_out.items()]
    return (
        _(
            "Forecast are those that sold most in the last year; without a forecast of their own are {those}."
        ).format(those=", ".join(said))
        if said
        else ""
    )
