"""The turnover of debt by month, and how long clients take to pay; every figure opens its rows."""

import datetime as dt
from typing import Any

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET

from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read
from klientura.kernel.views.links import list_url
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import of
from klientura.kit.formats import format_date, format_decimal, format_money
from klientura.modules.payments.queries import receivables
from klientura.modules.payments.queries.receivables import Asked
from klientura.modules.payments.web.receivables import PLACE, asked_for, companies, query_of, tabs


@open_to(Door.SIGNED_IN)
@require_GET
def turnover(request: HttpRequest) -> HttpResponse:
    """GET /receivables/turnover?on=&company=&owner=&currency=: what was billed and paid by month, and how long clients take to pay."""
    asked = of(request)
    given = asked_for(asked.GET)
    currency = given.currency or asked.installation.currency
    months = receivables.turnover(asked.actor, given, currency) if receivables.sees(asked.actor) else []
    return show(
        request, "payments/turnover.html", active=PLACE.key, tabs=tabs(asked, "turnover"), on=given.day.isoformat(),
        companies=companies(asked), chosen=given, currency=currency, open_to_reader=receivables.sees(asked.actor),
        lines=[_month(m, given, currency) for m in reversed(months)], any=any(m.billed or m.owed for m in months),
    )  # fmt: skip


def _month(month: receivables.Month, given: Asked, currency: str) -> dict[str, Any]:
    last = month.first + dt.timedelta(days=month.days - 1)
    until = min(last, given.day)
    issued: dict[str, list[dict[str, Any]]] = {
        "and": [
            {"field": "issued_on", "op": "gte", "value": month.first.isoformat()}, {"field": "issued_on", "op": "lte", "value": until.isoformat()},
            {"field": "status", "op": "in", "value": ["issued", "part_paid", "paid"]}, {"field": "currency", "op": "eq", "value": currency},
        ]
    }  # fmt: skip
    chosen = (("party", given.party), ("company", given.company), ("owner", given.owner))
    issued["and"] += [
        {"field": key, "op": "eq", "value": value} for key, value in chosen if value is not None
    ]
    owed = query_of(
        Asked(until, given.party, given.company, given.owner),
        currency=currency,
        bucket="total",
        on=until.isoformat(),
    )
    paid = query_of(
        Asked(until, given.party, given.company, given.owner), currency=currency, on=until.isoformat()
    )
    return {
        "label": f"{month.first:%m.%Y}",
        "billed": {"text": format_money(month.billed, currency, lang()), "url": list_url("invoice", issued) if month.billed else ""},
        "paid": {"text": format_money(month.paid, currency, lang()), "url": f"/receivables/paid?{paid}" if month.paid else ""},
        "owed": {"text": format_money(month.owed, currency, lang()), "url": f"/receivables/rows?{owed}" if month.owed else ""},
        "dso": format_decimal(month.dso, lang(), places=1) if month.dso is not None else "—",
    }  # fmt: skip


@open_to(Door.SIGNED_IN)
@require_GET
def paid(request: HttpRequest) -> HttpResponse:
    """GET /receivables/paid?on=&currency=…: what was paid in the month of a day, up to that day."""
    asked = of(request)
    given = asked_for(asked.GET)
    currency = given.currency or asked.installation.currency
    first = given.day.replace(day=1)
    found = (
        receivables.paid_rows(asked.actor, given, currency, first) if receivables.sees(asked.actor) else []
    )
    parties = read.titles(asked.actor, shape_of("party"), sorted({r["party"] for r in found if r["party"]}))
    payments = read.titles(asked.actor, shape_of("payment"), sorted({r["payment"] for r in found}))
    lines = [
        {
            "invoice": _("Invoice No. {number}").format(number=r["title"]), "url": f"/invoice/{r['invoice']}",
            "party": parties.get(r["party"], "—"), "party_url": f"/party/{r['party']}" if r["party"] in parties else "",
            "payment": payments.get(r["payment"]) or _("Not open to you"),
            "payment_url": f"/payment/{r['payment']}" if r["payment"] in payments else "",
            "day": format_date(r["day"], lang()), "sum": format_money(r["amount"], currency, lang()),
        }
        for r in found
    ]  # fmt: skip
    return show(
        request, "payments/paid_rows.html", active=PLACE.key, lines=lines, cut=len(found) >= receivables.MOST_ROWS,
        total=format_money(sum((r["amount"] for r in found), start=0), currency, lang()) if found else "",
        days=f"{format_date(first, lang())} – {format_date(given.day, lang())}",
        back=f"/receivables/turnover?{query_of(Asked(given.day))}",
    )  # fmt: skip
