"""The view of repeat sales: new and repeated money, cohorts of clients, and who should have bought by now."""

from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klientura.kernel.screens.language import lang
from klientura.kernel.ui.charts import Chart, Point, Series, chart_shown, told
from klientura.kit.formats import format_date
from klientura.modules.analytics.queries.sold.asked import this_month
from klientura.modules.analytics.queries.sold.dimensions import names
from klientura.modules.analytics.queries.sold.repeat import Cohort, Late, Month, cohorts, late, months, whole
from klientura.modules.analytics.web.sold.classes import CLOSED
from klientura.modules.analytics.web.sold.dynamics import remarks
from klientura.modules.analytics.web.sold.frame import Given, money_cell, money_column, month_name
from klientura.modules.analytics.web.tables import Cell, Column, Line, Table, View, share

MOST: Final = 20
MOST_COHORTS: Final = 24


def view(given: Given) -> View:
    """How many come back, month by month; whom to call."""
    made = whole(given.actor, given.asked)
    shown = View(empty=not made.number)
    if shown.empty:
        return shown
    waiting, number = late_now(given, MOST)
    by_month = months(given.actor, given.asked, given.rates)
    shown.stats = [
        {"label": _("Clients who bought"), "value": told(made.number, "count", lang()), "url": ""},
        {"label": _("Bought more than once"), "value": told(made.repeated, "count", lang()), "url": "",
         "note": _("{share} of all").format(share=told(share(made.repeated, made.number), "percent", lang()))},
        {"label": _("Mean interval"), "value": told(made.interval, "days", lang()), "url": ""},
        {"label": _("Should have bought by now"), "value": told(number, "count", lang()), "url": given.rows("late") if number else ""},
    ]  # fmt: skip
    shown.charts = [_money(given, by_month)]
    if found := cohorts(given.actor, given.asked):
        shown.charts.append(_cohorts(given, found[-MOST_COHORTS:]))
    shown.tables = (
        [late_table(given, waiting), _months(given, by_month)] if waiting else [_months(given, by_month)]
    )
    shown.remarks = [
        *remarks(given, 0),
        rule(),
        _("A client is new in the month of the first purchase; has returned after more than half a year."),
    ]
    return shown


def late_now(given: Given, most: int) -> tuple[list[Late], int]:
    """Who should have bought by now: also by what was bought after the months that are asked for."""
    asked = replace(given.asked, last=max(given.asked.last, this_month()))
    return late(given.actor, asked, given.rates_of(asked), timezone.localdate(), most)


def rule() -> str:
    """Who should have bought by now."""
    return _(
        "Should have bought by now: bought on three days or more, and one and a half of the mean interval has passed since the last one."
    )


def _kinds() -> tuple[str, str, str]:
    return pgettext("clients", "New"), pgettext("clients", "Repeated"), pgettext("clients", "Returned")


def _money(given: Given, by_month: list[Month]) -> dict[str, Any]:
    labels = [month_name(m.month) for m in by_month]
    values = (lambda m: (m.new, m.again, m.returned)) if given.money_seen else (lambda m: m.numbers)
    series = [
        Series(name, [Point(values(m)[n]) for m in by_month], hue)
        for n, (name, hue) in enumerate(zip(_kinds(), ("blue", "teal", "orange"), strict=True))
    ]
    title = (
        _("Money of new, repeated and returned clients")
        if given.money_seen
        else _("New, repeated and returned clients")
    )
    unit: Any = "money" if given.money_seen else "count"
    return chart_shown(
        Chart("repeat", "stacked", title, _("Month"), labels, series, unit, given.asked.currency), lang()
    )


def _cohorts(given: Given, found: list[Cohort]) -> dict[str, Any]:
    """Of the clients of each month, how many per cent bought again after so many months."""
    longest = max(max(c.after) for c in found)
    now = this_month()
    series = [
        Series(
            f"{month_name(c.month)} · {c.number}",
            [
                Point(share(c.after.get(n, 0), c.number), given.rows("cohort", key=f"{c.month}.{n}") if n in c.after else "")
                if c.month + n <= min(given.asked.last, now) else Point(None)
                for n in range(1, longest + 1)
            ],
        )
        for c in found
    ]  # fmt: skip
    labels = [str(n) for n in range(1, longest + 1)]
    chart = Chart(
        "cohorts", "heatmap", _("Who comes back"), _("Months after the first purchase"), labels, series, "percent",
        note=_("By the month of the first purchase, with the number of clients: what share of them bought in each month after it."),
    )  # fmt: skip
    return chart_shown(chart, lang())


def _months(given: Given, by_month: list[Month]) -> Table:
    kinds = _kinds()
    columns = [
        c
        for kind in kinds
        for c in (
            Column(_("{kind}, clients").format(kind=kind)),
            *money_column(given, _("{kind}, sum").format(kind=kind)),
        )
    ]
    lines = [
        Line(
            month_name(m.month),
            [c for n, value in enumerate((m.new, m.again, m.returned)) for c in (Cell(m.numbers[n]), *money_cell(given, value))],
        )
        for m in by_month
    ]  # fmt: skip
    return Table("repeat-months", _("By period"), _("Month"), columns, lines)


def late_table(given: Given, rows: list[Late]) -> Table:
    """Who should have bought by now."""
    called = names(given.actor, "client", [r.key for r in rows])
    columns = [
        Column(_("Usual interval"), "days"), Column(_("Last purchase"), "text"), Column(_("Days since"), "days"), Column(_("Days of purchases")),
        *money_column(given, _("Brought in the period")),
    ]  # fmt: skip
    lines = [
        Line(
            called.get(r.key) or str(CLOSED),
            [Cell(r.interval), Cell(None, text=format_date(r.last, lang())), Cell(Decimal(r.waited)), Cell(r.days), *money_cell(given, r.amount)],
            url=f"/party/{r.key}" if r.key in called else "",
        )
        for r in rows
    ]  # fmt: skip
    return Table("late", _("Should have bought by now"), _("Client"), columns, lines)
