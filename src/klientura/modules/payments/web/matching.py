"""Allocating what was not sure: each payment with the invoices it may pay, accepted by a key; a new client in one press."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from django.views.decorators.http import require_GET, require_POST

from klientura.kernel.access.gate import may, require
from klientura.kernel.dedup.hints import Hint
from klientura.kernel.errors import FieldError, Invalid, KernelError, NotFound
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.screens.context import show
from klientura.kernel.screens.duplicates.wording import in_words
from klientura.kernel.screens.language import lang
from klientura.kernel.store import read
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kernel.web.toasts import toast
from klientura.kit.formats import format_date, format_decimal, format_money
from klientura.modules.payments.queries.candidates import Free, clients_by_inn, free_payments
from klientura.modules.payments.rules import Bill, Found, Share
from klientura.modules.payments.services.allocating import Share as Wanted
from klientura.modules.payments.services.clients import (
    client_of_payer,
    likely_clients,
    pay,
    payer_is,
    take_back,
)
from klientura.modules.payments.services.matching import suggest
from klientura.modules.payments.web.receivables import PLACE, tabs

PAGE: Final = 30
WHY: Final = {
    "number": gettext_lazy("the number is named"), "part": gettext_lazy("the number is named, a part of the sum"),
    "like_number": gettext_lazy("a like number is named"), "sum": gettext_lazy("the sum is the same"), "all": gettext_lazy("all that is owed"),
    "oldest": gettext_lazy("due first"), "owed": gettext_lazy("not paid yet"),
}  # fmt: skip


def _days_of(bill: Bill) -> list[str]:
    """When an invoice was issued, and by when it is to be paid."""
    return [
        text.format(day=format_date(day, lang()))
        for text, day in ((_("of {day}"), bill.issued_on), (_("to be paid by {day}"), bill.due_on))
        if day
    ]


@open_to(Door.SIGNED_IN)
@require_GET
def page(request: HttpRequest) -> HttpResponse:
    """GET /matching?after=: payments that are not allocated in whole, with what they may pay."""
    asked = of(request)
    require(asked.actor, shape_of("payment"), "edit")
    rows = free_payments(asked.actor, after=number(asked.GET.get("after")) or 0, limit=PAGE + 1)
    items = _items(asked, rows[:PAGE])
    more = f"/matching?after={rows[PAGE - 1].id}" if len(rows) > PAGE else ""
    return show(
        request,
        "payments/matching.html",
        active=PLACE.key,
        tabs=tabs(asked, "matching"),
        items=items,
        more_url=more,
    )


def _items(asked: Request, rows: list[Free]) -> list[dict[str, Any]]:
    found = suggest(asked.actor, rows)
    whose = {s.bill.party for f in found.values() for shares in f.suggested for s in shares}
    names = read.titles(asked.actor, shape_of("party"), sorted({r.party for r in rows if r.party} | whose))
    makes = may(asked.actor, shape_of("organisation"), "create")
    known = clients_by_inn(asked.actor, {r.payer_inn for r in rows if r.payer_inn and r.party is None})
    return [_item(row, found[row.id], names, makes=makes and row.payer_inn not in known) for row in rows]


def _item(row: Free, found: Found, names: Mapping[int, str], *, makes: bool) -> dict[str, Any]:
    whose = names if row.party is None else {}
    return {
        "id": row.id, "url": f"/payment/{row.id}", "sum": format_money(row.rest, row.currency, lang()),
        "number": row.number or "", "day": format_date(row.paid_on, lang()), "payer": row.payer_name or row.title or f"№ {row.id}",
        "inn": row.payer_inn or "", "purpose": row.purpose or "", "client": names.get(row.party or 0, ""), "party": row.party,
        "makes_client": makes and row.party is None and bool(row.payer_inn and row.payer_name), "likely": [],
        "options": [_option(shares, row.currency, whose) for shares in found.suggested],
    }  # fmt: skip


def _option(shares: tuple[Share, ...], currency: str, whose: Mapping[int, str]) -> dict[str, str]:
    """`whose`: the clients by number, where it is not said already whose the payment is."""
    whole = sum((s.amount for s in shares), Decimal(0))
    return {
        "value": ",".join(f"{s.bill.id}:{s.amount}" for s in shares),
        "title": ", ".join(_("Invoice No. {number}").format(number=s.bill.title) for s in shares),
        "sum": format_money(whole, currency, lang()),
        "note": " · ".join(
            [
                *([name] if (name := whose.get(shares[0].bill.party)) else []),
                str(WHY[shares[0].why]),
                *_days_of(shares[0].bill),
            ]
        ),
    }


@open_to(Door.SIGNED_IN)
@require_POST
def accept(request: HttpRequest, record_id: int) -> HttpResponse:
    """POST /matching/{payment}/accept: `shares` «invoice:sum,…»; the payment's line anew, or nothing when it is allocated in whole."""
    asked = of(request)
    read.get(asked.actor, shape_of("payment"), record_id, keys=["id"])
    try:
        shares = [
            Wanted(record_id, invoice, amount) for invoice, amount in _shares(asked.POST.get("shares", ""))
        ]
        done = pay(asked.actor, shares)
    except Invalid as refused:
        return _again(asked, record_id, str(refused.errors[0].message))
    said = ngettext("{n} invoice is paid in full", "{n} invoices are paid in full", len(done)).format(
        n=format_decimal(len(done), lang())
    )
    return toast(_again(asked, record_id), said if done else _("Allocated in part"))


