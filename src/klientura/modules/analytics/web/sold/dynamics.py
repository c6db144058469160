"""The view of dynamics: how sales go from period to period, beside a year before, and what each part brings."""

from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext

from klientura.kernel.screens.language import lang
from klientura.kernel.ui.charts import Chart, Point, Series, Unit, chart_shown, told
from klientura.kit.formats import format_date
from klientura.modules.analytics.queries.sold.dimensions import Dimension, names, offered
from klientura.modules.analytics.queries.sold.dynamics import (
    Part,
    Period,
    Sold,
    clients,
    parts,
    periods,
    whole,
)
from klientura.modules.analytics.queries.sold.rates import rates_in
from klientura.modules.analytics.web.sold.classes import CLOSED, HEADS, card
from klientura.modules.analytics.web.sold.frame import STEPS, Given, money_cell, money_column
from klientura.modules.analytics.web.tables import Cell, Column, Line, Table, View, difference, share

STEP_LABELS: Final = {
    "month": gettext_lazy("By month"),
    "quarter": gettext_lazy("By quarter"),
    "week": gettext_lazy("By week"),
}
HEADS_OF_STEPS: Final = {
    "month": gettext_lazy("Month"),
    "quarter": gettext_lazy("Quarter"),
    "week": gettext_lazy("Week"),
}


def choices(given: Given) -> list[dict[str, Any]]:
    """Period by period, and by what sales are divided."""
    steps = [
        {"label": str(STEP_LABELS[s]), "url": given.url(step=s), "active": s == given.step} for s in STEPS
    ]
    by = [
        {"label": str(HEADS[d]), "url": given.url(by=d), "active": d == given.by}
        for d in offered(given.actor)
    ]
    return [{"label": _("Periods"), "items": steps}, {"label": _("Divided by"), "items": by}]


def view(given: Given) -> View:
    """Numbers of the whole, the picture, the periods, and who or what has brought how much."""
    asked, step = given.asked, given.step
    long_ago = rates_in(given.actor, asked.currency, asked.first - 13, asked.last)
    made = periods(given.actor, asked, step, long_ago)  # type: ignore[arg-type]
    now, before = (
        whole(given.actor, asked, given.rates),
        whole(given.actor, asked.shifted(12), given.rates_of(asked.shifted(12))),
    )
    shown = View(empty=not now.number and not before.number)
    if shown.empty:
        return shown
    shown.stats = _stats(given, now, before)
    shown.charts = [_chart(given, made)]
    shown.tables = [_periods(given, made)]
    if given.by:
        shown.tables.insert(0, _parts(given, given.by, parts(given.actor, asked, given.by, long_ago), now))
    shown.remarks = remarks(given, now.unknown)
    if given.by == "segment":
        shown.remarks.append(_("A client who is in several segments stands in each of their rows."))
    return shown


def remarks(given: Given, unknown: int) -> list[str]:
    """By which rates sums are reckoned, and what they leave out."""
    found: list[str] = []
    if given.money_seen and len(given.rates.factors) > 1:
        found.append(
            _(
                "Sums are with tax. Those in other currencies are reckoned by the exchange rate of the last day of each month"
                " (of today, while it runs)."
            )
        )
    elif given.money_seen:
        found.append(_("Sums are with tax."))
    if unknown and given.money_seen:
        found.append(
            ngettext(
                "%(count)s sum is in a currency without an exchange rate: it is left out.",
                "%(count)s sums are in currencies without an exchange rate: they are left out.",
                unknown,
            )
            % {"count": unknown}
        )
    return found


def _stats(given: Given, now: Sold, before: Sold) -> list[dict[str, Any]]:
    known = before if before.number else None
    number = clients(given.actor, given.asked)
    before_number = clients(given.actor, given.asked.shifted(12)) if known else None
    found = [_stat(given, _("Orders"), Cell(now.number, given.orders(), known.number if known else None, 1))]
    if given.money_seen:
        found.insert(
            0,
            _stat(
                given,
                _("Sold"),
                Cell(now.amount, given.orders(), known.amount if known else None, 1),
                "money",
            ),
        )
        found.append(
            _stat(
                given, _("Average order"), Cell(now.average, "", known.average if known else None, 1), "money"
            )
        )
    found.append(_stat(given, _("Clients who bought"), Cell(number, "", before_number, 1)))
    return found


def _stat(given: Given, label: str, cell: Cell, unit: Unit = "count") -> dict[str, Any]:
    """A number, and by how many per cent it has grown in a year."""
    change = growth(cell.value, cell.before)
    value = round(cell.value) if cell.value is not None and unit == "money" else cell.value
    trend = difference(cell, unit, given.asked.currency)["trend"] if change is not None else ""
    return {
        "label": label, "value": told(value, unit, lang(), given.asked.currency),
        "url": cell.url if cell.value else "", "trend": trend,
        "note": _("{change} to a year before").format(change=signed(change)) if change is not None else "",
    }  # fmt: skip


