"""The view of comparison: the cohort by person, team, source, product, city or segment."""

from collections.abc import Sequence
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy

from klientura.kernel.access.models import Team, User
from klientura.kernel.segments.reading import names_of
from klientura.modules.analytics.queries.comparing import Dimension, by_dimension, offered
from klientura.modules.analytics.queries.comparing import Line as Found
from klientura.modules.analytics.web.conversion import money_cell, money_column
from klientura.modules.analytics.web.frame import Given
from klientura.modules.analytics.web.tables import Cell, Column, Line, Table, View

LABELS: Final[dict[Dimension, Any]] = {
    "owner": gettext_lazy("By owner"),
    "team": gettext_lazy("By team"),
    "source": gettext_lazy("By source"),
    "product": gettext_lazy("By product"),
    "city": gettext_lazy("By city"),
    "segment": gettext_lazy("By segment"),
}
HEADS: Final[dict[Dimension, Any]] = {
    "owner": gettext_lazy("Owner"),
    "team": gettext_lazy("Team"),
    "source": gettext_lazy("Source"),
    "product": gettext_lazy("Product"),
    "city": gettext_lazy("City"),
    "segment": pgettext_lazy("funnel", "Segment"),
}


def ways(given: Given) -> list[dict[str, Any]]:
    """By what one may compare."""
    return [
        {"label": str(LABELS[d]), "url": given.url(view="by", by=d), "active": d == given.by}
        for d in offered(given.actor)
    ]


def view(given: Given) -> View:
    """One row for each value: its deals, how they ended, what they brought, how soon."""
    if given.by is None:
        return View(empty=True)
    found = by_dimension(given.actor, given.asked, given.by, given.steps, given.money)
    before: dict[Any, Found] = {}
    if given.compared:
        earlier = given.earlier().asked
        lines = by_dimension(given.actor, earlier, given.by, given.steps, given.money)
        before = {line.key: line for line in lines}
    shown = View(empty=not found)
    if found:
        shown.tables = [_table(given, given.by, found, before)]
    if given.by in ("product", "segment"):
        shown.remarks = [
            _(
                "A deal with several products, or of a client in several segments, stands in each of their rows."
            )
        ]
    return shown


def _names(given: Given, dimension: Dimension, found: Sequence[Found]) -> dict[Any, str]:
    ids = [line.key for line in found if line.key is not None]
    if dimension == "owner":
        return dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))
    if dimension == "team":
        return dict(Team.objects.filter(pk__in=ids).values_list("pk", "name"))
    if dimension == "segment":
        return dict(names_of(given.actor, ids))
    return {line.key: line.name for line in found}


def _table(given: Given, dimension: Dimension, found: Sequence[Found], before: dict[Any, Found]) -> Table:
    names = _names(given, dimension, found)
    columns = [
        Column(_("Deals")),
        Column(pgettext("deals", "Won")),
        Column(_("Conversion to won"), "percent"),
        Column(pgettext("deals", "Lost")),
        Column(pgettext("deals", "Still open")),
        *money_column(given, _("Won, sum")),
        Column(_("Cycle, median"), "days"),
    ]
    most = max((line.share or 0 for line in found), default=0)
    lines = []
    for line in found:
        then = before.get(line.key)
        told = {"dim": dimension, "key": "-" if line.key is None else line.key}
        lines.append(
            Line(
                names.get(line.key) or _("Not said"),
                [
                    Cell(line.number, given.rows("all", **told), then.number if then else None, 1),
                    Cell(line.won, given.rows("won", **told), then.won if then else None, 1),
                    Cell(line.share, "", then.share if then else None, 1),
                    Cell(line.lost, given.rows("lost", **told)),
                    Cell(line.open, given.rows("open", **told)),
                    *money_cell(
                        given, line.won_money, given.rows("won", **told), then.won_money if then else None, 1
                    ),
                    Cell(line.cycle, "", then.cycle if then else None, -1),
                ],
                float(100 * (line.share or 0) / most) if most else 0,
                "teal",
            )
        )
    return Table(f"by-{dimension}", str(LABELS[dimension]), str(HEADS[dimension]), columns, lines)
