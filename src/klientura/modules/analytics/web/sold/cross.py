"""The view of cross sales: what goes together, how surely, and who has bought the one without the other."""

from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from klientura.kernel.screens.language import lang
from klientura.kernel.ui.charts import told
from klientura.kit.formats import format_decimal
from klientura.modules.analytics.queries.sold.asked import sees_clients, sees_products
from klientura.modules.analytics.queries.sold.cross import MOST_THINGS, Basket, Level, Pair, Pairs, pairs
from klientura.modules.analytics.queries.sold.dimensions import names, offered
from klientura.modules.analytics.web.sold.classes import CLASSED
from klientura.modules.analytics.web.sold.frame import Given
from klientura.modules.analytics.web.tables import Cell, Column, Line, Table, View

LEVELS: Final[tuple[Level, ...]] = ("product", "group")


def baskets(given: Given) -> list[Basket]:
    """Within what things are together, as far as the reader may ask: what one client bought, what is in one order."""
    return ["client", "order"] if sees_clients(given.actor) else ["order"]


def basket_of(given: Given) -> Basket:
    """Within what things are together, as the address says."""
    known = baskets(given)
    return next((b for b in known if b == given.said.get("basket")), known[0])


def level_of(given: Given) -> Level:
    """What is paired, as the address says: products, or groups of them."""
    known = [level for level in LEVELS if level in offered(given.actor)]
    return next((level for level in known if level == given.said.get("level")), "product")


def choices(given: Given) -> list[dict[str, Any]]:
    """What is paired, and within what."""
    if not sees_products(given.actor):
        return []
    labels = {"client": _("By one client in the period"), "order": _("In one order")}
    return [
        {
            "label": _("What"),
            "items": [
                {"label": str(CLASSED[d]), "url": given.url(level=d), "active": d == level_of(given)}
                for d in LEVELS
                if d in offered(given.actor)
            ],
        },
        {
            "label": _("Bought"),
            "items": [
                {"label": labels[b], "url": given.url(basket=b), "active": b == basket_of(given)}
                for b in baskets(given)
            ],
        },
    ]


def limits(given: Given) -> list[dict[str, Any]]:
    """From how many common buyers on a pair is shown."""
    return [
        {
            "type": "number", "name": "least", "label": _("Bought together at least, times"),
            "value": given.said.get("least", str(given.least)), "error": given.errors.get("least"), "attrs": {"maxlength": "6"},
        }
    ]  # fmt: skip


def view(given: Given) -> View:
    """The pairs that go together more often than by chance."""
    if not sees_products(given.actor):
        return View(remarks=[_("It is told by products, and these are closed to you.")])
    basket, level = basket_of(given), level_of(given)
    found = pairs(given.actor, given.asked, basket, level, given.least)
    shown = View(empty=not found.baskets)
    if shown.empty:
        return shown
    called = names(given.actor, level, {key for p in found.pairs for key in (p.first, p.second)})
    seen = [p for p in found.pairs if p.first in called and p.second in called]
    label = _("Clients who bought") if basket == "client" else _("Orders")
    shown.stats = [{"label": label, "value": told(found.baskets, "count", lang()), "url": ""}]
    if seen:
        shown.tables = [_table(given, seen, called, basket)]
    else:
        shown.remarks.append(_("Nothing is bought together so often. Take a lower limit or a longer period."))
    shown.remarks += _rules(found)
    return shown


def _table(given: Given, seen: list[Pair], called: dict[Any, str], basket: Basket) -> Table:
    columns = [
        Column(_("Both, clients") if basket == "client" else _("Both, orders")),
        Column(_("Of those with the first"), "percent"),
        Column(_("More often than by chance, times"), "text"),
        Column(_("Of all"), "percent"),
        Column(_("The first without the second")),
    ]
    lines = []
    for p in seen:
        key = f"{p.first}.{p.second}"
        lines.append(
            Line(
                f"{called[p.first]} → {called[p.second]}",
                [
                    Cell(p.both, given.rows("both", key=key)),
                    Cell(round(p.confidence, 1)),
                    Cell(None, text=format_decimal(round(p.lift, 1), lang())),
                    Cell(round(p.support, 1)),
                    Cell(p.of_first - p.both, given.rows("without", key=key) if p.of_first > p.both else ""),
                ],
            )
        )
    return Table(
        "pairs", _("Bought together"), pgettext("cross sales", "Who bought → and what else"), columns, lines
    )


def _rules(found: Pairs) -> list[str]:
    told_of = [
        _(
            "Of those with the first: how many of them have the second, too (confidence). More often than by chance: how many times this is"
            " more often than among all (lift). Pairs are sorted by how many more there are than chance would make."
        ),
        _("The {n} things that are bought most often are paired.").format(n=MOST_THINGS),
    ]
    if found.in_part:
        told_of.append(
            _(
                "There are very many orders: the numbers are those of a part, chosen evenly; the lists behind them are of all."
            )
        )
    return told_of
