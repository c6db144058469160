"""The view of what is in work: open deals by stage, now or as of a day."""

import datetime as dt
from decimal import Decimal

from django.utils.translation import gettext as _

from klientura.kernel.access.gate import readable
from klientura.kernel.screens.language import lang
from klientura.kernel.ui.charts import Chart, Point, Series, chart_shown, told
from klientura.kernel.views.links import list_url
from klientura.modules.analytics.queries.asked import midnight, only_own_fields, opportunity, tree_of
from klientura.modules.analytics.queries.snapshot import Snapshot, standing
from klientura.modules.analytics.web.conversion import money_cell, money_column, remarks
from klientura.modules.analytics.web.frame import Given
from klientura.modules.analytics.web.tables import Cell, Column, Line, Table, View


def view(given: Given) -> View:
    """Open deals by stage: how many, for how much, and for how much by their probability."""
    moment = midnight(given.on + dt.timedelta(days=1)) if given.on else None
    found = standing(given.actor, given.asked, given.steps, given.money, moment)
    number = sum(s.number for s in found.stages)
    shown = View(empty=not number)
    if shown.empty:
        return shown
    money = sum((s.money for s in found.stages), Decimal(0))
    weighted = sum((s.weighted for s in found.stages), Decimal(0))
    shown.stats = [
        {"label": _("Open deals"), "value": told(number, "count", lang()), "url": _rows(given, None)}
    ]
    if given.money.seen:
        for label, value in ((_("Sum"), money), (_("Sum by probability"), weighted))[: 1 + _by_chance(given)]:
            shown.stats.append(
                {
                    "label": label,
                    "value": told(round(value), "money", lang(), given.asked.currency),
                    "url": "",
                }
            )
        shown.charts = [_chart(given, found)]
    shown.tables = [_table(given, found, number, money, weighted)]
    shown.remarks = remarks(given, found.without_rate)
    if given.on:
        shown.remarks.append(
            _(
                "For a day that has passed the probability is that of the stage, and deals that are in the trash now are left out."
            )
        )
    return shown


def _by_chance(given: Given) -> bool:
    """Whether the reader sees how likely deals are."""
    return "probability" in readable(given.actor, opportunity())


def _weighted(given: Given, money: Decimal) -> list[Cell]:
    return money_cell(given, money) if _by_chance(given) else []


def _rows(given: Given, stage: int | None) -> str:
    """A list of deals where it can be filtered so, else the rows of the figure."""
    if given.on or not only_own_fields(given.asked):
        return given.rows("standing", stage=stage, past="1" if given.on else None)
    tree = [
        {"field": "status", "op": "eq", "value": "open"}, {"field": "pipeline", "op": "eq", "value": given.asked.pipeline},
        *tree_of(given.asked),
    ]  # fmt: skip
    if stage is not None:
        tree.append({"field": "stage", "op": "eq", "value": stage})
    return list_url("opportunity", {"and": tree})


def _chart(given: Given, found: Snapshot) -> dict[str, object]:
    labels = [s.step.name for s in found.stages]
    series = [
        Series(_("Sum"), [Point(s.money, _rows(given, s.step.id)) for s in found.stages], "teal"),
        Series(_("Sum by probability"), [Point(s.weighted) for s in found.stages], "orange"),
    ][: 1 + _by_chance(given)]
    chart = Chart(
        "standing", "bar", _("Money in work"), _("Stage"), labels, series, "money", given.asked.currency
    )
    return chart_shown(chart, lang())


def _table(given: Given, found: Snapshot, number: int, money: Decimal, weighted: Decimal) -> Table:
    columns = [
        Column(_("Deals")),
        *money_column(given, _("Sum")),
        *(money_column(given, _("Sum by probability")) if _by_chance(given) else []),
    ]
    longest = max(s.number for s in found.stages)
    lines = [
        Line(
            s.step.name,
            [Cell(s.number, _rows(given, s.step.id)), *money_cell(given, s.money, _rows(given, s.step.id)), *_weighted(given, s.weighted)],
            100 * s.number / longest, s.step.hue,
        )
        for s in found.stages
    ]  # fmt: skip
    total = [Cell(number, _rows(given, None)), *money_cell(given, money), *_weighted(given, weighted)]
    return Table(
        "standing",
        _("Open deals by stage"),
        _("Stage"),
        columns,
        [*lines, Line(_("Total"), total, total=True)],
    )
