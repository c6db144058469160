"""The view of seasons: which months of the year are above what would be expected, and which below, by groups of products too."""

from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

from django.utils.dates import MONTHS
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from klientura.kernel.screens.language import lang
from klientura.kernel.ui.charts import Chart, Point, Series, chart_shown
from klientura.modules.analytics.queries.sold.asked import this_month
from klientura.modules.analytics.queries.sold.dimensions import names, offered
from klientura.modules.analytics.queries.sold.season import LEAST, YEARS, Season, seasons
from klientura.modules.analytics.web.sold.classes import CLOSED
from klientura.modules.analytics.web.sold.frame import Given, month_name
from klientura.modules.analytics.web.tables import Cell, Column, Line, Table, View


def view(given: Given) -> View:
    """The twelve months, of the last five years at most: of all sales, and of each group."""
    last = min(given.asked.last, this_month() - 1)
    asked = replace(given.asked, first=last - 12 * YEARS + 1, last=last)
    rates = given.rates_of(asked)
    all_of_it = [s for s in seasons(given.actor, asked, rates) if s.indices]
    shown = View(
        remarks=[
            _rule(),
            _("Whole months up to {month}, of five years at most.").format(month=month_name(last)),
        ]
    )
    if not all_of_it:
        text = ngettext(
            "Seasons need at least %(n)s month of sales.",
            "Seasons need at least %(n)s months of sales.",
            LEAST,
        )
        shown.remarks.insert(0, text % {"n": LEAST})
        return shown
    groups = (
        [s for s in seasons(given.actor, asked, rates, by_group=True) if s.indices]
        if "group" in offered(given.actor)
        else []
    )
    labels = [str(MONTHS[n]).capitalize() for n in range(1, 13)]
    points = [Point(_told(i)) for i in all_of_it[0].indices]
    shown.charts = [
        chart_shown(
            Chart(
                "season",
                "bar",
                _("Index of seasons"),
                _("Month"),
                labels,
                [Series(_("All sales"), points, "teal")],
                "percent",
            ),
            lang(),
        )
    ]
    shown.tables = [_table(given, all_of_it + groups, labels)]
    return shown


def _table(given: Given, found: list[Season], labels: list[str]) -> Table:
    """The months down, the groups beside each other."""
    called = names(given.actor, "group", [s.key for s in found if s.key])
    columns = [Column(called.get(s.key, str(CLOSED)) if s.key else _("All sales"), "percent") for s in found]
    lines = [Line(label, [Cell(_told(s.indices[n])) for s in found]) for n, label in enumerate(labels)]
    return Table("seasons", _("By month of the year"), _("Month"), columns, lines)


def _told(index: Fraction) -> Decimal:
    return (Decimal(index.numerator) / index.denominator).quantize(Decimal("0.1"))


def _rule() -> str:
    return _(
        "Index: each month by the moving average of the twelve months around it, the mean of all years, scaled so that the twelve average"
        " 100 % (classical decomposition: Hyndman, Athanasopoulos, Forecasting: Principles and Practice)."
    )
