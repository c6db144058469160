"""What is left of a paper or a deal after what its goods cost us, on its card; only to those who see what goods cost."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from django.utils.translation import gettext_lazy

from klientura.kernel.access.gate import readable_parts
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.approvals.facts import Fact
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.panels import MainPanel
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kernel.web.requests import Request
from klientura.kit.formats import format_money, format_paper_date
from klientura.modules.catalog.services.limits import percent_words
from klientura.modules.catalog.services.margin import Margin, margins, sees_margin, whole
from klientura.modules.orders.services.limits import terms_of

KEYS: Final = frozenset({"opportunity", "offer", "order", "invoice"})
NOTHING_SAID: Final = dict.fromkeys(("party", "price_list", "issued_on", "currency"))


def _context(asked: Request, shape: Shape, row: Row) -> dict[str, Any]:
    if not sees_margin(asked.actor) or "lines" not in readable_parts(asked.actor, shape):
        return {"open": False}
    lines = read.parts_of(asked.actor, shape, [row["id"]])[row["id"]]["lines"]
    terms = terms_of({**NOTHING_SAID, "tax_mode": "included", **row})
    found = margins(lines, terms)
    return {
        "open": True,
        "lines": [{"name": lines[m.place]["name"] or "", **_told(m, terms.currency)} for m in found],
        "total": _told(whole(found), terms.currency),
        "unknown": sum(1 for m in found if m.cost is None and not m.unrated),
        "unrated": sorted({m.unrated for m in found} - {""}),
        "day": format_paper_date(terms.day, lang()),
    }


def _told(margin: Margin, currency: str) -> Mapping[str, Any]:
    def money(value: Decimal | None) -> str:
        return "" if value is None else format_money(value, currency, lang())

    percent = margin.percent
    return {
        "net": money(margin.net), "cost": money(margin.cost), "left": money(margin.left),
        "percent": percent_words(percent) if percent is not None else "",
        "loss": margin.left is not None and margin.left < 0,
    }  # fmt: skip


def margin_fact(asked: Request, shape: Shape, row: Row) -> list[Fact]:
    """What is left of a paper, for whoever decides on it and sees what goods cost."""
    if not sees_margin(asked.actor) or "lines" not in readable_parts(asked.actor, shape):
        return []
    lines = read.parts_of(asked.actor, shape, [row["id"]])[row["id"]]["lines"]
    terms = terms_of({**NOTHING_SAID, "tax_mode": "included", **row})
    told = _told(whole(margins(lines, terms)), terms.currency)
    if not told["left"]:
        return []
    return [
        Fact(
            gettext_lazy("Margin"),
            " · ".join(filter(None, (told["left"], told["percent"]))),
            bad=told["loss"],
        )
    ]


MARGIN_PANEL: Final = MainPanel(
    key="margin",
    label=gettext_lazy("Margin"),
    template="orders/margin.html",
    fits=lambda shape: shape.key in KEYS,
    context=_context,
    sheets=("lines",),
)
