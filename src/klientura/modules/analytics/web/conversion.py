"""The view of conversion: a cohort and how far it came, where it was lost and why."""

import datetime as dt
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import ngettext, pgettext

from klientura.kernel.access.gate import readable
from klientura.kernel.screens.language import lang
from klientura.kernel.ui.charts import Chart, Point, Series, chart_shown, told
from klientura.kit.formats import format_date
from klientura.modules.analytics.queries.asked import opportunity
from klientura.modules.analytics.queries.cohort import Funnel, Sum, by_month, cohort
from klientura.modules.analytics.queries.contacts import contacts
from klientura.modules.analytics.web.frame import Given
from klientura.modules.analytics.web.tables import Cell, Column, Line, Table, View, difference, share

UNSAID: Final = "-"
MOST_MONTHS: Final = 12


def view(given: Given) -> View:
    """The funnel of the period; beside it, if asked for, what it was in the one before."""
    made = cohort(given.actor, given.asked, given.steps, given.money)
    before = None
    if given.compared:
        earlier = given.earlier()
        before = cohort(given.actor, earlier.asked, given.steps, given.money)
    shown = View(empty=not made.whole.number)
    if shown.empty:
        return shown
    shown.stats = _stats(given, made, before)
    shown.tables = [_funnel(given, made, before)]
    if (
        given.asked.entered is None
        and (months := by_month(given.actor, given.asked, given.steps, given.money))[1:]
    ):
        shown.charts = [_months(given, months[-MOST_MONTHS:])]
    if "loss_reason" in readable(given.actor, opportunity()) and made.reasons:
        shown.charts.append(_losses(given, made))
        shown.tables.append(_reasons(given, made))
    shown.remarks = remarks(given, made.without_rate)
    return shown


def remarks(given: Given, without_rate: int) -> list[str]:
    """What sums leave out, and by which rates they are reckoned."""
    found = []
    if given.money.seen and len(given.money.factors) > 1:
        found.append(
            _("Sums in other currencies are reckoned by the exchange rates of {day}.").format(
                day=format_date(given.money.day, lang())
            )
        )
    if without_rate:
        text = ngettext(
            "%(count)s deal is in a currency without an exchange rate: it is counted, but its sum is not.",
            "%(count)s deals are in currencies without an exchange rate: they are counted, but their sums are not.",
            without_rate,
        )
        found.append(text % {"count": without_rate})
    return found


def money_column(given: Given, label: str) -> list[Column]:
    """A column of sums, for whoever may see them."""
    return [Column(label, "money")] if given.money.seen else []


def money_cell(
    given: Given, money: Decimal, url: str = "", before: Decimal | None = None, good: int = 0
) -> list[Cell]:
    """The number of such a column."""
    return [Cell(money, url, before, good)] if given.money.seen else []


def _stats(given: Given, made: Funnel, before: Funnel | None) -> list[dict[str, Any]]:
    won, whole = made.won, made.whole
    closed = won.number + made.lost.number
    found = [
        _stat(
            given,
            _("Deals"),
            Cell(whole.number, given.rows("all"), before.whole.number if before else None, 1),
        ),
        _stat(
            given,
            pgettext("deals", "Won"),
            Cell(won.number, given.rows("won"), before.won.number if before else None, 1),
        ),
        _stat(
            given,
            _("Conversion to won"),
            Cell(
                share(won.number, whole.number),
                "",
                share(before.won.number, before.whole.number) if before else None,
                1,
            ),
            "percent",
        ),
        _stat(given, _("Won among closed"), Cell(share(won.number, closed)), "percent"),
    ]
    if given.money.seen:
        cell = Cell(round(won.money), given.rows("won"), round(before.won.money) if before else None, 1)
        found.insert(2, _stat(given, _("Won, sum"), cell, "money"))
    reached = contacts(given.actor, given.asked)
    if reached and reached.contacted:
        note = _("{won} of {all} clients who were contacted").format(won=reached.won, all=reached.contacted)
        text = told(share(reached.won, reached.contacted), "percent", lang())
        found.append({"label": _("Won of all contacts"), "value": text, "note": note, "url": "", "trend": ""})
    return found


def _stat(given: Given, label: str, cell: Cell, unit: Any = "count") -> dict[str, Any]:
    delta = difference(cell, unit, given.asked.currency)
    return {
        "label": label,
        "value": told(cell.value, unit, lang(), given.asked.currency),
        "url": cell.url if cell.value else "",
        "note": _("{delta} to the period before").format(delta=delta["delta"]) if delta["delta"] else "",
        "trend": delta["trend"],
    }


def _funnel(given: Given, made: Funnel, before: Funnel | None) -> Table:
    """Stage by stage: who came as far, what share of all, how many of them came further, who is there, who was lost."""
    columns = [
        Column(pgettext("funnel", "Reached")),
        *money_column(given, _("Sum")),
        Column(_("Of all"), "percent"),
        Column(_("To the next step"), "percent"),
        Column(_("Are here now")),
        Column(_("Lost from here")),
    ]
    lines = []
    for place, each in enumerate(made.stages):
        further = made.stages[place + 1].came if place + 1 < len(made.stages) else made.won
        stage = each.step.id
        more = [
            Cell(share(further.number, each.came.number)),
            Cell(each.here.number, given.rows("here", stage=stage)),
            Cell(each.lost.number, given.rows("lost", stage=stage)),
        ]
        then = (before.stages[place].came, before.whole) if before else None
        cells = _came(given, each.came, made.whole, then, given.rows("reached", stage=stage))
        lines.append(Line(each.step.name, [*cells, *more], _bar(each.came, made.whole), each.step.hue))
    then = (before.won, before.whole) if before else None
    cells = [*_came(given, made.won, made.whole, then, given.rows("won")), Cell(None), Cell(None), Cell(None)]
    lines.append(Line(pgettext("deals", "Won"), cells, _bar(made.won, made.whole), "green"))
    lines += _endings(given, made, len(columns))
    return Table("funnel", _("How far deals came"), _("Stage"), columns, lines)


