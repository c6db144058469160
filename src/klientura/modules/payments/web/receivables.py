"""What clients owe, by age; every figure opens its invoices; as CSV too."""

import datetime as dt
from collections.abc import Sequence
from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext, pgettext_lazy
from django.views.decorators.http import require_GET

from klientura.kernel.access.gate import may
from klientura.kernel.access.models import User
from klientura.kernel.errors import Denied
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.places import Place
from klientura.kernel.settings.currencies import Currency
from klientura.kernel.store import read
from klientura.kernel.views.links import list_url
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.file_answers import made_csv
from klientura.kernel.web.requests import Request, number, of
from klientura.kit.formats import format_date, format_decimal, format_money
from klientura.kit.tabular.writing import Value
from klientura.modules.documents.queries.companies import companies_by_account
from klientura.modules.payments.queries import receivables
from klientura.modules.payments.queries.receivables import BUCKETS, Asked, Bucket, By, Line

PLACE: Final = Place(
    "receivables",
    pgettext_lazy("navigation", "Settlements"),
    "calculator",
    "/receivables",
    area=pgettext_lazy("navigation", "Sales"),
)
BY: Final[dict[By, Any]] = {
    "party": gettext_lazy("By client"), "company": gettext_lazy("By our company"), "owner": gettext_lazy("By owner"),
    "currency": gettext_lazy("By currency"),
}  # fmt: skip
COLUMNS: Final = {
    "total": gettext_lazy("Debt"), "not_due": gettext_lazy("Not due"), "d30": gettext_lazy("1–30 days"), "d60": gettext_lazy("31–60 days"),
    "d90": gettext_lazy("61–90 days"), "over": gettext_lazy("Over 90 days"),
}  # fmt: skip


def tabs(asked: Request, active: str) -> list[dict[str, Any]]:
    """The pages of settlements that are open to this reader."""
    shape = shape_of("payment")
    found = [
        {"key": "aged", "label": _("Receivables"), "url": "/receivables"},
        {"key": "turnover", "label": _("Turnover of debt"), "url": "/receivables/turnover"},
    ]
    if may(asked.actor, shape, "import"):
        found.append({"key": "statements", "label": _("Bank statements"), "url": "/bank-statements"})
    if may(asked.actor, shape, "edit"):
        found.append(
            {"key": "matching", "label": pgettext("page", "Allocation of payments"), "url": "/matching"}
        )
    return [{**each, "active": each["key"] == active} for each in found]


def asked_for(given: Any) -> Asked:
    """What an address asks for; what makes no sense is as usual: all, today."""
    try:
        day = dt.date.fromisoformat(given.get("on", ""))
    except ValueError:
        day = timezone.localdate()
    day = day if 1990 <= day.year <= 2100 else timezone.localdate()
    currency = given.get("currency", "")
    numbers = {key: number(given.get(key)) for key in ("party", "company", "owner")}
    return Asked(day, **numbers, currency=currency if currency in Currency.values else None)


def query_of(asked: Asked, **more: Any) -> str:
    said = {
        "on": asked.day.isoformat() if asked.day != timezone.localdate() else None, "party": asked.party, "company": asked.company,
        "owner": asked.owner, "currency": asked.currency, **more,
    }  # fmt: skip
    return urlencode({k: v for k, v in said.items() if v is not None})


@open_to(Door.SIGNED_IN)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """GET /receivables?on=&by=&company=&owner=&currency=&format=csv: what is owed, by how late it is."""
    asked = of(request)
    given = asked_for(asked.GET)
    by: By = next((b for b in BY if b == asked.GET.get("by")), "party")
    open_to_reader = receivables.sees(asked.actor)
    lines = receivables.aged(asked.actor, given, by) if open_to_reader else []
    names = _names(asked, by, lines)
    if asked.GET.get("format") == "csv":
        return _csv(asked, by, lines, names)
    whole = receivables.totals(lines) if by != "currency" else []
    return show(
        request, "payments/receivables.html", active=PLACE.key, tabs=tabs(asked, "aged"), open_to_reader=open_to_reader,
        on=given.day.isoformat(), by=by, companies=companies(asked), chosen=given,
        ways=[{"label": str(label), "url": f"/receivables?{query_of(given, by=key)}", "active": key == by} for key, label in BY.items()],
        columns=[str(c) for c in COLUMNS.values()], head=str(_head(by)), csv_url=f"/receivables?{query_of(given, by=by, format='csv')}",
        lines=[_line(given, by, line, names) for line in lines], totals=[_line(given, by, line, {}) for line in whole],
        cut=len(lines) >= receivables.MOST_LINES,
    )  # fmt: skip


