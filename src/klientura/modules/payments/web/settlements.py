"""Money on the card of a client: what is owed, overdue, paid in advance, how far the client is trusted."""

import datetime as dt
from decimal import Decimal
from typing import Any, Final

from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from klientura.kernel.access.gate import may, readable
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.panels import MainPanel
from klientura.kernel.store.filters import Tree
from klientura.kernel.store.read import Row
from klientura.kernel.views.links import list_url
from klientura.kernel.web.requests import Request
from klientura.kit.formats import format_date, format_decimal, format_money
from klientura.modules.payments.queries import receivables
from klientura.modules.payments.queries.credit import Standing, standing_of
from klientura.modules.payments.queries.deliveries import unpaid_deliveries
from klientura.modules.payments.queries.receivables import BUCKETS, Asked, Line
from klientura.modules.payments.web.receivables import companies

SHOWN: Final = 15
LATE: Final = ("d30", "d60", "d90", "over")


def _context(asked: Request, _shape: Shape, row: Row) -> dict[str, Any]:
    party, today = int(row["id"]), timezone.localdate()
    lines = receivables.overdue_of(asked.actor, party)
    deliveries = unpaid_deliveries(asked.actor, party)
    lines += _only_delivered(lines, deliveries or {})
    terms = standing_of(party) if _sees_terms(asked) else None
    owed = receivables.rows_of(asked.actor, Asked(today, party=party), "total") if lines else []
    return {
        "groups": [_stats(party, line, deliveries) for line in lines],
        "terms": _terms(terms) if terms else None,
        "stopped": terms.reason or _("no reason given") if terms and terms.stopped else "",
        "rows": [
            {
                "title": _("Invoice No. {number}").format(number=r["title"]), "url": f"/invoice/{r['id']}",
                "due": format_date(r["due_on"], lang()) if r["due_on"] else "—", "left": format_money(r["left"], r["currency"], lang()),
                "late": format_decimal(r["late"], lang()) if r["late"] else "",
            }
            for r in owed[:SHOWN]
        ],
        "more_url": f"/receivables/rows?party={party}&bucket=total" if len(owed) > SHOWN else "",
        "party": party, "companies": companies(asked), "first": default_period(today)[0].isoformat(),
        "last": today.isoformat(), "reconciles": all(may(asked.actor, shape_of(key), "read") for key in ("closing_paper", "payment")),
    }  # fmt: skip


def _sees_terms(asked: Request) -> bool:
    shape = shape_of("credit_terms")
    return may(asked.actor, shape, "read") and {"credit_limit", "stopped"} <= set(
        readable(asked.actor, shape)
    )


def _only_delivered(lines: list[Line], deliveries: dict[str, Decimal]) -> list[Line]:
    """Lines of the currencies in which goods are not paid that no invoice was issued for."""
    known = {line.currency for line in lines}
    return [
        Line(currency, currency, dict.fromkeys(BUCKETS, Decimal(0)))
        for currency, left in sorted(deliveries.items())
        if left > 0 and currency not in known
    ]


def _stats(party: int, line: Line, deliveries: dict[str, Decimal] | None) -> list[dict[str, Any]]:
    def money(value: Any) -> str:
        return format_money(value, line.currency, lang())

    rows = f"/receivables/rows?party={party}&currency={line.currency}&bucket="
    delivered = None if deliveries is None else max(deliveries.get(line.currency, Decimal(0)), Decimal(0))
    late = sum((line.sums[b] for b in LATE), 0 * line.advance)
    return [
        {
            "label": _("Debt by invoices"),
            "value": money(line.sums["total"]),
            "url": f"{rows}total" if line.sums["total"] else "",
        },
        *(
            []
            if delivered is None
            else [{"label": _("Delivered, not paid"), "value": money(delivered), "url": ""}]
        ),
        {"label": _("Of it overdue"), "value": money(late), "url": "", "bad": bool(late)},
        {
            "label": _("Advance"),
            "value": money(line.advance),
            "url": _advances_url(party, line) if line.advance else "",
        },
    ]


def _advances_url(party: int, line: Line) -> str:
    """The payments that an advance is left of."""
    tree: Tree = {
        "and": [
            {"field": "party", "op": "eq", "value": party},
            {"field": "rest", "op": "gt", "value": "0"},
            {"field": "currency", "op": "eq", "value": line.currency},
        ]
    }
    return list_url("payment", tree)


def _terms(standing: Standing) -> dict[str, Any]:
    if standing.limit is None or standing.left is None:
        return {"limit": _("no limit"), "left": "", "passed": False}
    return {
        "limit": format_money(standing.limit, standing.currency, lang()),
        "left": format_money(standing.left, standing.currency, lang()),
        "passed": standing.left < 0,
    }


def default_period(today: dt.date) -> tuple[dt.date, dt.date]:
    """This quarter, up to today."""
    return today.replace(month=(today.month - 1) // 3 * 3 + 1, day=1), today


SETTLEMENTS_PANEL: Final = MainPanel(
    key="settlements", label=gettext_lazy("Settlements"), template="payments/settlements.html",
    fits=lambda shape: shape.base == "party" and bool(shape.constants), context=_context, sheets=("payments",),
)  # fmt: skip
