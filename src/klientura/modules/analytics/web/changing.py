"""The view of what has changed: the money of the pipeline at the beginning, what came and went, at the end."""

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klientura.kernel.screens.language import lang
from klientura.kernel.ui.charts import Chart, Point, Series, chart_shown
from klientura.kit.formats import format_date
from klientura.modules.analytics.queries.change import PARTS, Change, Part, waterfall
from klientura.modules.analytics.web.conversion import money_cell, money_column, remarks
from klientura.modules.analytics.web.frame import Given
from klientura.modules.analytics.web.tables import Cell, Column, Line, Table, View


def view(given: Given) -> View:
    """From the first day of the period to its last."""
    made = waterfall(given.actor, given.asked, given.money)
    kept = [p for p in PARTS if made.parts[p].number or p in ("start", "end")]
    shown = View(empty=len(kept) == 2 and not made.parts["start"].number and not made.parts["end"].number)
    if shown.empty:
        return shown
    labels = _labels(given)
    if given.money.seen:
        shown.charts = [_chart(given, made, kept, labels)]
    shown.tables = [_table(given, made, kept, labels)]
    shown.remarks = [
        *remarks(given, made.without_rate),
        _(
            "What came between the two days and was closed before the second counts as new and as won or lost."
        ),
    ]
    return shown


def _labels(given: Given) -> dict[Part, str]:
    last = given.asked.last
    return {
        "start": _("At the start of {day}").format(day=format_date(given.asked.first, lang())), "new": pgettext("deals", "New"),
        "reopened": pgettext("deals", "Reopened"), "from_pipeline": _("From other pipelines"), "moved_in": _("Moved into the dates"),
        "grown": pgettext("deals", "Grown"), "shrunk": pgettext("deals", "Shrunk"), "won": pgettext("deals", "Won"),
        "lost": pgettext("deals", "Lost"), "to_pipeline": _("To other pipelines"), "moved_out": _("Moved out of the dates"),
        "end": _("Now") if last >= timezone.localdate() else _("At the end of {day}").format(day=format_date(last, lang())),
    }  # fmt: skip


def _chart(given: Given, made: Change, kept: list[Part], labels: dict[Part, str]) -> dict[str, object]:
    points = [
        Point(
            made.parts[p].money,
            given.rows("change", part=p) if made.parts[p].number else "",
            whole=p in ("start", "end"),
        )
        for p in kept
    ]
    chart = Chart(
        "change", "waterfall", _("What became of the pipeline's money"), pgettext("funnel", "Change"), [labels[p] for p in kept],
        [Series(_("Sum"), points)],
        "money",
        given.asked.currency,
        hues=["blue" if p == "won" else "" for p in kept],
    )  # fmt: skip
    return chart_shown(chart, lang())


def _table(given: Given, made: Change, kept: list[Part], labels: dict[Part, str]) -> Table:
    columns = [Column(_("Deals")), *money_column(given, _("Sum"))]
    lines = [
        Line(
            labels[p],
            [Cell(made.parts[p].number, given.rows("change", part=p)), *money_cell(given, made.parts[p].money, given.rows("change", part=p))],
            total=p in ("start", "end"),
        )
        for p in kept
    ]  # fmt: skip
    return Table("change", _("Changes"), pgettext("funnel", "Change"), columns, lines)