def _shares(text: str) -> list[tuple[int, Decimal]]:
    found = []
    for piece in text.split(",")[:60]:
        invoice, _sign, amount = piece.partition(":")
        try:
            value = Decimal(amount)
        except InvalidOperation:
            value = Decimal(0)
        if (known := number(invoice)) is None or not value.is_finite() or value != round(value, 2):
            raise Invalid([FieldError("shares", "format", _("Choose an invoice."))])
        found.append((known, value))
    return found


def _again(asked: Request, record_id: int, error: str = "", **more: Any) -> HttpResponse:
    """The line of a payment as it is now; empty when nothing of it is left."""
    rows = free_payments(asked.actor, ids=[record_id], limit=1)
    if not rows:
        return HttpResponse("")
    item = {**_items(asked, rows)[0], "error": error, **more}
    return show(asked, "payments/matching_item.html", item=item)


@open_to(Door.SIGNED_IN)
@require_POST
def make_client(request: HttpRequest, record_id: int) -> HttpResponse:
    """POST /matching/{payment}/client: an organisation of the payer's requisites; all his payments become its own.

    `is`: the payer is this client of the base. Unless `new` says that he is none of those, likely ones are shown first.
    """
    asked = of(request)
    known = number(asked.POST.get("is"))
    if known is None and not asked.POST.get("new") and (likely := likely_clients(asked.actor, record_id)):
        return _again(asked, record_id, likely=[_likely(hint) for hint in likely])
    try:
        given = payer_is(asked.actor, record_id, known) if known else client_of_payer(asked.actor, record_id)
    except NotFound:
        raise
    except KernelError as refused:
        said = (
            refused.errors[0].message if isinstance(refused, Invalid) and refused.errors else refused.message
        )
        return _again(asked, record_id, str(said))
    text = _("The payments are this client's now") if known else _("The client is in the base")
    return toast(_again(asked, record_id), text, undo_url=f"/matching/undo/{given.operation}")


def _likely(hint: Hint) -> dict[str, Any]:
    words = [said.text for said in in_words(hint.match.reasons) if said.speaks_for and not said.weak]
    return {
        "id": hint.id,
        "title": hint.title,
        "url": f"/organisation/{hint.id}",
        "why": ", ".join(words[:3]),
    }


@open_to(Door.SIGNED_IN)
@require_POST
def undo_client(request: HttpRequest, operation_id: int) -> HttpResponse:
    """POST /matching/undo/{operation}: the payments have no client again, and the page shows it."""
    take_back(of(request).actor, operation_id)
    response = HttpResponse(status=200)
    response["HX-Refresh"] = "true"
    return response
