"""Open deals without a next step, by whose they are; a report beside those of contacts."""

from typing import Final

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from klientura.kernel.access.actor import Actor
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.store.filters import Tree
from klientura.modules.activities.queries.analysis import COUNT, grouped, sees
from klientura.modules.activities.queries.reports import Asked, Cell, Line, Report, Table, by_owner, names_of

OPEN: Final[Tree] = {"field": "status", "op": "eq", "value": "open"}
IDLE: Final[Tree] = {"and": [OPEN, {"field": "next_step_at", "op": "empty"}]}


def idle_deals(actor: Actor, _asked: Asked) -> list[Table] | None:
    """How many open deals each has, and how many of them nobody has planned a step for."""
    deal = shape_of("opportunity")
    if not sees(actor, deal, "owner", "status", "next_step_at"):
        return None
    whole = {row[0]: row[1] for row in grouped(actor, deal, OPEN, ("owner_id",), (COUNT,))}
    idle = {row[0]: row[1] for row in grouped(actor, deal, IDLE, ("owner_id",), (COUNT,))}
    names = names_of(whole)
    lines = tuple(
        Line(
            names.get(owner, pgettext("report", "Without an owner")),
            (
                Cell(whole[owner], "opportunity", {"and": [by_owner(owner), OPEN]}),
                Cell(idle.get(owner, 0), "opportunity", {"and": [by_owner(owner), IDLE]}),
            ),
        )
        for owner in sorted(whole, key=lambda o: -idle.get(o, 0))
    )
    return [
        Table(gettext_lazy("Deals without a next step"), (_("Open deals"), _("without a next step")), lines)
    ]


REPORT: Final = Report("deals", gettext_lazy("Deals without a next step"), idle_deals)
