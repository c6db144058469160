"""The view of classes: the matrix of ABC and XYZ, the largest rows, and who has changed class."""

from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from klientura.kernel.screens.language import lang
from klientura.kernel.ui.charts import Unit, told
from klientura.modules.analytics.queries.sold.classes import (
    ABC,
    LEAST,
    XYZ,
    Classed,
    Classes,
    Measure,
    classes,
    moves,
)
from klientura.modules.analytics.queries.sold.dimensions import Dimension, names
from klientura.modules.analytics.web.sold.frame import Given, classed, measures
from klientura.modules.analytics.web.tables import Cell, Column, Line, Table, View, share

HEADS: Final[dict[Dimension, Any]] = {
    "client": gettext_lazy("Client"), "product": gettext_lazy("Product"), "group": gettext_lazy("Group of products"),
    "owner": gettext_lazy("Owner"), "team": gettext_lazy("Team"), "city": gettext_lazy("City of the client"),
    "source": gettext_lazy("Source of the client"), "segment": gettext_lazy("Segment of clients"),
}  # fmt: skip
CLASSED: Final[dict[Dimension, Any]] = {
    "client": gettext_lazy("Clients"), "product": gettext_lazy("Products"), "group": gettext_lazy("Groups of products"),
    "owner": gettext_lazy("Owners"),
}  # fmt: skip
MEASURES: Final[dict[Measure, Any]] = {
    "amount": pgettext_lazy("sales analysis", "Turnover"), "number": gettext_lazy("Number of orders"), "quantity": gettext_lazy("Quantity"),
}  # fmt: skip
UNITS: Final[dict[Measure, Unit]] = {"amount": "money", "number": "count", "quantity": "count"}
HUES: Final = {"A": "green", "B": "blue", "C": "gray"}
CLOSED: Final = gettext_lazy("Closed to you")


def choices(given: Given) -> list[dict[str, Any]]:
    """What is put into classes, and by which value."""
    question = given.question
    of = [
        {"label": str(CLASSED[d]), "url": given.url(of=d), "active": d == question.dimension}
        for d in classed(given.actor)
    ]
    by = [
        {
            "label": measure_name(question.dimension, m),
            "url": given.url(measure=m),
            "active": m == question.measure,
        }
        for m in measures(question.dimension, money=given.money_seen)
    ]
    return [{"label": _("What"), "items": of}, {"label": _("By which value"), "items": by}]


def measure_name(dimension: Dimension, measure: Measure) -> str:
    """Of products, orders are counted line by line."""
    return (
        _("Lines of orders")
        if measure == "number" and dimension in ("product", "group")
        else str(MEASURES[measure])
    )


def view(given: Given) -> View:
    """The matrix, with how many are in each cell and what share of all they bring; below it the largest rows."""
    found = classes(given.actor, given.asked, given.question, given.rates)
    shown = View(empty=not found.number)
    if shown.empty:
        return shown
    shown.tables = [_matrix(given, found), _largest(given, found)]
    shown.remarks = rules(given)
    return shown


def _matrix(given: Given, found: Classes) -> Table:
    """Three by three, with those of which too little is known beside it."""
    unit = UNITS[given.question.measure]
    seen = [x for x in XYZ if x != "-" or any(key[1] == "-" for key in found.cells)]
    columns = [
        *(Column(_("Too few months") if x == "-" else x) for x in seen),
        Column(_("All of the class")), Column(measure_name(given.question.dimension, given.question.measure), unit),
        Column(_("Share of all"), "percent"),
    ]  # fmt: skip
    lines = []
    for abc in ABC:
        cells = [_square(given, found, abc=abc, xyz=x) for x in seen]
        lines.append(
            Line(abc, [*cells, *_sum_of(given, found, abc=abc)], hue=HUES[abc], bar=_part(found, abc))
        )
    total = [_square(given, found, xyz=x) for x in seen]
    lines.append(Line(_("Total"), [*total, *_sum_of(given, found)], total=True))
    return Table("matrix", _("Matrix of ABC and XYZ"), pgettext("sales analysis", "Class"), columns, lines)


def _square(given: Given, found: Classes, *, abc: str = "", xyz: str = "") -> Cell:
    """How many are in a cell of the matrix; below it what they bring, and what share of all."""
    mine = [c for key, c in found.cells.items() if abc in ("", key[0]) and xyz == key[1]]
    number, value = sum(c.number for c in mine), sum((c.value for c in mine), Decimal(0))
    sum_told = told(round(value), UNITS[given.question.measure], lang(), given.asked.currency)
    note = f"{sum_told} · {told(share(value, found.whole), 'percent', lang())}" if number else ""
    return Cell(number, given.rows("cell", abc=abc, xyz=xyz), note=note)


def _part(found: Classes, abc: str) -> float:
    mine = sum((c.value for key, c in found.cells.items() if key[0] == abc), Decimal(0))
    return float(max(share(mine, found.whole) or Decimal(0), Decimal(0)))