def _bar(part: Sum, whole: Sum) -> float:
    return float(share(part.number, whole.number) or 0)


def _came(given: Given, found: Sum, whole: Sum, then: tuple[Sum, Sum] | None, url: str) -> list[Cell]:
    """How many came as far, for how much, and their share of all; beside what it was (of how many)."""
    number, part = (then[0].number, share(then[0].number, then[1].number)) if then else (None, None)
    return [
        Cell(found.number, url, number, 1),
        *money_cell(given, found.money, url),
        Cell(share(found.number, whole.number), "", part, 1),
    ]


def _endings(given: Given, made: Funnel, width: int) -> list[Line]:
    """Those that did not win: lost, open still, in another pipeline now."""
    ends: list[tuple[str, Sum, str, str]] = [
        (pgettext("deals", "Lost"), made.lost, "lost", "red"),
        (pgettext("deals", "Still open"), made.open, "open", "blue"),
        (_("In another pipeline now"), made.elsewhere, "elsewhere", "gray"),
    ]
    lines = []
    for label, found, kind, hue in ends:
        if found.number:
            url = given.rows(kind)
            cells = [
                Cell(found.number, url),
                *money_cell(given, found.money, url),
                Cell(share(found.number, made.whole.number)),
            ]
            cells += [Cell(None)] * (width - len(cells))
            lines.append(Line(label, cells, float(share(found.number, made.whole.number) or 0), hue))
    return lines


def _months(given: Given, months: list[tuple[dt.date, Funnel]]) -> dict[str, Any]:
    """How far the deals of each month came: young months have had less time."""
    steps = [s for s in given.steps if s.kind == "open"]
    labels = [*(s.name for s in steps[1:]), pgettext("deals", "Won")]
    series = [
        Series(
            f"{month:%m.%Y} · {made.whole.number}",
            [_square(given, month, made, place) for place in range(len(labels))],
        )
        for month, made in months
    ]
    chart = Chart(
        "months",
        "heatmap",
        _("How far the deals of each month came"),
        pgettext("funnel", "Reached"),
        labels,
        series,
        "percent",
        note=_(
            "Of the deals made in a month, by the stage they have reached so far. The last months are still on their way."
        ),
    )
    return chart_shown(chart, lang())


def _square(given: Given, month: dt.date, made: Funnel, place: int) -> Point:
    last = (month.replace(day=28) + dt.timedelta(days=4)).replace(day=1) - dt.timedelta(days=1)
    days = {"from": max(month, given.asked.first), "to": min(last, given.asked.last)}
    if place + 1 < len(made.stages):
        reached = made.stages[place + 1]
        number, url = reached.came.number, given.rows("reached", stage=reached.step.id, **days)
    else:
        number, url = made.won.number, given.rows("won", **days)
    return Point(share(number, made.whole.number), url if number else "")


def _by_reason(made: Funnel) -> dict[str, Sum]:
    found: dict[str, Sum] = {}
    for (reason, _stage), each in made.reasons.items():
        found.setdefault(reason or UNSAID, Sum()).add(each.number, each.money)
    return dict(sorted(found.items(), key=lambda pair: -pair[1].number))


def _labels() -> dict[str, str]:
    labels = {c.code: str(c.label) for c in opportunity().fields["loss_reason"].params.choices}
    return {**labels, UNSAID: _("Not said")}


def _losses(given: Given, made: Funnel) -> dict[str, Any]:
    """Reasons of loss, each in pieces by the stage that deals were lost from."""
    labels, reasons = _labels(), list(_by_reason(made))
    froms = [(s.id, s.name, s.hue) for s in given.steps if s.kind == "open"]
    known = {pk for pk, _name, _hue in froms}
    series = [
        Series(name, [_lost(given, made, reason, (pk,)) for reason in reasons], hue)
        for pk, name, hue in froms
    ]
    others = tuple({stage for _reason, stage in made.reasons if stage not in known})
    if others:
        series.append(
            Series(_("At once, or unknown"), [_lost(given, made, r, others) for r in reasons], "gray")
        )
    series = [s for s in series if any(p.value for p in s.points)]
    chart = Chart(
        "losses",
        "stacked",
        _("Why deals were lost, and from where"),
        _("Reason"),
        [labels.get(r, r) for r in reasons],
        series,
    )
    return chart_shown(chart, lang())


def _lost(given: Given, made: Funnel, reason: str, stages: tuple[int | None, ...]) -> Point:
    key = None if reason == UNSAID else reason
    number = sum(made.reasons[key, s].number for s in stages if (key, s) in made.reasons)
    stage = stages[0] if len(stages) == 1 else None
    return Point(number, given.rows("lost", reason=reason, stage=stage) if number and stage else "")


def _reasons(given: Given, made: Funnel) -> Table:
    labels = _labels()
    columns = [Column(_("Deals")), Column(_("Of the lost"), "percent"), *money_column(given, _("Sum"))]
    lines = []
    for reason, found in _by_reason(made).items():
        url = given.rows("lost", reason=reason)
        part = share(found.number, made.lost.number)
        cells = [Cell(found.number, url), Cell(part), *money_cell(given, found.money, url)]
        lines.append(Line(labels.get(reason, reason), cells, float(part or 0), "red"))
    return Table("reasons", _("Reasons of loss"), _("Reason"), columns, lines)