def growth(now: Decimal | int | None, before: Decimal | int | None) -> Decimal | None:
    """By how many per cent a value has grown."""
    if now is None or not before or before < 0:
        return None
    return round(Decimal(100) * (Decimal(now) - Decimal(before)) / Decimal(before), 1)


def signed(change: Decimal) -> str:
    """A change in per cent with its sign."""
    return f"{'+' if change > 0 else '−' if change < 0 else ''}{told(abs(change), 'percent', lang())}"


def _name(given: Given, period: Period) -> str:
    if given.step == "week":
        return format_date(period.first, lang())
    if given.step == "quarter":
        return _("Q{n} {year}").format(n=(period.first.month + 2) // 3, year=period.first.year)
    return f"{period.first:%m.%Y}"


def _chart(given: Given, made: list[Period]) -> dict[str, Any]:
    labels = [_name(given, p) for p in made]
    if not given.money_seen:
        series = [
            Series(_("Orders"), [Point(p.now.number, _orders(given, p)) for p in made], "teal"),
            Series(_("A year before"), [Point(p.before.number) for p in made], "gray"),
        ]
        return chart_shown(
            Chart("dynamics", "bar", _("Orders by period"), str(HEADS_OF_STEPS[given.step]), labels, series),
            lang(),
        )
    series = [
        Series(_("Sold"), [Point(p.now.amount, _orders(given, p)) for p in made], "teal"),
        Series(_("A year before"), [Point(p.before.amount) for p in made], "gray"),
        Series(_("Average of three"), [Point(p.average) for p in made], "orange"),
    ]
    chart = Chart(
        "dynamics", "line", _("Sales by period"), str(HEADS_OF_STEPS[given.step]), labels, series, "money", given.asked.currency,
        note=_("The moving average is that of the period and of the two before it."),
    )  # fmt: skip
    return chart_shown(chart, lang())


def _orders(given: Given, period: Period) -> str:
    first, last = max(period.first, given.asked.begins), min(period.last, given.asked.ends)
    return given.orders(first, last) if period.now.number else ""


def _periods(given: Given, made: list[Period]) -> Table:
    columns = [
        *money_column(given, _("Sold")), *money_column(given, _("A year before")), Column(_("Growth in a year"), "percent"),
        *money_column(given, _("Average of three")), Column(_("Orders")), *money_column(given, _("Average order")),
    ]  # fmt: skip
    lines = []
    for p in made:
        value, before = (
            (p.now.amount, p.before.amount) if given.money_seen else (p.now.number, p.before.number)
        )
        lines.append(
            Line(
                _name(given, p),
                [
                    *money_cell(given, p.now.amount, _orders(given, p)), *money_cell(given, p.before.amount), Cell(growth(value, before)),
                    *money_cell(given, p.average), Cell(p.now.number, _orders(given, p)), *money_cell(given, p.now.average),
                ],
            )
        )  # fmt: skip
    return Table("periods", _("By period"), str(HEADS_OF_STEPS[given.step]), columns, lines)


def _parts(given: Given, by: Dimension, found: list[Part], now: Sold) -> Table:
    called = names(given.actor, by, [p.key for p in found])
    products = by in ("product", "group")
    columns = [
        *money_column(given, _("Sold")), Column(pgettext("sales analysis", "Share"), "percent"), *money_column(given, _("A year before")),
        Column(_("Growth in a year"), "percent"), Column(_("Lines of orders") if products else _("Orders")),
        *([] if products else money_column(given, _("Average order"))),
    ]  # fmt: skip
    total = now.amount if given.money_seen else sum(p.now.number for p in found) if products else now.number
    lines = []
    for p in found:
        value, before = (
            (p.now.amount, p.before.amount) if given.money_seen else (p.now.number, p.before.number)
        )
        url = _rows(given, by, p.key) if p.now.number else ""
        part = share(value, total)
        lines.append(
            Line(
                _called(by, p.key, called),
                [
                    *money_cell(given, p.now.amount, url), Cell(part), *money_cell(given, p.before.amount), Cell(growth(value, before)),
                    Cell(p.now.number, url), *([] if products else money_cell(given, p.now.average)),
                ],
                float(max(part or 0, 0)), "teal", url=card(by, p.key) if p.key in called else "",
            )
        )  # fmt: skip
    return Table(f"by-{by}", str(HEADS[by]), str(HEADS[by]), columns, lines)


def _called(by: Dimension, key: Any, called: dict[Any, str]) -> str:
    if key is None:
        return _("Not from the catalogue") if by == "product" else _("Not said")
    return called.get(key) or str(CLOSED)


def _rows(given: Given, by: Dimension, key: Any) -> str:
    field = {"client": "party", "owner": "owner", "team": "team"}.get(by)
    straight = given.orders(**{field: key}) if field and key is not None else ""
    return straight or given.rows("orders", by=by, key="-" if key is None else key)