def _sum_of(given: Given, found: Classes, abc: str = "") -> list[Cell]:
    mine = [c for key, c in found.cells.items() if abc in ("", key[0])]
    value = sum((c.value for c in mine), Decimal(0))
    return [
        Cell(sum(c.number for c in mine), given.rows("cell", abc=abc)),
        Cell(value),
        Cell(share(value, found.whole)),
    ]


def _largest(given: Given, found: Classes) -> Table:
    head = str(HEADS[given.question.dimension])
    made = rows_table(given, found.rows, _("The largest"), head)
    if found.number > len(found.rows):
        made = Table(
            made.key,
            made.title,
            made.head,
            made.columns,
            made.lines,
            _("The first {n} are shown; a number of the matrix opens the rest.").format(n=len(found.rows)),
        )
    return made


def rows_table(given: Given, rows: list[Classed], title: str, head: str) -> Table:
    """Rows with their classes."""
    dimension, measure = given.question.dimension, given.question.measure
    called = names(given.actor, dimension, [r.key for r in rows])
    columns = [
        Column(measure_name(dimension, measure), UNITS[measure]), Column(pgettext("sales analysis", "Share"), "percent"),
        Column(_("Share up to it"), "percent"),
        Column(_("Variation"), "percent"), Column(pgettext("sales analysis", "Class"), "text"),
    ]  # fmt: skip
    longest = max((r.share for r in rows), default=Decimal(0))
    lines = [
        Line(
            called.get(r.key) or str(CLOSED),
            [Cell(r.value, behind(given, r.key)), Cell(r.share), Cell(r.upto), Cell(r.variation), Cell(None, text=letters(r))],
            float(100 * max(r.share, Decimal(0)) / longest) if longest > 0 else 0, HUES[r.abc], url=card(dimension, r.key) if r.key in called else "",
        )
        for r in rows
    ]  # fmt: skip
    return Table("classed", title, head, columns, lines)


def letters(row: Classed) -> str:
    """Both letters; for the second one there may be too few months."""
    return row.abc + row.xyz if row.xyz != "-" else _("{letter}, too few months").format(letter=row.abc)


def card(dimension: Dimension, key: Any) -> str:
    """Where a client or a product stands."""
    return {"client": f"/party/{key}", "product": f"/product/{key}"}.get(dimension, "")


def behind(given: Given, key: Any) -> str:
    """The orders behind a row, where a list of orders can say it; else they are told by the page of rows."""
    if given.question.dimension == "client":
        return given.orders(party=key) or given.rows("orders", key=key)
    if given.question.dimension == "owner":
        return given.orders(owner=key) or given.rows("orders", key=key)
    return given.rows("orders", key=key)


def rules(given: Given) -> list[str]:
    """By which rules classes are given."""
    limits = given.question.limits
    return [
        _(
            "A: by falling value, whatever together makes up no more than {a} % (the largest always); B: up to {b} %; C: the rest."
        ).format(a=_n(limits.a), b=_n(limits.b)),
        _(
            "Variation: the standard deviation of the months by their mean (σ of all months, not of a sample). X up to {x} %, Y up to {y} %, Z above."
            " Months without sales count as nought, from the month of the first sale on. With fewer than {n} months there is no second letter."
        ).format(x=_n(limits.x), y=_n(limits.y), n=LEAST),
    ]


def _n(value: Decimal) -> str:
    return told(value, "percent", lang()).rstrip("%\xa0")


def view_of_moves(given: Given) -> View:
    """From which class to which, between the period and the one of the same length before it."""
    before = given.earlier()
    earlier = given.rates_of(before)
    found = moves(given.actor, given.asked, before, given.question, given.rates, earlier)
    shown = View(empty=not found)
    if shown.empty:
        return shown
    columns = [*(Column(_("Now {letter}").format(letter=x)) for x in ABC), Column(_("Not any more"))]
    lines = [
        Line(
            _("Was {letter}").format(letter=was) if was != "-" else _("Was not there"),
            [Cell(found.get((was, abc), 0), given.rows("moved", pair=was + abc)) for abc in (*ABC, "-")],
        )
        for was in (*ABC, "-")
    ]  # fmt: skip
    shown.stats = [_stat(given, label, pairs, found) for label, pairs in (
        (_("Fell"), [("A", "B"), ("A", "C"), ("B", "C")]), (_("Rose"), [("B", "A"), ("C", "A"), ("C", "B")]),
        (_("Stopped buying") if given.question.dimension == "client" else _("Not sold any more"), [("A", "-"), ("B", "-"), ("C", "-")]),
    )]  # fmt: skip
    shown.tables = [Table("moves", _("From which class to which"), _("Period before"), columns, lines)]
    shown.remarks = [
        _("Compared with the {n} months before: {first} to {last}.").format(
            n=before.months, first=f"{before.begins:%m.%Y}", last=f"{before.ends:%m.%Y}"
        ),
        rules(given)[0],
    ]
    return shown


def _stat(
    given: Given, label: str, pairs: list[tuple[str, str]], found: dict[tuple[str, str], int]
) -> dict[str, Any]:
    number = sum(found.get(pair, 0) for pair in pairs)
    return {
        "label": label,
        "value": told(number, "count", lang()),
        "url": given.rows("moved", pair=",".join("".join(p) for p in pairs)) if number else "",
    }
