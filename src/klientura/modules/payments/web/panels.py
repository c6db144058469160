"""What cards show of money: the invoices of a payment with those it may pay, and the payments of an invoice."""

from typing import Any, Final
from urllib.parse import urlencode

from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST

from klientura.kernel.access.gate import may
from klientura.kernel.errors import FieldError, Invalid
from klientura.kernel.objects.registry import shape_of
from klientura.kernel.objects.shape import Shape
from klientura.kernel.screens.language import lang
from klientura.kernel.screens.panels import MainPanel
from klientura.kernel.store import read
from klientura.kernel.store.read import Row
from klientura.kernel.web.doors import Door, open_to
from klientura.kernel.web.requests import Request, number, of
from klientura.kit.clean import BadNumber
from klientura.kit.formats import format_date, format_datetime, format_money
from klientura.kit.readings import parse_decimal
from klientura.modules.payments.queries.allocations import allocations_of, payable, payments_of_deal
from klientura.modules.payments.services.allocating import Share, allocate_shares, release
from klientura.modules.payments.services.credit import against_terms


def _line(found: dict[str, Any], other: str, currency: str) -> dict[str, Any]:
    undone = found["undone_at"]
    said = [_("found by itself")] if found["sure"] else []
    said += [found["who"]] if found["who"] and not found["sure"] else []
    said += (
        [_("taken off on {when}").format(when=format_datetime(timezone.localtime(undone), lang()))]
        if undone
        else []
    )
    return {
        "title": _title(found["title"], other),
        "url": f"/{other}/{found['other']}" if found["title"] else "",
        "day": format_date(found["day"], lang()),
        "sum": format_money(found["amount"], currency, lang()),
        "note": " · ".join(said),
        "undone": bool(undone),
        "other": found["other"],
    }


def _title(title: str | None, other: str) -> str:
    if not title:
        return _("Not open to you")
    return _("Invoice No. {number}").format(number=title) if other == "invoice" else title


def _of_payment(asked: Request, shape: Shape, row: Row) -> dict[str, Any]:
    currency = row["currency"]
    rest = row.get("rest") or 0
    lines = [_line(a, "invoice", currency) for a in allocations_of(asked.actor, "payment", row["id"])]
    editable = row["status"] != "reversed" and "edit" in read.verbs_on(
        asked.actor, shape, row["id"], ("edit",)
    )
    back = row["direction"] == "out"
    offered = []
    for invoice in payable(asked.actor, row) if editable and rest > 0 else []:
        left = invoice["paid"] if back else invoice["amount"] - invoice["paid"]
        offered.append(
            {
                "id": invoice["id"], "title": _("Invoice No. {number}").format(number=invoice["title"]), "url": f"/invoice/{invoice['id']}",
                "day": format_date(invoice["issued_on"], lang()) if invoice["issued_on"] else "",
                "due": format_date(invoice["due_on"], lang()) if invoice["due_on"] else "",
                "left": format_money(left, currency, lang()), "amount": str(min(left, rest)).replace(".", "," if lang() == "ru" else "."),
            }
        )  # fmt: skip
    return {
        "lines": lines, "offered": offered, "editable": editable, "rest": format_money(rest, currency, lang()) if rest else "",
        "id": row["id"], "back": back, "no_party": row.get("party") is None, "bad": asked.GET.get("bad", "")[:300],
    }  # fmt: skip


def _of_invoice(asked: Request, _shape: Shape, row: Row) -> dict[str, Any]:
    lines = [_line(a, "payment", row["currency"]) for a in allocations_of(asked.actor, "invoice", row["id"])]
    left = row["amount"] - row["paid"]
    payable_now = row["status"] in {"issued", "part_paid"}
    party = row["party"].id if row.get("party") else None
    return {
        "lines": lines,
        "warning": against_terms("invoice", {**row, "party": party}) if row["status"] == "draft" else "",
        "left": format_money(left, row["currency"], lang()) if payable_now else "",
        "enter_url": f"/payment/new?from=invoice-{row['id']}"
        if payable_now and may(asked.actor, shape_of("payment"), "create")
        else "",
    }


def _of_deal(asked: Request, _shape: Shape, row: Row) -> dict[str, Any]:
    return {
        "lines": [
            {
                "title": _title(found["title"], "payment"), "url": f"/payment/{found['payment']}" if found["title"] else "",
                "day": format_date(found["day"], lang()), "sum": format_money(found["amount"], found["currency"], lang()),
                "note": _("Invoice No. {number}").format(number=found["invoice_title"]), "undone": False, "other": found["invoice"],
            }
            for found in payments_of_deal(asked.actor, row["id"])
        ],
        "warning": "", "left": "", "enter_url": "",
    }  # fmt: skip


DEAL_PANEL: Final = MainPanel(
    key="deal-payments", label=gettext_lazy("Payments"), template="payments/of_invoice.html",
    fits=lambda shape: shape.key == "opportunity", context=_of_deal, sheets=("payments",),
)  # fmt: skip
PAYMENT_PANEL: Final = MainPanel(
    key="allocation", label=gettext_lazy("Allocation"), template="payments/of_payment.html",
    fits=lambda shape: shape.key == "payment", context=_of_payment, sheets=("payments",),
)  # fmt: skip
INVOICE_PANEL: Final = MainPanel(
    key="payments", label=gettext_lazy("Payments"), template="payments/of_invoice.html",
    fits=lambda shape: shape.key == "invoice", context=_of_invoice, sheets=("payments",),
)  # fmt: skip


@open_to(Door.SIGNED_IN)
@require_POST
def allocate(request: HttpRequest, record_id: int) -> HttpResponse:
    """POST /payment/{id}/allocate: `invoice`, `amount` (empty: as much as fits); back to the card."""
    asked = of(request)
    try:
        invoice = number(asked.POST.get("invoice"))
        if invoice is None:
            raise Invalid([FieldError("invoice", "required", _("Choose an invoice."))])
        allocate_shares(asked.actor, [Share(record_id, invoice, _amount(asked.POST.get("amount", "")))])
    except Invalid as refused:
        return _back(record_id, str(refused.errors[0].message))
    return _back(record_id)


@open_to(Door.SIGNED_IN)
@require_POST
def take_off(request: HttpRequest, record_id: int) -> HttpResponse:
    """POST /payment/{id}/take-off: off one `invoice`; back to the card."""
    release(of(request).actor, record_id, {"invoice": number(request.POST.get("invoice")) or 0})
    return _back(record_id)


def _amount(text: str) -> Any:
    if not text.strip():
        return None
    try:
        found = parse_decimal(text, lang())
    except BadNumber:
        raise Invalid([FieldError("amount", "number", _("Write the sum as a number."))]) from None
    if found != round(found, 2):
        raise Invalid([FieldError("amount", "places", _("A sum has two digits after the point."))])
    return found


def _back(record_id: int, bad: str = "") -> HttpResponseRedirect:
    return HttpResponseRedirect(
        f"/payment/{record_id}?{urlencode({'tab': 'allocation', **({'bad': bad} if bad else {})})}"
    )
