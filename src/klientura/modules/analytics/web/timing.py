"""The view of times: how long deals stay at a stage, and how long the whole way takes."""

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klientura.kernel.screens.language import lang
from klientura.kernel.ui.charts import Chart, Point, Series, chart_shown, told
from klientura.modules.analytics.queries.times import Spread, Times, times
from klientura.modules.analytics.web.frame import Given
from klientura.modules.analytics.web.tables import Cell, Column, Line, Table, View


def view(given: Given) -> View:
    """Stays at stages of the period's deals; the way of those that were closed in it."""
    found = times(given.actor, given.asked, given.steps)
    shown = View(
        empty=not any(s.ended.number or s.lasting.number for s in found.stays) and not found.won.number
    )
    if shown.empty:
        return shown
    won, lost = given.rows("closed"), given.rows("closed", ended="1")
    shown.stats = [
        _stat(_("Sales cycle, median"), found.won, won),
        {"label": _("Nine of ten won within"), "value": told(found.won.most, "days", lang()), "url": won if found.won.number else ""},
        _stat(_("Way to a loss, median"), found.lost, lost),
    ]  # fmt: skip
    shown.charts = [_chart(given, found)]
    shown.tables = [_table(given, found)]
    shown.remarks = [
        _(
            "Half of the stays were not longer than the median; nine of ten not longer than the second number."
            " Stays that have not ended are told apart: nobody knows yet how long they will be."
        )
    ]
    return shown


def _stat(label: str, spread: Spread, url: str) -> dict[str, str]:
    note = _("{number} deals closed in the period").format(number=spread.number)
    return {
        "label": label,
        "value": told(spread.median, "days", lang()),
        "note": note,
        "url": url if spread.number else "",
    }


def _chart(given: Given, found: Times) -> dict[str, object]:
    labels = [s.step.name for s in found.stays]
    series = [
        Series(
            _("Median"),
            [Point(s.ended.median, given.rows("stays", stage=s.step.id, ended="1")) for s in found.stays],
            "teal",
        ),
        Series(_("Nine of ten within"), [Point(s.ended.most) for s in found.stays], "orange"),
    ]
    return chart_shown(
        Chart("times", "bar", _("Days at a stage"), _("Stage"), labels, series, "days"), lang()
    )


def _table(given: Given, found: Times) -> Table:
    columns = [
        Column(_("Stays ended")), Column(_("Median"), "days"), Column(_("Nine of ten within"), "days"),
        Column(pgettext("days at a stage", "Usual time"), "days"), Column(_("Are here now")), Column(_("Here, median"), "days"),
    ]  # fmt: skip
    longest = max((s.ended.median or 0 for s in found.stays), default=0)
    lines = [
        Line(
            s.step.name,
            [
                Cell(s.ended.number, given.rows("stays", stage=s.step.id, ended="1")), Cell(s.ended.median), Cell(s.ended.most), Cell(s.step.days),
                Cell(s.lasting.number, given.rows("stays", stage=s.step.id)), Cell(s.lasting.median),
            ],
            float(100 * (s.ended.median or 0) / longest) if longest else 0, s.step.hue,
        )
        for s in found.stays
    ]  # fmt: skip
    return Table("times", _("Time at stages"), _("Stage"), columns, lines)