def _head(by: By) -> Any:
    heads = {
        "party": _("Client"),
        "company": _("Our company"),
        "owner": _("Owner"),
        "currency": _("Currency"),
    }
    return heads[by]


def companies(asked: Request) -> list[dict[str, Any]]:
    """Our companies that have an account, to choose from."""
    found = {ref.id: ref.title for ref in companies_by_account(asked.actor).values()}
    return [{"value": number, "label": title} for number, title in found.items()]


def _names(asked: Request, by: By, lines: Sequence[Line]) -> dict[Any, str]:
    """What the lines are called, as far as that is open to the reader."""
    ids = sorted({line.key for line in lines if line.key is not None}) if by != "currency" else []
    if by == "owner":
        return dict(User.objects.filter(pk__in=ids).values_list("pk", "name"))
    if by in {"party", "company"}:
        return dict(read.titles(asked.actor, shape_of("party" if by == "party" else "own_company"), ids))
    return {}


def _line(given: Asked, by: By, line: Line, names: dict[Any, str]) -> dict[str, Any]:
    mine: dict[str, Any] = {by: line.key} if line.key is not None else {}
    cells = []
    for bucket in BUCKETS:
        value = line.sums[bucket]
        query = query_of(given, **{**mine, "currency": line.currency, "bucket": bucket})
        cells.append({
            "text": format_money(value, line.currency, lang()) if value else "—",
            "url": f"/receivables/rows?{query}" if value and (mine or not names) else "",
            "late": bucket in {"d60", "d90", "over"} and bool(value),
        })  # fmt: skip
    advance = [
        {"field": "rest", "op": "gt", "value": "0"},
        {"field": "currency", "op": "eq", "value": line.currency},
    ]
    if line.key is not None and by in {"party", "company", "owner"}:
        advance.append({"field": by, "op": "eq", "value": line.key})
    return {
        "label": _label(by, line, names), "url": f"/party/{line.key}" if by == "party" and line.key in names else "", "cells": cells,
        "advance": {
            "text": format_money(line.advance, line.currency, lang()) if line.advance else "—",
            "url": list_url("payment", {"and": advance}) if line.advance else "",
        },
    }  # fmt: skip


def _label(by: By, line: Line, names: dict[Any, str]) -> str:
    if by == "currency" or (line.key is None and not names):
        return str(Currency(line.currency).label)
    return names.get(line.key) or (
        _("Not open to you") if line.key is not None else pgettext("report", "Without an owner")
    )


def _csv(asked: Request, by: By, lines: Sequence[Line], names: dict[Any, str]) -> HttpResponse:
    if not may(asked.actor, shape_of("invoice"), "export"):
        raise Denied
    rows: list[list[Value]] = [
        [str(_head(by)), _("Currency"), *(str(c) for c in COLUMNS.values()), _("Advance")]
    ]
    rows += [[_label(by, x, names), x.currency, *(x.sums[b] for b in BUCKETS), x.advance] for x in lines]
    return made_csv(rows, "receivables.csv")


@open_to(Door.SIGNED_IN)
@require_GET
def rows(request: HttpRequest) -> HttpResponse:
    """GET /receivables/rows?…&bucket=: the invoices behind a figure."""
    asked = of(request)
    given = asked_for(asked.GET)
    bucket: Bucket = next((b for b in BUCKETS if b == asked.GET.get("bucket")), "total")
    found = receivables.rows_of(asked.actor, given, bucket) if receivables.sees(asked.actor) else []
    parties = read.titles(asked.actor, shape_of("party"), sorted({r["party"] for r in found if r["party"]}))
    lines = [
        {
            "title": _("Invoice No. {number}").format(number=r["title"]), "url": f"/invoice/{r['id']}", "party": parties.get(r["party"], "—"),
            "party_url": f"/party/{r['party']}" if r["party"] in parties else "",
            "issued": format_date(r["issued_on"], lang()) if r["issued_on"] else "", "due": format_date(r["due_on"], lang()) if r["due_on"] else "—",
            "amount": format_money(r["amount"], r["currency"], lang()), "left": format_money(r["left"], r["currency"], lang()),
            "late": format_decimal(r["late"], lang()) if r["late"] else "",
        }
        for r in found
    ]  # fmt: skip
    return show(
        request, "payments/receivable_rows.html", active=PLACE.key, lines=lines, title=str(COLUMNS[bucket]),
        on=format_date(given.day, lang()), back=f"/receivables?{query_of(Asked(given.day))}", cut=len(found) >= receivables.MOST_ROWS,
    )  # fmt: skip
