"""The view of what has changed sales: volume, mix, prices, rates, products and clients that came and went."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klientura.kernel.screens.language import lang
from klientura.kernel.ui.charts import Chart, Point, Series, chart_shown
from klientura.modules.analytics.queries.sold.asked import Asked, sees_clients, sees_products
from klientura.modules.analytics.queries.sold.dimensions import names
from klientura.modules.analytics.queries.sold.effect import (
    PARTS,
    Effect,
    Part,
    clients,
    dearer,
    decomposed,
    pairs,
)
from klientura.modules.analytics.queries.sold.rates import Rates, money, rates_in
from klientura.modules.analytics.web.sold.classes import CLOSED
from klientura.modules.analytics.web.sold.dynamics import growth, remarks
from klientura.modules.analytics.web.sold.frame import Given, month_name
from klientura.modules.analytics.web.tables import Cell, Column, Line, Table, View, share

COMPARED = ("year", "before")


def before_of(given: Given) -> Asked:
    """The months to compare with: those a year before, or just before."""
    return given.earlier() if given.said.get("pairs") == "before" else given.asked.shifted(12)


def choices(given: Given) -> list[dict[str, Any]]:
    """With what to compare."""
    labels = {"year": _("With a year before"), "before": _("With the period before")}
    chosen = given.said.get("pairs") if given.said.get("pairs") in COMPARED else "year"
    return [
        {
            "label": _("Compare"),
            "items": [
                {"label": labels[k], "url": given.url(pairs=k), "active": k == chosen} for k in COMPARED
            ],
        }
    ]


def view(given: Given) -> View:
    """The difference in its parts; the products and clients that make it."""
    if not given.money_seen:
        return View(remarks=[_("It is told in money only, and sums are closed to you.")])
    before = before_of(given)
    rates = rates_in(
        given.actor, given.asked.currency, min(before.first, given.asked.first), given.asked.last
    )
    shown = View()
    if sees_products(given.actor):
        _products(given, before, rates, shown)
    if sees_clients(given.actor):
        _clients(given, before, rates, shown)
    shown.empty = not shown.tables
    if shown.tables:
        shown.remarks = [
            _("Compared with {first} to {last}.").format(
                first=month_name(before.first), last=month_name(before.last)
            ),
            _(
                "Volume: as if everything had grown alike. Mix: that more is sold of some products and less of others. Price: the change of mean"
                " prices, at the rates of then. Rate: what exchange rates have added. The parts make up the difference exactly."
            ),
            *remarks(given, 0),
        ]
    return shown


def _labels() -> dict[Part, str]:
    return {
        "volume": pgettext("sales analysis", "Volume"), "mix": _("Mix of products"), "price": pgettext("sales analysis", "Prices"),
        "rate": _("Exchange rates"), "new": _("New products"), "lost": _("Products not sold any more"), "other": _("Without a product or a price"),
    }  # fmt: skip


def _products(given: Given, before: Asked, rates: Rates, shown: View) -> None:
    found = pairs(given.actor, given.asked, before, rates)
    made = decomposed(found)
    if not made.before and not made.now:
        return
    shown.charts.append(_chart(given, made))
    labels = _labels()
    lines = [Line(pgettext("sales analysis", "Before"), [Cell(money(made.before)), Cell(None)], total=True)]
    lines += [
        Line(labels[p], [Cell(money(made.parts[p])), Cell(share(made.parts[p], made.before))])
        for p in PARTS
        if made.parts[p]
    ]
    lines.append(Line(_("Now"), [Cell(money(made.now)), Cell(growth(made.now, made.before))], total=True))
    columns = [Column(pgettext("sales analysis", "Sum"), "money"), Column(_("To what was before"), "percent")]
    shown.tables.append(
        Table("effect", _("What has changed sales"), pgettext("sales analysis", "Part"), columns, lines)
    )
    if rows := dearer(found):
        called = names(given.actor, "product", [r.key for r in rows])
        columns = [
            Column(_("Mean price before"), "money"), Column(_("Mean price now"), "money"), Column(_("Change of price"), "percent"),
            Column(_("What it has brought"), "money"),
        ]  # fmt: skip
        lines = [
            Line(
                called.get(r.key) or str(CLOSED),
                [Cell(r.before), Cell(r.now), Cell(growth(r.now, r.before)), Cell(r.effect, given.rows("orders", by="product", key=r.key))],
                url=f"/product/{r.key}" if r.key in called else "",
            )
            for r in rows
        ]  # fmt: skip
        note = _("Mean prices of what was sold, at the exchange rates of the first period.")
        shown.tables.append(Table("prices", _("Prices"), _("Product"), columns, lines, note))


def _chart(given: Given, made: Effect) -> dict[str, Any]:
    labels = _labels()
    kept = [p for p in PARTS if made.parts[p]]
    points = [
        Point(money(made.before), whole=True), *(Point(money(made.parts[p])) for p in kept), Point(money(made.now), whole=True),
    ]  # fmt: skip
    chart = Chart(
        "effect", "waterfall", _("From the sales of then to those of now"), pgettext("sales analysis", "Part"),
        [pgettext("sales analysis", "Before"), *(labels[p] for p in kept), _("Now")], [Series(pgettext("sales analysis", "Sum"), points)],
        "money", given.asked.currency,
    )  # fmt: skip
    return chart_shown(chart, lang())


def _clients(given: Given, before: Asked, rates: Rates, shown: View) -> None:
    kinds, largest = clients(given.actor, given.asked, before, rates)
    if not kinds:
        return
    labels = {
        "new": _("New clients"),
        "more": _("Buy more"),
        "less": _("Buy less"),
        "lost": _("Stopped buying"),
    }
    lines = [Line(label, [Cell(kinds[k][0]), Cell(kinds[k][1])]) for k, label in labels.items() if k in kinds]
    columns = [Column(_("Clients")), Column(_("Difference"), "money")]
    shown.tables.append(Table("effect-clients", _("The same by clients"), _("Client"), columns, lines))
    called = names(given.actor, "client", [c.key for c in largest])
    columns = [
        Column(pgettext("sales analysis", "Before"), "money"),
        Column(_("Now"), "money"),
        Column(_("Difference"), "money"),
    ]
    lines = [
        Line(
            called.get(c.key) or str(CLOSED), [Cell(c.before), Cell(c.now, given.orders(party=c.key)), Cell(c.difference)],
            url=f"/party/{c.key}" if c.key in called else "",
        )
        for c in largest
    ]  # fmt: skip
    shown.tables.append(Table("who", _("Who has changed it the most"), _("Client"), columns, lines))
